"""Conditions ask for what there is: `publish when` over golden fields."""

from dataclasses import dataclass
from typing import assert_never

from mappings import ops
from mappings.check.findings import Reason, Report
from mappings.faults import closest
from mappings.shapes import Shape
from mappings.view import Json


@dataclass(frozen=True, slots=True)
class Asked:
    """What a condition asks: which side's fields, and where it stands in the document."""

    side: Shape
    whose: str
    place: ops.Place


def check_condition(predicate: ops.Predicate, asked: Asked, report: Report) -> None:
    """Ask that every field exists and that its values are some that it can have."""
    match predicate:
        case ops.AllOf(parts) | ops.AnyOf(parts):
            for part in parts:
                check_condition(part, asked, report)
        case ops.Not(part):
            check_condition(part, asked, report)
        case ops.In(field, values):
            _check_values(field, values, asked, report)
        case ops.Contains(field, value):
            _check_contains(field, value, asked, report)
        case ops.Present(field, _):
            _single(field, asked, report)
        case _:
            assert_never(predicate)


def _check_values(field: str, values: tuple[Json, ...], asked: Asked, report: Report) -> None:
    shape = _single(field, asked, report)
    if shape is not None and shape.items is not None:
        message = "is a set and equals nothing: use contains"
        report.add(asked.place, field, Reason.KINDS_CLASH, message)
    elif shape is not None:
        for value in values:
            check_code(value, shape, field, asked.place, report)


def _check_contains(field: str, value: Json, asked: Asked, report: Report) -> None:
    shape = _single(field, asked, report)
    if shape is not None and shape.items is None:
        message = "is no set and contains nothing: use equals"
        report.add(asked.place, field, Reason.KINDS_CLASH, message)
    elif shape is not None:
        check_code(value, shape, field, asked.place, report)


def _single(field: str, asked: Asked, report: Report) -> Shape | None:
    shape = report.find(asked.side, field, asked.whose, asked.place)
    if shape is not None and shape.kind == "elements":
        message = "is a list of elements: ask a single field"
        report.add(asked.place, field, Reason.KINDS_CLASH, message)
        return None
    return shape


def check_code(value: Json, shape: Shape, path: str, place: ops.Place, report: Report) -> None:
    """Ask that a closed list of values has this one."""
    if shape.codes and value not in shape.codes:
        near = closest(str(value), map(str, sorted(shape.codes, key=str)))
        message = f"is never {value!r}{near}: there is {', '.join(sorted(map(str, shape.codes)))}"
        report.add(place, path, Reason.UNKNOWN_CODE, message)
