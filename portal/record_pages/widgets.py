"""The view model of a form: which control each field gets, its value, its error, why it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ground.records.amounts import Measure, MoneyAmount
from ground.records.elements import Elements, Part
from ground.records.fields import Choice, Flag, Link, Moment, SetOf, Text, ValueType
from ground.records.model import Field, RecordKind
from ground.standards.units import WEIGHTS
from ground.strict_json import Json
from portal.record_pages.offers import Options, currency_codes, offered, unit_name
from portal.record_pages.shown import Shown, elements_of, show
from portal.record_pages.words import add_label, choice_options, label, width

__all__ = ["Block", "Drawing", "Item", "Row", "Section", "Widget", "draw"]

_GIVEN = "Given by the system."
_IMMUTABLE = "Set once; it cannot be changed."
_NEW = "__"


@dataclass(frozen=True, slots=True)
class Item:
    """A field in a form: where it stands and what helps to fill it in (English message ids)."""

    name: str
    width: str = "half"
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together."""

    title: str
    items: Sequence[Item]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Widget:
    """One control.

    widget: how it is drawn. words: whether the options are message ids. now: what the record says.
    """

    widget: str
    name: str
    label: str
    value: Any
    width: str
    options: Options = ()
    words: bool = False
    hint: str = ""
    error: str = ""
    kept: str = ""
    required: bool = False
    now: Shown | None = None
    rows: tuple["Row", ...] = ()
    blank: "Row | None" = None
    add: str = ""
    shown: Shown | None = None
    sought: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One element of a list; `name` is its prefix in the form."""

    name: str
    id: str
    widgets: tuple[Widget, ...]
    error: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A section with its controls."""

    title: str
    text: str
    widgets: tuple[Widget, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a form is drawn from.

    errors: reason by path; kept: reason by field; now: the fields that somebody else changed
    meanwhile; choices: what can be picked, or is suggested, by field; add: the list that gets one
    row more; is_new: whether there is no record yet; sought: what was searched for, of links that
    have too many records to pick from.
    """

    kind: RecordKind
    values: Mapping[str, Json]
    is_new: bool
    errors: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    now: Mapping[str, Json] = field(default_factory=dict)
    choices: Mapping[str, Options] = field(default_factory=dict)
    add: str = ""
    sought: Mapping[str, str] = field(default_factory=dict)


def draw(sections: Sequence[Section], drawing: Drawing) -> list[Block]:
    """Return the sections of a form with their controls."""
    blocks = []
    for section in sections:
        items = [item for item in section.items if _belongs(item, drawing)]
        if items:
            widgets = tuple(_widget(item, drawing) for item in items)
            blocks.append(Block(section.title, section.text, widgets))
    return blocks


def _belongs(item: Item, drawing: Drawing) -> bool:
    return not (drawing.is_new and drawing.kind.by_name[item.name].given)


def _widget(item: Item, drawing: Drawing) -> Widget:
    known = drawing.kind.by_name[item.name]
    now = show(drawing.kind, drawing.now, item.name) if item.name in drawing.now else None
    kept = _why_kept(known, drawing)
    if kept:
        shown = _kept_value(item.name, drawing)
        return Widget(
            "kept",
            item.name,
            shown.label,
            None,
            item.width,
            kept=kept,
            shown=shown,
            error=drawing.errors.get(item.name, ""),
        )
    if isinstance(known.type, Elements):
        return _list_widget(item, known.type, drawing, now)
    value = drawing.values.get(item.name)
    options = drawing.choices.get(item.name, ())
    return Widget(
        widget="find" if item.name in drawing.sought else _control(known.type, options),
        name=item.name,
        label=label(item.name, drawing.kind.name),
        value=_drawn(known.type, value),
        width=item.width,
        options=_options(known.type, value, options),
        words=bool(choice_options(known.type)),
        hint=item.hint,
        error=drawing.errors.get(item.name, ""),
        required=known.required,
        now=now,
        sought=drawing.sought.get(item.name, ""),
    )


def _kept_value(name: str, drawing: Drawing) -> Shown:
    shown = show(drawing.kind, drawing.values, name)
    named = dict(drawing.choices.get(name, ()))
    if isinstance(drawing.kind.by_name[name].type, Link):
        return Shown(shown.label, "text", named.get(str(shown.value), shown.value))
    return shown


def _why_kept(known: Field, drawing: Drawing) -> str:
    if known.given:
        return _GIVEN
    if known.immutable and not drawing.is_new:
        return _IMMUTABLE
    return drawing.kept.get(known.name, "")


def _list_widget(item: Item, kind: Elements, drawing: Drawing, now: Shown | None) -> Widget:
    found = elements_of(drawing.values.get(item.name))
    if drawing.add == item.name:
        found = [*found, {}]
    return Widget(
        widget="rows",
        name=item.name,
        label=label(item.name, drawing.kind.name),
        value=None,
        width="",
        hint=item.hint,
        error=drawing.errors.get(item.name, ""),
        now=now,
        rows=tuple(_row(item.name, str(n), kind, each, drawing) for n, each in enumerate(found)),
        blank=_row(item.name, _NEW, kind, {}, drawing),
        add=add_label(item.name),
    )


def _row(
    name: str, place: str, kind: Elements, element: Mapping[str, Json], drawing: Drawing
) -> Row:
    prefix = f"{name}[{place}]"
    return Row(
        name=prefix,
        id=str(element.get("id") or ""),
        widgets=tuple(_part(part, prefix, name, element, drawing) for part in kind.parts),
        error=drawing.errors.get(prefix, ""),
    )


def _part(
    part: Part, prefix: str, of: str, element: Mapping[str, Json], drawing: Drawing
) -> Widget:
    value = element.get(part.name)
    return Widget(
        widget=_control(part.type, ()),
        name=f"{prefix}.{part.name}",
        label=label(part.name, of),
        value=_drawn(part.type, value),
        width=width(part.name, of),
        options=_options(part.type, value, ()),
        words=bool(choice_options(part.type)),
        error=drawing.errors.get(f"{prefix}.{part.name}", ""),
        # Not `required` for the browser: a row that is to be removed may be incomplete.
        required=False,
    )


def _control(kind: ValueType, options: Options) -> str:  # noqa: C901, PLR0911 (one arm a type)
    match kind:
        case SetOf(of=Choice()):
            return "checks"
        case Flag():
            return "flag"
        case MoneyAmount():
            return "money"
        case Measure():
            return "measure"
        case Moment():
            return "moment"
        case Text(lines=True):
            return "area"
        case Choice() | Link():
            return "select"
        case Text() if options:
            return "suggest"
        case _:
            return "select" if offered(kind) else "text"


def _drawn(kind: ValueType, value: Json) -> Any:  # noqa: ANN401 (what its macro takes)
    """Return a value as its control takes it; no value where a choice has a usual one is that."""
    match kind:
        case Choice() if value is None:
            return kind.empty if kind.empty is not None else kind.options[0]
        case MoneyAmount() | Measure():
            return value if isinstance(value, dict) else {}
        case SetOf(of=Choice()) | Flag():
            return value or ()
        case SetOf():
            return " ".join(str(each) for each in value) if isinstance(value, list) else ""
        case _:
            return value


def _options(kind: ValueType, value: Json, options: Options) -> Options:
    """Return what can be picked; a value that is none of it stays possible."""
    if isinstance(kind, Measure):
        return [(code, unit_name(code)) for code in WEIGHTS]
    if isinstance(kind, MoneyAmount):
        return currency_codes()
    known = options or choice_options(kind) or offered(kind)
    if known and isinstance(value, str) and value not in {key for key, _ in known}:
        return [*known, (value, value)]
    return known
