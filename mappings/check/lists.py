"""Lists of elements: there is a list, every element has a key, one rule writes inside."""

from mappings import ops
from mappings.check.conditions import check_code
from mappings.check.fields import check_constant, check_field
from mappings.check.findings import Reason, Report
from mappings.check.limits import check_access
from mappings.check.sides import Sides
from mappings.check.writers import (
    Side,
    app_targets,
    check_one_writer,
    check_required,
    golden_targets,
)
from mappings.shapes import Shape


def check_each(rule: ops.Each, sides: Sides, report: Report) -> None:
    """Ask all of one list and of the fields inside."""
    words = report.find(sides.app, rule.app, "app", rule.place)
    value = report.find(sides.golden, rule.golden, "golden record", rule.place)
    if words is None or value is None:
        return
    if words.items is None or (words.items.types and words.items.types != {"object"}):
        message = "is no list of objects in the app: choose another path"
        report.add(rule.place, rule.app, Reason.KINDS_CLASH, message)
        return
    if value.kind != "elements" or value.items is None:
        message = "is no list of elements in the golden record: choose another path"
        report.add(rule.place, rule.golden, Reason.KINDS_CLASH, message)
        return
    check_access([rule.app], sides.app, rule, report)
    inner = Sides(words.items, value.items, ops.AllOf(()))
    _check_key(rule, inner.app, report)
    _check_only(rule, inner.golden, report)
    for field in rule.fields:
        check_field(field, inner, report)
    for constant in rule.constants:
        check_constant(constant, inner, report)
    check_one_writer(rule.inside, report)
    if rule.direction.writes:
        known = [*app_targets(rule.inside), (rule.key, rule.place)]
        check_required(known, Side(inner.app, "app", rule.place, f"{rule.app}."), report)
    if rule.direction.reads:
        side = Side(inner.golden, "golden record", rule.place, f"{rule.golden}.")
        check_required(golden_targets(rule.inside), side, report)


def _check_key(rule: ops.Each, element: Shape, report: Report) -> None:
    key = report.find(element, rule.key, "element of the app", rule.place)
    if key is None:
        return
    if key.types - {"string", "integer"}:
        message = f"holds {' or '.join(sorted(key.types))}, a key is text or a whole number"
        report.add(rule.place, rule.key, Reason.LIST_KEY, message)
    elif len(key.codes) == 1:
        message = "is the same in every element, so it tells none apart: choose another key"
        report.add(rule.place, rule.key, Reason.LIST_KEY, message)
    elif key.types and key.nullable and rule.key not in element.required:
        message = "may be null, and an element without a key holds its list: choose another key"
        report.add(rule.place, rule.key, Reason.LIST_KEY, message)
    if rule.client_keys:
        for path, place in app_targets(rule.fields):
            if path == rule.key:
                message = "is the key that we choose: remove this field or client keys"
                report.add(place, path, Reason.LIST_KEY, message)


def _check_only(rule: ops.Each, element: Shape, report: Report) -> None:
    read = {path for path, _ in golden_targets(rule.inside)}
    for name, codes in rule.only:
        shape = report.find(element, name, "golden element", rule.place)
        if shape is None:
            continue
        for code in codes:
            check_code(code, shape, name, rule.place, report)
        if rule.direction.reads and name not in read:
            message = "no field reads this, so no element would ever count: add a field for it"
            report.add(rule.place, name, Reason.NEVER_USED, message)
