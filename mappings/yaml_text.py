"""Read a small, safe part of YAML 1.2 with the place of every value.

No anchors, aliases, tags, directives or second documents; `NO` is the text NO, 1.50 is the text
1.50 and 007 is the text 007. Only null, true, false and plain whole numbers are not text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Never, TypeAlias

import yaml

from mappings.errors import DocumentRefused, Fault
from mappings.ops import Place
from mappings.view import Json

MAX_CHARACTERS: Final = 262_144
MAX_DEPTH: Final = 24
MAX_VALUES: Final = 10_000
WHOLE: Final = re.compile(r"0|-?[1-9][0-9]{0,17}")
WORDS: Final = {"": None, "null": None, "~": None, "true": True, "false": False}
HALF_A_SIGN: Final = re.compile(r"[\ud800-\udfff]")
START: Final = Place(1, 1)

Location: TypeAlias = tuple[str | int | bool | None, ...]
_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """What a text says, and where: a location is the keys and indexes that lead to a value."""

    content: Json
    places: dict[Location, Place] = field(default_factory=dict)

    def place(self, location: Location) -> Place:
        """Return the place of a location, or of the nearest one around it."""
        while location and location not in self.places:
            location = location[:-1]
        return self.places.get(location, START)


def load(text: str, *, name: str) -> Document:
    """Read one document; DocumentRefused with line and column if it is not plain, small YAML."""
    if len(text) > MAX_CHARACTERS:
        refuse(name, START, f"longer than {MAX_CHARACTERS} characters: split the mapping")
    if half := HALF_A_SIGN.search(text):
        line = text.count("\n", 0, half.start()) + 1
        column = half.start() - text.rfind("\n", 0, half.start())
        refuse(name, Place(line, column), "half a sign stands here: write the text anew")
    builder = _Builder(name)
    try:
        return builder.document(yaml.parse(text, Loader=_Loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = START if mark is None else Place(mark.line + 1, mark.column + 1)
        reason = getattr(error, "problem", None) or "not readable as YAML"
        raise DocumentRefused(name, [_fault(place, f"not YAML: {reason}")]) from error


def refuse(name: str, place: Place, message: str) -> Never:
    """Refuse a document for one fault."""
    raise DocumentRefused(name, [_fault(place, message)])


def _fault(place: Place, message: str) -> Fault:
    return Fault(place.line, place.column, "", message)


class _Builder:
    """Builds values from the parser's events, so that nothing is ever constructed by tag."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[Location, Place] = {}
        self.count = 0

    def document(self, events: Iterator[yaml.Event]) -> Document:
        next(events)
        start = next(events)
        if not isinstance(start, yaml.DocumentStartEvent):
            self.refuse(start, "the document is empty")
        if start.tags or start.version:
            self.refuse(start, "directives (%YAML, %TAG) are not used here: remove them")
        content = self.value(next(events), events, ())
        next(events)
        if not isinstance(after := next(events), yaml.StreamEndEvent):
            self.refuse(after, "a second document begins: one file holds one mapping")
        return Document(content, self.places)

    def value(self, event: yaml.Event, events: Iterator[yaml.Event], at: Location) -> Json:
        self.accept(event, at)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(events, at)
        return self.mapping(events, at)

    def accept(self, event: yaml.Event, at: Location) -> None:
        self.count += 1
        if not isinstance(event, yaml.NodeEvent) or event.anchor is not None:
            self.refuse(event, "anchors and aliases (& and *) are not used here: write it out")
        if getattr(event, "tag", None) is not None:
            self.refuse(event, "tags (!) are not used here: write the plain value")
        if len(at) > MAX_DEPTH:
            self.refuse(event, f"deeper than {MAX_DEPTH} levels: write it flatter")
        if self.count > MAX_VALUES:
            self.refuse(event, f"more than {MAX_VALUES} values: split the mapping")
        self.places.setdefault(at, _place(event))

    def sequence(self, events: Iterator[yaml.Event], at: Location) -> list[Json]:
        values: list[Json] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            values.append(self.value(event, events, (*at, len(values))))
        return values

    def mapping(self, events: Iterator[yaml.Event], at: Location) -> dict[Json, Json]:
        values: dict[Json, Json] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self.refuse(event, "a key is one word or number")
            key = _scalar(event)
            if key in values:
                self.refuse(event, f"{key!r} stands twice: keep one")
            self.places[(*at, key)] = _place(event)
            self.accept(event, (*at, key))
            values[key] = self.value(next(events), events, (*at, key))
        return values

    def refuse(self, event: yaml.Event, message: str) -> Never:
        refuse(self.name, _place(event), message)


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return START if mark is None else Place(mark.line + 1, mark.column + 1)


def _scalar(event: yaml.ScalarEvent) -> str | int | bool | None:
    text: str = event.value
    if event.style is not None and event.style != "":
        return text
    if text.lower() in WORDS and text in {text.lower(), text.upper(), text.capitalize()}:
        return WORDS[text.lower()]
    return int(text) if WHOLE.fullmatch(text) else text
