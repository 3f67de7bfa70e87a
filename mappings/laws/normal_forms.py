"""The normal form of a golden value: what it equals once it went to the app and came back.

A normal form is another spelling of the same: spaces, case, accents, zeros, units, order. Digits,
letters and seconds that are gone are a loss, and a loss has to be declared.
"""

from typing import assert_never

from mappings import identifiers, ops, units, values
from mappings.compound import join_words
from mappings.predicates import is_blank
from mappings.terms import Rounding
from mappings.view import Json


def normal_form(field: ops.Field, value: Json) -> Json:
    """Return what a golden value is equal to once this field carried it and came back."""
    if is_blank(value):
        return None
    normal = _normal(field.operation, value)
    return None if is_blank(normal) else normal


def spaced(text: str, separator: str) -> str:
    """Return a text with one separator between its words and no spaces around them."""
    return join_words(text.split(separator), separator)


def _normal(operation: ops.Operation, value: Json) -> Json:  # noqa: C901, PLR0911 one arm per class
    match operation:
        case ops.Text(forms):
            return values.text_normaliser(forms)(value)
        case ops.Join(separator, _):
            return spaced(value, separator)
        case ops.Pieces():
            return " ".join(value.split())
        case ops.Phone(region):
            return identifiers.phone_to_golden(value, region)
        case ops.TaxId(country):
            return identifiers.tax_id(value, country)
        case ops.Quantity(unit):
            wanted = unit or value["unit"]
            number = units.converted(value["value"], value["unit"], wanted)
            return {"value": number, "unit": wanted}
        case ops.DecimalNumber(min_scale=least):
            return values.plain_decimal(value, None, least, Rounding.HALF_EVEN)
        case ops.Money():
            digits = values.minor_digits(value["currency"])
            amount = values.plain_decimal(value["amount"], None, digits, Rounding.HALF_EVEN)
            return {"amount": amount, "currency": value["currency"]}
        case ops.SetOf(item, separator):
            codes = {_normal(item, code) for code in value}
            codes = codes if separator is None else {code.strip() for code in codes}
            return sorted(codes - {""})
        case (
            ops.Copy()
            | ops.WholeNumber()
            | ops.Boolean()
            | ops.BusinessDate()
            | ops.Instant()
            | ops.LocalTime()
            | ops.Country()
            | ops.ValueMap()
            | ops.Reference()
        ):
            return value
        case _:
            assert_never(operation)
