"""What is wrong with a mapping before any record is carried, and what it leaves out.

Needs the mapping and the JSON Schemas of both sides, nothing else. No finding means that every rule
finds its places and that what one side says the other can take; whether values come back equal is
what laws.py tries.
"""

from collections.abc import Mapping
from typing import assert_never

from mappings import ops
from mappings.check.conditions import Asked, check_condition
from mappings.check.coverage import Coverage, coverage
from mappings.check.cycles import reference_cycles
from mappings.check.fields import check_field
from mappings.check.findings import Finding, Reason, Report
from mappings.check.limits import check_access, check_fits
from mappings.check.lists import check_each
from mappings.check.sides import Sides
from mappings.check.writers import (
    Side,
    app_targets,
    check_one_writer,
    check_required,
    golden_targets,
)
from mappings.shapes import shape_of
from mappings.view import Json

__all__ = ["Coverage", "Finding", "Reason", "check", "coverage", "reference_cycles"]

Schema = Mapping[str, Json]
TOP = ops.Place(1, 1)


def check(mapping: ops.Mapping, app: Schema, golden: Schema) -> list[Finding]:
    """Return what is wrong with a mapping between an app schema and a golden schema."""
    report = Report()
    sides = Sides(shape_of(app), shape_of(golden), mapping.publish_when)
    for rule in mapping.rules:
        _check_rule(rule, sides, report)
    check_one_writer(mapping.rules, report)
    check_required(app_targets(mapping.rules), Side(sides.app, "app", TOP), report)
    side = Side(sides.golden, "golden record", TOP)
    check_required(golden_targets(mapping.rules), side, report)
    asked = Asked(sides.golden, "golden record", mapping.publish_place)
    check_condition(mapping.publish_when, asked, report)
    return report.findings()


def _check_rule(rule: ops.Rule, sides: Sides, report: Report) -> None:
    match rule:
        case ops.Field():
            check_field(rule, sides, report)
        case ops.Constant():
            _check_constant(rule, sides, report)
        case ops.Each():
            check_each(rule, sides, report)
        case _:
            assert_never(rule)


def _check_constant(rule: ops.Constant, sides: Sides, report: Report) -> None:
    if rule.app is not None:
        shape = report.find(sides.app, rule.app, "app", rule.place)
        check_access([rule.app], sides.app, rule, report)
        if shape is not None:
            check_fits(rule.value, shape, rule.place, rule.app, report)
    if rule.golden is not None:
        shape = report.find(sides.golden, rule.golden, "golden record", rule.place)
        if shape is not None:
            check_fits(rule.value, shape, rule.place, rule.golden, report)
