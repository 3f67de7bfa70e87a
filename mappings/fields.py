"""One field compiled: read it, take its golden value, give its words back; retentive both ways.

Retention: if the value before, carried the other way, already says the same, the value before stays
exactly as it was. So rounding, case and codes never drift.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from mappings import ops
from mappings.conversions import Conversion, conversion, is_direct
from mappings.errors import CarryError
from mappings.paths import MISSING, reader, split_path, words_reader, writer
from mappings.predicates import is_blank
from mappings.terms import Clears
from mappings.view import Json, Links, Record


class _Mark:
    """A mark that no JSON value equals."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


UNCHANGED: Final = _Mark("UNCHANGED")  # nothing is to be written
UNREADABLE: Final = _Mark("UNREADABLE")  # the words before cannot be carried

Take: TypeAlias = Callable[[Json, Json, Links], Json]
Give: TypeAlias = Callable[[Json, Json, Links], Json]
Write: TypeAlias = Callable[[Record, Json, Record], None]
Means: TypeAlias = Callable[[Json], bool]


class BoundField(NamedTuple):
    """A compiled field.

    `read(record)` -> words or MISSING. `value_of(words, links)` -> golden value where none is known
    before. `take(words, golden before, links)` -> golden value; None is
    blank, before and after. `give(golden, words before | MISSING, links)` -> words or UNCHANGED.
    `write(values, words, record before)` sets them. `fill`: words for a blank value on create.
    `direct`: equal words and golden value say the same, so nothing is called. `name`: the one
    top-level app field, which a loop reads faster itself. `plain`: no default, no words of its own
    for blank or hidden, and all blanks clear.
    """

    golden: str
    name: str | None
    direct: bool
    read: Callable[[Record], Json]
    value_of: Callable[[Json, Links], Json]
    take: Take
    give: Give
    write: Write
    fill: Json
    tops: frozenset[str]
    direction: ops.Direction
    rule: ops.Field
    plain: bool


def bind_field(field: ops.Field) -> BoundField:
    """Compile one field of a mapping."""
    carry = conversion(field.operation, field.app)
    blank = means(field.blank)
    value_of = _value_of(carry, field.default.golden, blank if field.blank else is_blank)
    plain = not (field.blank or field.hidden) and field.clears in {Clears.BOTH, Clears.IN}
    flat = len(field.app) == 1 and "." not in field.app[0]
    return BoundField(
        golden=field.golden,
        name=field.app[0] if plain and flat else None,
        direct=plain and is_direct(field.operation) and field.default == ops.Default(),
        read=_reading(field, blank),
        value_of=value_of,
        take=_taker(value_of, carry),
        give=_giver(value_of, carry, _blank_words(field), field.clears),
        write=_writer(field.app),
        fill=field.default.app,
        tops=frozenset(split_path(path)[0] for path in field.app),
        direction=field.direction,
        rule=field,
        plain=plain and field.default == ops.Default(),
    )


def means(codes: tuple[Json, ...]) -> Means:
    """Compile a test for blanks and these words; 0 and false are different words."""
    known = frozenset((type(code), code) for code in codes)

    def test(words: Json) -> bool:
        if is_blank(words):
            return True
        return not isinstance(words, (dict, list)) and (type(words), words) in known

    return test


def _reading(field: ops.Field, blank: Means) -> Callable[[Record], Json]:
    """Return a reader to which hidden words are missing, and blanks where they say nothing."""
    several = isinstance(field.operation, ops.Join | ops.Pieces)
    read = words_reader(field.app, whole=not several)
    hidden = means(field.hidden) if field.hidden else None
    silent = field.clears in {Clears.OUT, Clears.NEVER}
    if hidden is None and not silent:
        return read

    def read_shown(record: Record) -> Json:
        words = read(record)
        if words is MISSING:
            return MISSING
        if hidden is not None and not is_blank(words) and hidden(words):
            return MISSING
        return MISSING if silent and blank(words) else words

    return read_shown


def _value_of(carry: Conversion, default: Json, blank: Means) -> Callable[[Json, Links], Json]:
    get = carry.get
    spelled = blank is not is_blank

    def value_of(words: Json, links: Links) -> Json:
        if not words and words is not False and words != 0:
            return default
        if spelled and blank(words):
            return default
        value = get(words, links)
        if not value and value is not False and value != 0:
            return default
        return value

    return value_of


def _taker(value_of: Callable[[Json, Links], Json], carry: Conversion) -> Take:
    put = carry.put

    def take(words: Json, before: Json, links: Links) -> Json:
        value = value_of(words, links)
        if before is None or value == before:
            return value
        try:
            return before if value_of(put(before, links), links) == value else value
        except CarryError:
            return value

    return take


def _readable(value_of: Callable[[Json, Links], Json]) -> Callable[[Json, Links], Json]:
    def readable(words: Json, links: Links) -> Json:
        if words is MISSING:
            return None
        try:
            return value_of(words, links)
        except CarryError:
            return UNREADABLE

    return readable


def _giver(
    value_of: Callable[[Json, Links], Json], carry: Conversion, blank_words: Json, clears: Clears
) -> Give:
    put, readable = carry.put, _readable(value_of)
    stays = clears in {Clears.IN, Clears.NEVER}

    def clear(current: Json, links: Links) -> Json:
        if stays or current is None or current is UNREADABLE:
            return UNCHANGED
        return UNCHANGED if readable(blank_words, links) == current else blank_words

    def change(golden: Json, current: Json, links: Links) -> Json:
        words = put(golden, links)
        if current is None:
            return UNCHANGED if is_blank(words) else words
        same = current is not UNREADABLE and readable(words, links) == current
        return UNCHANGED if same else words

    def give(golden: Json, before: Json, links: Links) -> Json:
        if before is MISSING and golden:
            words = put(golden, links)
            return words if words or not is_blank(words) else UNCHANGED
        current = readable(before, links)
        if is_blank(golden):
            return clear(current, links)
        return UNCHANGED if current == golden else change(golden, current, links)

    return give


def _blank_words(field: ops.Field) -> Json:
    if field.default.app is not None:
        return field.default.app
    clear = field.blank[0] if field.blank else None
    match field.operation:
        case ops.SetOf(separator=None):
            return []
        case ops.Join() | ops.Pieces():
            return dict.fromkeys(field.app, clear)
        case _:
            return clear if len(field.app) == 1 else {field.app[0]: clear}


def _writer(paths: tuple[str, ...]) -> Write:
    if len(paths) == 1:
        return writer(paths[0])
    places = {path: (reader(path), writer(path)) for path in paths}

    def write(values: Record, words: Json, before: Record) -> None:
        for path, one in words.items():
            read, set_words = places[path]
            old = read(before)
            if old != one and not (one is None and is_blank(old)):
                set_words(values, one, before)

    return write
