"""Slots, splits and computed fields: their places are there, and hold what the rule makes."""

from mappings import ops
from mappings.check.conditions import check_code
from mappings.check.fields import check_field
from mappings.check.findings import Reason, Report
from mappings.check.limits import check_access
from mappings.check.sides import Sides
from mappings.check.writers import Side, check_required
from mappings.computed import operand_list, operand_paths
from mappings.shapes import Shape
from mappings.view import Json


def check_split(rule: ops.Split, sides: Sides, report: Report) -> None:
    """Ask that the text and all its parts are texts."""
    found = [(rule.app, report.find(sides.app, rule.app, "app", rule.place))]
    found += [
        (path, report.find(sides.golden, path, "golden record", rule.place)) for path in rule.golden
    ]
    check_access([rule.app], sides.app, rule, report)
    for path, shape in found:
        if shape is not None and shape.types - {"string"}:
            message = "is no text, and only text is split: choose another field"
            report.add(rule.place, path, Reason.KINDS_CLASH, message)


def check_computed(rule: ops.Computed, sides: Sides, report: Report) -> None:
    """Ask that the target and all operands are there, the operands on the other side."""
    if rule.app is not None:
        report.find(sides.app, rule.app, "app", rule.place)
        check_access([rule.app], sides.app, rule, report)
        source, whose = sides.golden, "golden record"
    else:
        report.find(sides.golden, str(rule.golden), "golden record", rule.place)
        source, whose = sides.app, "app"
    for path in operand_paths(rule.function):
        report.find(source, path, whose, rule.place)
    listed = operand_list(rule.function)
    elements = None if listed is None else report.find(source, listed, whose, rule.place)
    if elements is None:
        return
    if elements.items is None:
        message = "is no list: count and sum need one"
        report.add(rule.place, str(listed), Reason.KINDS_CLASH, message)
    elif isinstance(rule.function, ops.Total):
        report.find(elements.items, rule.function.field, f"element of the {whose}", rule.place)


def check_slots(rule: ops.Slots, sides: Sides, report: Report) -> None:
    """Ask all of every place and of the fields inside."""
    value = report.find(sides.golden, rule.golden, "golden record", rule.place)
    if value is None:
        return
    if value.kind != "elements" or value.items is None:
        message = "is no list of elements in the golden record: choose another path"
        report.add(rule.place, rule.golden, Reason.KINDS_CLASH, message)
        return
    inner = Sides(sides.app, value.items, ops.ALWAYS)
    for slot in rule.slots:
        _check_slot(rule, slot, inner, report)


def _check_slot(rule: ops.Slots, slot: ops.Slot, inner: Sides, report: Report) -> None:
    for name, code in slot.fixed:
        shape = report.find(inner.golden, name, "golden element", slot.place)
        if shape is not None:
            _check_fixed(code, shape, name, slot, report)
    for field in slot.fields:
        check_field(field, inner, report)
    if rule.direction.reads:
        read = [(field.golden, field.place) for field in slot.fields if field.direction.reads]
        known = [*read, *((name, slot.place) for name, _ in slot.fixed)]
        _check_inside(known, inner.golden, rule, slot, report)


def _check_fixed(code: Json, shape: Shape, name: str, slot: ops.Slot, report: Report) -> None:
    if isinstance(code, tuple) is not (shape.kind == "set"):
        message = "is a set: write is: {…: [code]}" if shape.kind == "set" else "is no set"
        report.add(slot.place, name, Reason.KINDS_CLASH, message)
        return
    for one in code if isinstance(code, tuple) else (code,):
        check_code(one, shape, name, slot.place, report)


def _check_inside(
    known: list[tuple[str, ops.Place]],
    element: Shape,
    rule: ops.Slots,
    slot: ops.Slot,
    report: Report,
) -> None:
    side = Side(element, "golden record", slot.place, f"{rule.golden}.")
    check_required(known, side, report)
