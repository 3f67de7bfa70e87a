"""One field, asked everything: places, kinds, codes, lengths, access, defaults."""

from mappings import ops
from mappings.check.codes import check_codes
from mappings.check.findings import Reason, Report
from mappings.check.kinds import check_kinds
from mappings.check.limits import check_access, check_fits, check_lengths, check_possible
from mappings.check.sides import Sides
from mappings.check.writers import check_blank
from mappings.shapes import Shape


def check_field(field: ops.Field, sides: Sides, report: Report) -> None:
    """Ask all of one field; where a place or a kind is wrong, the rest says nothing."""
    found = [_find(sides.app, path, "app", field, report) for path in field.app]
    value = _find(sides.golden, field.golden, "golden record", field, report)
    words = [shape for shape in found if shape is not None]
    if value is None or len(words) < len(found):
        return
    check_access(field.app, sides.app, field, report)
    if not check_kinds(field, words, value, report):
        return
    check_codes(field, words[0], value, sides.publish, report)
    check_lengths(field, words[0], value, report)
    check_blank(field, sides.app, sides.golden, sides.publish, report)
    _check_defaults(field, sides, report)


def _find(side: Shape, path: str, whose: str, field: ops.Field, report: Report) -> Shape | None:
    shape = report.find(side, path, whose, field.place)
    if shape is not None:
        check_possible(shape, path, whose, field.place, report)
    return shape


def _check_defaults(field: ops.Field, sides: Sides, report: Report) -> None:
    default = field.default
    if default.app is not None:
        if not field.direction.writes:
            message = "nothing is written here, so default: {app: …} is never used: remove it"
            report.add(field.place, field.app[0], Reason.NEVER_USED, message)
        check_fits(
            default.app, sides.app.trail(field.app[0])[-1], field.place, field.app[0], report
        )
    if default.golden is not None:
        if not field.direction.reads:
            message = "nothing is read here, so default: {golden: …} is never used: remove it"
            report.add(field.place, field.golden, Reason.NEVER_USED, message)
        shape = sides.golden.trail(field.golden)[-1]
        check_fits(default.golden, shape, field.place, field.golden, report)


def check_constant(rule: ops.Constant, sides: Sides, report: Report) -> None:
    """Ask that a constant fits the place it is for."""
    if rule.app is not None:
        shape = report.find(sides.app, rule.app, "app", rule.place)
        check_access([rule.app], sides.app, rule, report)
        if shape is not None:
            check_fits(rule.value, shape, rule.place, rule.app, report)
    if rule.golden is not None:
        shape = report.find(sides.golden, rule.golden, "golden record", rule.place)
        if shape is not None:
            check_fits(rule.value, shape, rule.place, rule.golden, report)
