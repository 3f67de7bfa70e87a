"""What a mapping says about whole records: conditions, invariants, deletes."""

from dataclasses import replace

from mappings import ops
from mappings.check.conditions import Asked, check_condition
from mappings.check.findings import Report
from mappings.check.limits import check_fits
from mappings.invariants import invariant_paths
from mappings.shapes import Shape


def check_whole(mapping: ops.Mapping, app: Shape, golden: Shape, report: Report) -> None:
    """Ask that conditions, invariants and the delete policy name what there is."""
    asked = Asked(golden, "golden record", mapping.publish_place)
    check_condition(mapping.publish_when, asked, report)
    check_condition(mapping.accept_when, Asked(app, "app", mapping.accept_place), report)
    for rule in mapping.rules:
        check_condition(rule.when, replace(asked, place=rule.place), report)
    for invariant in mapping.invariants:
        for path in invariant_paths(invariant):
            report.find(golden, path, "golden record", invariant.place)
        if isinstance(invariant, ops.SumEquals):
            elements = golden.at(invariant.elements)
            if elements is not None and elements.items is not None:
                report.find(elements.items, invariant.field, "golden element", invariant.place)
    if mapping.delete.deactivate is not None:
        path, value = mapping.delete.deactivate
        shape = report.find(app, path, "app", mapping.delete.place)
        if shape is not None:
            check_fits(value, shape, mapping.delete.place, path, report)
