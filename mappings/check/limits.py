"""What a schema limits: lengths, fields that are only read, values that must fit their place."""

from collections.abc import Sequence
from typing import Final, TypeGuard, assert_never

from mappings import ops
from mappings.check.findings import Reason, Report
from mappings.shapes import Shape
from mappings.view import Json

CLOSED_BY: Final = ("pattern", "format", "const")
BOUNDS: Final = (("minimum", "maximum"), ("minLength", "maxLength"))


def keeps_length(operation: ops.Operation) -> bool:
    """Whether a text may be as long on one side as on the other."""
    match operation:
        case ops.Copy() | ops.Text():
            return True
        case ops.SetOf(item, separator):
            return separator is None and keeps_length(item)
        case (
            ops.WholeNumber()
            | ops.LocalTime()
            | ops.Quantity()
            | ops.Join()
            | ops.Pieces()
            | ops.Phone()
            | ops.TaxId()
            | ops.Country()
            | ops.DecimalNumber()
            | ops.Boolean()
            | ops.BusinessDate()
            | ops.Instant()
            | ops.Money()
            | ops.ValueMap()
            | ops.Reference()
        ):
            return False
        case _:
            assert_never(operation)


def check_lengths(field: ops.Field, app: Shape, golden: Shape, report: Report) -> None:
    """Ask that neither side may say more than the other holds, unless the loss is declared."""
    if field.lossy is not None or not keeps_length(field.operation):
        return
    if field.direction.reads:
        _check_longest(field, app, golden, (field.app[0], "the app", "the golden record"), report)
    if field.direction.writes:
        _check_longest(field, golden, app, (field.golden, "the golden record", "the app"), report)


def _check_longest(
    field: ops.Field, source: Shape, target: Shape, names: tuple[str, str, str], report: Report
) -> None:
    path, sender, taker = names
    room = target.limit("maxLength")
    if room is None or "string" not in (_texts(source).types or {"string"}) or source.codes:
        return
    longest = source.limit("maxLength")
    if longest is None and any(word in _texts(source).schema for word in CLOSED_BY):
        return
    if longest is None or longest > room:
        sent = "any length" if longest is None else f"{longest} characters"
        message = f"{sender} may hold {sent}, {taker} {room}: mark it `lossy: reason`"
        report.add(field.place, path, Reason.TOO_LONG, message)


def _texts(shape: Shape) -> Shape:
    return shape.items or shape


def check_access(field_paths: Sequence[str], side: Shape, rule: ops.Rule, report: Report) -> None:
    """Ask that nothing is written where the app only shows, or read where it only takes."""
    writes, reads = _directions(rule)
    for path in field_paths:
        trail = side.trail(path)
        if writes and any(shape.says("readOnly") for shape in trail):
            advice = "use direction: in" if _turns(rule) else "remove this rule"
            message = f"the app fills this field by itself: {advice}"
            report.add(rule.place, path, Reason.READ_ONLY, message)
        if reads and any(shape.says("writeOnly") for shape in trail):
            message = "the app never shows this field: use direction: out"
            report.add(rule.place, path, Reason.READ_ONLY, message)


def _directions(rule: ops.Rule) -> tuple[bool, bool]:
    if _turns(rule):
        return rule.direction.writes, rule.direction.reads
    return True, False


def _turns(rule: ops.Rule) -> TypeGuard[ops.Field | ops.Split | ops.Each | ops.Slots]:
    """Whether a rule may be told to go the other way."""
    return not isinstance(rule, ops.Constant | ops.Computed)


def check_possible(shape: Shape, path: str, whose: str, place: ops.Place, report: Report) -> None:
    """Ask that a schema allows any value at all."""
    for low, high in BOUNDS:
        least, most = shape.limit(low), shape.limit(high)
        if least is not None and most is not None and least > most:
            message = (
                f"the {whose}'s schema allows no value, for {low} {least} is above {high} {most}: "
                "correct the schema"
            )
            report.add(place, path, Reason.UNFIT, message)


def check_fits(value: Json, shape: Shape, place: ops.Place, path: str, report: Report) -> None:
    """Ask that a value written in the document is one that its place allows."""
    trouble = shape.misfit(value)
    if trouble:
        report.add(place, path, Reason.UNFIT, f"{trouble}: correct the value")
