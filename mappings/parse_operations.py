"""What happens to a value, from a field's shape: at most one operation, and what it needs."""

import re
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mappings import document as doc
from mappings import ops, units
from mappings.faults import closest
from mappings.parsing import Parsing
from mappings.yaml_text import Location

DATE_FORM: Final = re.compile(r"(?:%[Ymd][-./ ]?){3}(?:[ T][0:]+)?")
TIME_FORM: Final = re.compile(r"(?:%[YmdHMSf][-./ :T]?)+")
WHOLE_VALUES: Final = ("money", "quantity", "join", "pieces", "set")


def read_operation(
    parsing: Parsing, shape: doc.FieldDocument, at: Location
) -> ops.Operation | None:
    """Return the field's operation; None if it has a fault."""
    whole = [name for name in WHOLE_VALUES if getattr(shape, name) is not None]
    if len(whole) > 1 or (whole and _chosen(shape)):
        parsing.fault(at, "one field has one operation: keep one")
    if shape.money is not None:
        money = shape.money
        return ops.Money(money.minor_units, money.scale, money.rounding, money.in_)
    if shape.quantity is not None:
        return _quantity(parsing, shape.quantity, (*at, "quantity"))
    if shape.join is not None:
        return ops.Join(shape.join.separator, shape.join.at)
    if shape.pieces is not None:
        return ops.Pieces(shape.pieces.width)
    if shape.set is not None:
        item = _item(parsing, shape.set, (*at, "set"))
        return None if item is None else ops.SetOf(item, shape.set.separator)
    return _item(parsing, shape, at)


def _quantity(parsing: Parsing, shape: doc.QuantityDocument, at: Location) -> ops.Quantity | None:
    if shape.in_ is not None and shape.in_ not in units.FACTORS:
        near = closest(shape.in_, units.FACTORS)
        parsing.fault((*at, "in"), f"{shape.in_!r} is no unit of our table{near}: see the guide")
        return None
    return ops.Quantity(shape.in_, shape.scale, shape.rounding)


def _item(parsing: Parsing, shape: doc.ItemDocument, at: Location) -> ops.ItemOperation | None:
    chosen = _chosen(shape)
    if len(chosen) > 1:
        parsing.fault(at, f"one field has one operation, not {' and '.join(chosen)}: keep one")
        return None
    if shape.values is not None:
        return _table(parsing, shape.values, (*at, "values"))
    if shape.date is not None and not _is_date_form(shape.date.form):
        message = "a date form has %Y, %m and %d once each, with - . / or space between"
        parsing.fault((*at, "date"), message)
        return None
    if shape.local_time is not None:
        return _local_time(parsing, shape.local_time, (*at, "local time"))
    return _number_or_text(shape) or _rest(shape)


def _number_or_text(shape: doc.ItemDocument) -> ops.ItemOperation | None:
    if shape.text is not None or shape.cut is not None:
        return ops.Text(tuple(shape.text or ()), shape.cut)
    if shape.integer is not None:
        return ops.WholeNumber(shape.integer.as_text)
    if (decimal := shape.decimal) is not None:
        return ops.DecimalNumber(decimal.scale, decimal.min_scale, decimal.rounding)
    if shape.boolean is not None:
        return ops.Boolean(tuple(shape.boolean.yes), tuple(shape.boolean.no))
    return None


def _rest(shape: doc.ItemDocument) -> ops.ItemOperation:
    operation: ops.ItemOperation = ops.Copy()
    if shape.date is not None:
        operation = ops.BusinessDate(shape.date.form)
    elif shape.instant is not None:
        operation = ops.Instant(shape.instant.form)
    elif shape.reference is not None:
        operation = ops.Reference(shape.reference.entity, shape.reference.missing)
    elif shape.phone is not None:
        operation = ops.Phone(shape.phone.region, shape.phone.national)
    elif shape.tax_id is not None:
        operation = ops.TaxId(shape.tax_id.country)
    elif shape.country is not None:
        operation = ops.Country(shape.country.form)
    return operation


def _local_time(
    parsing: Parsing, shape: doc.LocalTimeDocument, at: Location
) -> ops.LocalTime | None:
    form, zone = shape.form, shape.zone
    needed = all(form.count(f"%{part}") == 1 for part in "YmdHM")
    if not TIME_FORM.fullmatch(form) or not needed:
        message = "a time form has %Y %m %d %H %M once each, perhaps %S and %f, and separators"
        parsing.fault((*at, "form"), message)
        return None
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        parsing.fault((*at, "zone"), f"there is no zone {zone!r}: write one as Europe/Madrid")
        return None
    return ops.LocalTime(form, zone)


def _table(parsing: Parsing, name: str, at: Location) -> ops.ValueMap | None:
    if name not in parsing.value_maps:
        near = closest(name, parsing.value_maps)
        parsing.fault(at, f"there is no value map {name!r}{near}: add it under value maps")
    return parsing.value_maps.get(name)


def table_name(operation: ops.Operation) -> str:
    """Return the name of the value map behind an operation, or nothing."""
    if isinstance(operation, ops.SetOf):
        return table_name(operation.item)
    return operation.name if isinstance(operation, ops.ValueMap) else ""


def _chosen(shape: doc.ItemDocument) -> list[str]:
    names = [name for name in doc.ItemDocument.model_fields if getattr(shape, name) is not None]
    return [name for name in names if name != "cut" or "text" not in names]


def _is_date_form(form: str) -> bool:
    return bool(DATE_FORM.fullmatch(form)) and all(form.count(f"%{part}") == 1 for part in "Ymd")
