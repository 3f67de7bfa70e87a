"""What a person sent in a form, as the fields of a record.

Names in a form: `name`, `credit_limit.amount`, `addresses[0].city`, `addresses[0].remove`. A field
is read only if the form names it, so a form without a field leaves it alone. Checkboxes come with
an empty value besides, because a browser sends nothing for an empty box.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ground import strict_json
from ground.records.amounts import Measure, MoneyAmount
from ground.records.elements import Elements
from ground.records.fields import Choice, Flag, Moment, SetOf, ValueType
from ground.records.model import RecordKind
from ground.strict_json import Json

__all__ = ["ADD", "FIND", "Submitted", "changed", "marks", "read", "read_marks"]

ADD = "add"
"""The button that asks for one more row of a list; its value is the list."""
FIND = "find:"
"""What comes before a field's name where a person searches for the record that it leads to."""
_CONTROLS = frozenset({"csrf_token", "version", "seen", ADD})
_NAME = re.compile(r"([^\[.]+)(?:\[(\d{1,4})\])?(?:\.(.+))?")
_SEPARATORS = re.compile(r"[\s,;]+")
_ON = "1"


@dataclass(frozen=True, slots=True)
class Submitted:
    """A form as sent: each name with its values."""

    sent: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, items: Iterable[tuple[str, object]]) -> "Submitted":
        """Collect (name, value) pairs; files are left out."""
        sent: dict[str, tuple[str, ...]] = {}
        for name, value in items:
            if isinstance(value, str):
                sent[name] = (*sent.get(name, ()), value.replace("\r\n", "\n"))
        return cls(sent)

    def one(self, name: str) -> str:
        """Return the last value of a name, or ""."""
        return self.sent.get(name, ("",))[-1]

    def all(self, name: str) -> list[str]:
        """Return all values of a name that are not empty."""
        return [value for value in self.sent.get(name, ()) if value]

    def fields(self) -> list[str]:
        """Return the fields that the form names, in its order."""
        named = (name for name in self.sent if name not in _CONTROLS and not name.startswith(FIND))
        heads = (_NAME.match(name) for name in named)
        return list(dict.fromkeys(found[1] if found else "?" for found in heads))

    def sought(self) -> dict[str, str]:
        """Return what was searched for, by field."""
        return {
            name.removeprefix(FIND): self.one(name).strip()
            for name in self.sent
            if name.startswith(FIND)
        }

    def rows(self, name: str) -> list["Submitted"]:
        """Return the rows of a list, each with the names of its parts, in their order."""
        rows: dict[int, dict[str, tuple[str, ...]]] = {}
        for key, values in self.sent.items():
            found = _NAME.fullmatch(key)
            if found and found[1] == name and found[2] and found[3]:
                rows.setdefault(int(found[2]), {})[found[3]] = values
        return [Submitted(rows[place]) for place in sorted(rows)]


def read(kind: RecordKind, form: Submitted) -> dict[str, Json]:
    """Return the fields that a form names. Unknown ones stay: whoever stores will refuse them."""
    given: dict[str, Json] = {}
    for name in form.fields():
        field = kind.by_name.get(name)
        given[name] = form.one(name) if field is None else _value(field.type, name, form)
    return given


def _value(kind: ValueType, name: str, form: Submitted) -> Json:  # noqa: PLR0911 (one arm a type)
    match kind:
        case Elements():
            kept = [_element(kind, row) for row in form.rows(name) if not row.one("remove")]
            return [row for row in kept if "id" in row or _is_written(kind, row)]
        case SetOf(of=Choice()):
            return [*sorted(form.all(name))]
        case SetOf():
            return [*sorted(filter(None, _SEPARATORS.split(" ".join(form.all(name)))))]
        case Flag():
            return form.one(name) == _ON
        case MoneyAmount():
            return _pair(form, name, "amount", "currency")
        case Measure():
            return _pair(form, name, "value", "unit")
        case Moment():
            return _moment(form.one(name))
        case _:
            return form.one(name).strip() or None


def _element(kind: Elements, row: Submitted) -> dict[str, Json]:
    element: dict[str, Json] = {"id": row.one("id")} if row.one("id") else {}
    for part in kind.parts:
        element[part.name] = _value(part.type, part.name, row)
    for unknown in row.sent.keys() - kind.names - {"remove"}:
        element[unknown] = row.one(unknown)
    return element


def _is_written(kind: Elements, row: Mapping[str, Json]) -> bool:
    """Tell whether a new row says anything; what is only picked (a type, a tick) does not."""
    picked = {part.name for part in kind.parts if isinstance(part.type, Choice | Flag | SetOf)}
    return any(value for name, value in row.items() if name not in picked)


def _pair(form: Submitted, name: str, number: str, unit: str) -> Json:
    """Return both halves as texts, None without a number."""
    written = form.one(f"{name}.{number}").strip()
    return {number: written, unit: form.one(f"{name}.{unit}").strip()} if written else None


def _moment(text: str) -> Json:
    """Return an instant with its zone; a browser's own field has none and means UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text.strip() or None
    return text if moment.tzinfo else f"{moment.isoformat()}Z"


# What the person saw


def marks(kind: RecordKind, values: Mapping[str, Json]) -> str:
    """Return a short text that says which value of each field a form was drawn with."""
    return " ".join(f"{name}={_mark(values.get(name))}" for name in kind.by_name)


def read_marks(text: str) -> dict[str, str]:
    """Return field -> mark of a text made by `marks`; nothing of any other text."""
    pairs = (part.partition("=") for part in text.split())
    return {name: mark for name, _, mark in pairs if mark}


def changed(given: Mapping[str, Json], seen: Mapping[str, str]) -> dict[str, Json]:
    """Return the fields that the person changed: those whose value is not the one shown."""
    return {name: value for name, value in given.items() if _mark(value) != seen.get(name)}


def _mark(value: Json) -> str:
    return hashlib.blake2b(strict_json.canonical(value), digest_size=6).hexdigest()
