"""What a collection refused, as a form shows it: beside the field and in a list above the form."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ground.records.errors import Duplicate, Kept, RecordError, Refused
from ground.records.fields import SetOf
from ground.records.model import RecordKind
from portal.record_pages.words import label

__all__ = ["Line", "Refusal", "refusal_of"]

_PATH = re.compile(r"([^\[.]+)(?:\[(\d+)\])?(?:\.([^\[.]+))?(?:\[\d+\])?")
_IN_USE = "Another record already has it. Use that record, or give another value."


@dataclass(frozen=True, slots=True)
class Line:
    """One refused field: `at` its place in the form, `of` and `row` the element it belongs to."""

    at: str
    label: str
    reason: str
    of: str = ""
    row: int = 0
    href: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """All that was refused."""

    lines: tuple[Line, ...] = ()
    errors: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Index the reasons by the place of the field."""
        object.__setattr__(self, "errors", {line.at: line.reason for line in self.lines})


def refusal_of(error: RecordError, kind: RecordKind, path: str) -> Refusal:
    """Return an error as a form shows it; `path` is the list's. Raises errors of no field."""
    match error:
        case Refused():
            return Refusal(tuple(_lines(kind, error)))
        case Duplicate():
            return Refusal(
                (
                    Line(
                        error.field,
                        label(error.field, kind.name),
                        _IN_USE,
                        href=f"{path}/{error.holder}",
                    ),
                )
            )
        case Kept():
            return Refusal((Line(error.field, label(error.field, kind.name), error.detail),))
        case _:
            raise error


def _lines(kind: RecordKind, error: Refused) -> Iterable[Line]:
    for each in error.problems:
        found = _PATH.fullmatch(each.field)
        head, place, part = found.groups() if found else (each.field, None, None)
        known = kind.by_name.get(head)
        if known is not None and isinstance(known.type, SetOf):
            place = None
        if place is None:
            yield Line(head, label(head, kind.name), each.reason)
        elif part is None:
            yield Line(f"{head}[{place}]", label(head, kind.name), each.reason, row=int(place) + 1)
        else:
            at = f"{head}[{place}].{part}"
            yield Line(at, label(part, head), each.reason, label(head, kind.name), int(place) + 1)
