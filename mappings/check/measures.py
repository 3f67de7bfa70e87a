"""Units agree: what golden measures, what the app's schema says, what the mapping says.

A golden field says what it measures with `x-field: {measures: mass}`, or by the codes that its unit
may have; an app's field says its unit with `x-unit: KGM`.
"""

from collections.abc import Sequence
from typing import Final

from mappings import ops, units
from mappings.check.findings import Reason, Report
from mappings.shapes import Shape

APP_UNIT: Final = "x-unit"


def measures(shape: Shape) -> frozenset[str]:
    """Return what a quantity may measure: mass, length …; nothing if the schema does not say."""
    said = shape.note("measures")
    if said is not None:
        return frozenset({said})
    unit = shape.properties.get("unit")
    kinds = {units.kind_of(str(code)) for code in (unit.codes if unit is not None else ())}
    return frozenset(kind for kind in kinds if kind is not None)


def check_units(
    field: ops.Field,
    operation: ops.Quantity,
    words: Sequence[Shape],
    golden: Shape,
    report: Report,
) -> None:
    """Ask that the app and golden measure the same, and that the app's unit is the one named."""
    told = words[0].schema.get(APP_UNIT)
    if told is not None and operation.unit is not None and told != operation.unit:
        message = f"the app holds {told}, the mapping says {operation.unit}: write in: {told}"
        report.add(field.place, field.app[0], Reason.UNITS_CLASH, message)
        return
    wanted = measures(golden)
    here = _app_measures(operation, words)
    if wanted and here and not wanted & here:
        message = (
            f"golden measures {_names(wanted)}, the app measures {_names(here)}: "
            "choose another unit or field"
        )
        report.add(field.place, field.app[0], Reason.UNITS_CLASH, message)


def _app_measures(operation: ops.Quantity, words: Sequence[Shape]) -> frozenset[str]:
    if operation.unit is not None:
        return frozenset({units.KIND_OF[operation.unit]})
    if len(words) == 1:
        return measures(words[0])
    return measures(Shape({"properties": {"unit": words[1].schema}}))


def _names(kinds: frozenset[str]) -> str:
    return " or ".join(sorted(kinds))
