"""Types that meet: what an operation takes from the app, and what it makes in golden."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from mappings import ops
from mappings.check.findings import Reason, Report
from mappings.check.measures import check_units
from mappings.shapes import Shape

Types = frozenset[str]
TEXT: Final = Types({"string"})
NUMBERS: Final = Types({"string", "number", "integer"})
OBJECT: Final = Types({"object"})
MOMENT: Final = "date-time"
DAY: Final = "date"
WORDS_OF: Final = {bool: "boolean", int: "integer", str: "string"}


@dataclass(frozen=True, slots=True)
class Carried:
    """The JSON types an operation can carry, per app path and in golden; None: any, but the same.

    `not_format`: the format of a text that it cannot carry, with the reason.
    """

    app: tuple[Types, ...] | None
    golden: Types | None
    not_format: tuple[str, str] | None = None


def carried(operation: ops.Operation, paths: int) -> Carried:  # noqa: C901, PLR0911, PLR0912 one arm per class
    """Return the types an operation carries."""
    match operation:
        case ops.Copy():
            return Carried(None, None)
        case ops.Text():
            return Carried((TEXT,), TEXT)
        case ops.DecimalNumber():
            return Carried((NUMBERS,), TEXT)
        case ops.Boolean(yes, no):
            return Carried((_types([*yes, *no]),), Types({"boolean"}))
        case ops.BusinessDate():
            why = "a point in time is no date until a zone is chosen: use instant"
            return Carried((TEXT,), TEXT, (MOMENT, why))
        case ops.Instant(form):
            why = "a date has no zone, so it is no point in time: use date"
            taken = TEXT if form is ops.InstantForm.ISO else NUMBERS
            return Carried((taken,), TEXT, (DAY, why))
        case ops.LocalTime():
            return Carried((TEXT,), TEXT, (DAY, "a date has no time of day: use date"))
        case ops.Money(currency=fixed) | ops.Quantity(unit=fixed):
            taken = NUMBERS if fixed is not None else OBJECT
            return Carried((taken,) if paths == 1 else (NUMBERS, TEXT), OBJECT)
        case ops.Join() | ops.Pieces():
            return Carried((TEXT,) * paths, TEXT)
        case ops.SetOf():  # in one text; of a list, each code is asked
            return Carried((TEXT,), None)
        case ops.Phone() | ops.TaxId():
            return Carried((TEXT,), TEXT)
        case ops.Country():
            return Carried((Types({"string", "integer"}),), TEXT)
        case ops.WholeNumber():
            return Carried((NUMBERS,), Types({"integer"}))
        case ops.ValueMap(pairs=pairs):
            return Carried((_types([code for code, _ in pairs]),), TEXT)
        case ops.Reference():
            return Carried((Types({"string", "integer"}),), TEXT)
        case _:
            assert_never(operation)


def check_kinds(field: ops.Field, words: Sequence[Shape], value: Shape, report: Report) -> bool:
    """Whether the types meet on both sides; a finding where they do not."""
    if not _check_shape(field, value, report):
        return False
    operation: ops.Operation = field.operation
    apps, golden = list(words), value
    if isinstance(operation, ops.SetOf) and operation.separator is None:
        inner = words[0].items
        if inner is None and words[0].types - {"array"}:
            _clash(report, field, field.app[0], "is no list in the app: remove set")
            return False
        apps, golden = [inner or Shape({})], value.items or Shape({})
        operation = operation.item
    if isinstance(operation, ops.Quantity):
        check_units(field, operation, words, value, report)
    return _check_types(field, carried(operation, len(words)), apps, golden, report)


def _check_types(
    field: ops.Field, wanted: Carried, apps: Sequence[Shape], golden: Shape, report: Report
) -> bool:
    if wanted.app is None:
        return _check_same(field, apps[0], golden, report)
    clashes: list[tuple[str, str]] = []
    for path, types, shape in zip(field.app, wanted.app, apps, strict=True):
        if strange := shape.types - types - _types(field.blank):
            spoken = f"holds {_list(strange)}, the operation takes {_list(types)}"
            clashes.append((path, f"the app {spoken}: choose another operation"))
    if wanted.golden is not None and (strange := golden.types - wanted.golden):
        spoken = f"holds {_list(strange)}, the operation makes {_list(wanted.golden)}"
        clashes.append((field.golden, f"the golden record {spoken}: choose another operation"))
    for path, shape in ((field.app[0], apps[0]), (field.golden, golden)):
        if wanted.not_format and shape.schema.get("format") == wanted.not_format[0]:
            clashes.append((path, wanted.not_format[1]))
    for path, message in clashes:
        _clash(report, field, path, message)
    return not clashes


def _check_same(field: ops.Field, app: Shape, golden: Shape, report: Report) -> bool:
    """Ask that both sides hold the same, for a copy changes nothing."""
    if not app.types or not golden.types:
        return True
    if "number" in app.types | golden.types:
        _clash(report, field, field.app[0], "is a number with a fraction: use decimal")
        return False
    here, there = app.types - (_types(field.blank) - golden.types), golden.types
    if field.direction.reads and here - there:
        message = f"the app holds {_list(here)}, the golden record {_list(there)}: convert it"
        _clash(report, field, field.app[0], message)
        return False
    if field.direction.writes and there - here:
        message = f"the golden record holds {_list(there)}, the app {_list(here)}: convert it"
        _clash(report, field, field.golden, message)
        return False
    return True


def _check_shape(field: ops.Field, value: Shape, report: Report) -> bool:
    """Ask for what golden says of its field: set, list of elements, money, reference."""
    operation = field.operation
    message = None
    if value.kind == "elements":
        message = "is a list of elements: map it under lists"
    elif isinstance(operation, ops.SetOf) is not (value.kind == "set"):
        what = value.kind == "set"
        message = "is a set: add set: {}" if what else "is no set: remove set"
    elif isinstance(operation, ops.Money) and {"amount", "currency"} - value.properties.keys():
        message = "is not money: it has no amount and currency"
    elif isinstance(operation, ops.Quantity) and {"value", "unit"} - value.properties.keys():
        message = "is no quantity: it has no value and unit"
    elif value.ref != (named := _entity(operation)):
        message = f"refers to a {value.ref}: use reference" if value.ref else "refers to nothing"
        if value.ref and named:
            message += f" with entity: {value.ref}"
    if message:
        _clash(report, field, field.golden, message)
    return message is None


def _entity(operation: ops.Operation) -> str | None:
    item = operation.item if isinstance(operation, ops.SetOf) else operation
    return item.entity if isinstance(item, ops.Reference) else None


def _clash(report: Report, field: ops.Field, path: str, message: str) -> None:
    report.add(field.place, path, Reason.KINDS_CLASH, message)


def _types(codes: Sequence[ops.Code]) -> Types:
    return Types(WORDS_OF[type(code)] for code in codes)


def _list(types: Types) -> str:
    return " or ".join(sorted(types))
