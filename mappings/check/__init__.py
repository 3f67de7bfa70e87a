"""What is wrong with a mapping before any record is carried, and what it leaves out.

Needs the mapping and the JSON Schemas of both sides, nothing else. No finding means that every rule
finds its places and that what one side says the other can take; whether values come back equal is
what laws.py tries.
"""

from collections.abc import Mapping
from typing import assert_never

from mappings import ops
from mappings.check.coverage import Coverage, coverage
from mappings.check.cycles import reference_cycles
from mappings.check.fields import check_constant, check_field
from mappings.check.findings import Finding, Reason, Report
from mappings.check.lists import check_each
from mappings.check.places import check_computed, check_slots, check_split
from mappings.check.sides import Sides
from mappings.check.whole import check_whole
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
    here, there = shape_of(app), shape_of(golden)
    for rule in mapping.rules:
        published = ops.AllOf((mapping.publish_when, rule.when))
        _check_rule(rule, Sides(here, there, published), report)
    check_one_writer(mapping.rules, report)
    check_required(app_targets(mapping.rules), Side(here, "app", TOP), report)
    check_required(golden_targets(mapping.rules), Side(there, "golden record", TOP), report)
    check_whole(mapping, here, there, report)
    return report.findings()


def _check_rule(rule: ops.Rule, sides: Sides, report: Report) -> None:
    match rule:
        case ops.Field():
            check_field(rule, sides, report)
        case ops.Constant():
            check_constant(rule, sides, report)
        case ops.Split():
            check_split(rule, sides, report)
        case ops.Computed():
            check_computed(rule, sides, report)
        case ops.Each():
            check_each(rule, sides, report)
        case ops.Slots():
            check_slots(rule, sides, report)
        case _:
            assert_never(rule)
