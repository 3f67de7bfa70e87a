"""What happens to a value, from a field's shape: at most one operation, and what it needs."""

import re
from typing import Final, TypeVar, assert_never, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mappings import document as doc
from mappings import ops, units
from mappings.faults import closest
from mappings.parsing import Parsing
from mappings.words import ITEM_WORDS, WHOLE_WORDS, ItemWord, WholeWord
from mappings.yaml_text import Location

DATE_FORM: Final = re.compile(r"(?:%[Ymd][-./ ]?){3}(?:[ T][0:]+)?")
TIME_FORM: Final = re.compile(r"(?:%[YmdHMSf][-./ :T]?)+")
Given = TypeVar("Given")


def read_operation(
    parsing: Parsing, shape: doc.FieldDocument, at: Location
) -> ops.Operation | None:
    """Return the field's operation; None if it has a fault."""
    whole = [word for word in WHOLE_WORDS if getattr(shape, word) is not None]
    if len(whole) > 1 or (whole and _chosen(shape)):
        parsing.fault(at, "one field has one operation: keep one")
    return _whole(parsing, whole[0], shape, at) if whole else _item(parsing, shape, at)


def _whole(
    parsing: Parsing, word: WholeWord, shape: doc.FieldDocument, at: Location
) -> ops.Operation | None:
    match word:
        case "money":
            money = _given(shape.money)
            return ops.Money(money.minor_units, money.scale, money.rounding, money.in_)
        case "quantity":
            return _quantity(parsing, _given(shape.quantity), (*at, "quantity"))
        case "join":
            join = _given(shape.join)
            return ops.Join(join.separator, join.at)
        case "pieces":
            return ops.Pieces(_given(shape.pieces).width)
        case "set":
            codes = _given(shape.set)
            item = _item(parsing, codes, (*at, "set"))
            return None if item is None else ops.SetOf(item, codes.separator)
        case _:
            assert_never(word)


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
    return _read_item(parsing, chosen[0], shape, at) if chosen else ops.Copy()


def _read_item(  # noqa: C901, PLR0911, PLR0912 one arm per word
    parsing: Parsing, word: ItemWord, shape: doc.ItemDocument, at: Location
) -> ops.ItemOperation | None:
    match word:
        case "text" | "cut":
            return ops.Text(tuple(shape.text or ()), shape.cut)
        case "integer":
            return ops.WholeNumber(_given(shape.integer).as_text)
        case "decimal":
            decimal = _given(shape.decimal)
            return ops.DecimalNumber(decimal.scale, decimal.min_scale, decimal.rounding)
        case "boolean":
            boolean = _given(shape.boolean)
            return ops.Boolean(tuple(boolean.yes), tuple(boolean.no))
        case "date":
            return _date(parsing, _given(shape.date).form, (*at, "date"))
        case "instant":
            return ops.Instant(_given(shape.instant).form)
        case "local_time":
            return _local_time(parsing, _given(shape.local_time), (*at, "local time"))
        case "values":
            return _table(parsing, _given(shape.values), (*at, "values"))
        case "reference":
            reference = _given(shape.reference)
            return ops.Reference(reference.entity, reference.missing)
        case "phone":
            phone = _given(shape.phone)
            return ops.Phone(phone.region, phone.national)
        case "tax_id":
            return ops.TaxId(_given(shape.tax_id).country)
        case "country":
            return ops.Country(_given(shape.country).form)
        case _:
            assert_never(word)


def _given(under: Given | None) -> Given:
    """Return what stands under a word; it was chosen because something stands there."""
    return cast(Given, under)


def _date(parsing: Parsing, form: str, at: Location) -> ops.BusinessDate | None:
    once = all(form.count(f"%{part}") == 1 for part in "Ymd")
    if not DATE_FORM.fullmatch(form) or not once:
        message = "a date form has %Y, %m and %d once each, with - . / or space between"
        parsing.fault(at, message)
        return None
    return ops.BusinessDate(form)


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


def _chosen(shape: doc.ItemDocument) -> list[ItemWord]:
    words = [word for word in ITEM_WORDS if getattr(shape, word) is not None]
    return [word for word in words if word != "cut" or "text" not in words]
