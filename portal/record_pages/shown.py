"""How the values of a record read on a page.

Each says how the template writes it. Words are message ids, which the template translates; names
of countries and languages already come in the language of the request.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ground.parties import COUNTRY, LANGUAGE
from ground.records.amounts import Measure, MoneyAmount
from ground.records.elements import Elements
from ground.records.fields import Choice, Flag, Moment, SetOf, Standard, Text, ValueType
from ground.records.model import RecordKind
from ground.standards import identities, trade
from ground.strict_json import Json
from portal.record_pages.offers import country_name, language_name, telephone, unit_name
from portal.record_pages.words import label

__all__ = ["Address", "Point", "Shown", "address_views", "elements_of", "point_views", "show"]

_ADDRESS_LINES = (("street",), ("street2",), ("postal_code", "city"), ("subdivision",))
_PHONE = re.compile(r"\+[0-9]{6,15}(;ext=[0-9]{1,11})?")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_WEB = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?([/?#][^\s\"'<>\\]*)?")
_ICONS = {
    "phone": "phone",
    "mobile": "smartphone",
    "email": "mail",
    "web": "globe",
    "fax": "printer",
    "messenger": "message-circle",
}
_NAMES: Mapping[Callable[[str], str], Callable[[str], str]] = {
    COUNTRY.check: country_name,
    LANGUAGE.check: language_name,
    trade.unit: unit_name,
    identities.scheme_name: str.upper,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One value and the way it is written.

    way: text, lines, word, words, flag, money, moment or rows, which are tuples of values.
    kept: why it is not changed here.
    """

    label: str
    way: str
    value: Any
    kept: str = ""
    href: str = ""

    @property
    def blank(self) -> bool:
        """Whether there is nothing to show."""
        return self.value is None or self.value in ("", [], ())


@dataclass(frozen=True, slots=True)
class Address:
    """An address, line by line."""

    uses: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A way to reach somebody; `href` only where the value is surely what it seems."""

    icon: str
    label: str
    text: str
    href: str
    purpose: str
    preferred: bool


def show(kind: RecordKind, values: Mapping[str, Json], name: str, kept: str = "") -> Shown:
    """Return a field of a record."""
    return _shown(kind.by_name[name].type, values.get(name), label(name, kind.name), name, kept)


def _shown(kind: ValueType, value: Json, title: str, of: str, kept: str = "") -> Shown:
    way, read = _way(kind, value, of)
    return Shown(title, way, read, kept)


def _way(kind: ValueType, value: Json, of: str) -> tuple[str, Any]:  # noqa: C901, PLR0911 (one arm a type)
    match kind:
        case Choice():
            return "word", label(value) if isinstance(value, str) else None
        case SetOf(of=Choice()):
            return "words", [label(str(each)) for each in _list(value)]
        case SetOf():
            return "text", ", ".join(str(each) for each in _list(value))
        case Flag():
            return "flag", value
        case MoneyAmount():
            return "money", value
        case Measure():
            measure = value if isinstance(value, dict) else None
            return "text", measure and f"{measure['value']} {unit_name(str(measure['unit']))}"
        case Moment():
            return "moment", value
        case Elements():
            return "rows", [_row(kind, each, of) for each in elements_of(value)]
        case Standard() if isinstance(value, str) and kind.check in _NAMES:
            return "text", _NAMES[kind.check](value)
        case Text(lines=True):
            return "lines", value
        case _:
            return "text", value


def _row(kind: Elements, element: Mapping[str, Json], of: str) -> tuple[Shown, ...]:
    parts = (
        _shown(part.type, element.get(part.name), label(part.name, of), part.name)
        for part in sorted(kind.parts, key=lambda part: part.name != "value")
    )
    return tuple(part for part in parts if not part.blank and part.value is not False)


def elements_of(value: Json) -> list[dict[str, Json]]:
    """Return the elements of a list value."""
    return [each for each in _list(value) if isinstance(each, dict)]


def address_views(value: Json) -> list[Address]:
    """Return the addresses of a record."""
    return [_address(each) for each in elements_of(value)]


def _address(element: Mapping[str, Json]) -> Address:
    lines = [_joined(element, names) for names in _ADDRESS_LINES]
    if element.get("country"):
        lines.append(country_name(str(element["country"])))
    uses = tuple(label(str(use)) for use in _list(element.get("uses")))
    return Address(uses, tuple(filter(None, lines)))


def _joined(element: Mapping[str, Json], names: Iterable[str]) -> str:
    return " ".join(str(element[name]) for name in names if element.get(name))


def point_views(value: Json) -> list[Point]:
    """Return the contact points of a record, the preferred ones first."""
    points = [_point(each) for each in elements_of(value)]
    return sorted(points, key=lambda point: not point.preferred)


def _point(element: Mapping[str, Json]) -> Point:
    kind, value = str(element.get("kind")), str(element.get("value"))
    is_number = kind in {"phone", "mobile", "fax"}
    return Point(
        icon=_ICONS.get(kind, "at-sign"),
        label=label(kind),
        text=telephone(value) if is_number else value,
        href=_href(kind, value),
        purpose=str(element.get("purpose") or ""),
        preferred=element.get("preferred") is True,
    )


def _href(kind: str, value: str) -> str:
    match kind:
        case "phone" | "mobile" if _PHONE.fullmatch(value):
            return f"tel:{value}"
        case "email" if _EMAIL.fullmatch(value):
            return f"mailto:{value}"
        case "web" if _WEB.fullmatch(value):
            return value
        case _:
            return ""


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list) else ()
