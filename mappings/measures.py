"""Amounts with a currency and numbers with a unit, both ways."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from mappings import units, values
from mappings.errors import ValueRefused
from mappings.ops import Money, Quantity
from mappings.predicates import is_blank
from mappings.terms import Rounding
from mappings.view import Json

Turn: TypeAlias = Callable[[Json], Json]


def money_pair(operation: Money, paths: Sequence[str]) -> tuple[Turn, Turn]:
    """Return words -> golden and back; `paths` are the app's two fields, or one."""
    if operation.currency is not None:
        return _alone(operation, operation.currency)
    amount_name, currency_name = ("amount", "currency") if len(paths) == 1 else tuple(paths)
    to_amount, to_units = _amounts(operation)

    def get(words: Json) -> Json:
        if not isinstance(words, dict):
            message = f"{values.shown(words)} is not an amount with a currency"
            raise ValueRefused(message)
        if is_blank(words.get(amount_name)):
            return None
        currency = values.require_currency(words.get(currency_name))
        return {"amount": to_amount(words[amount_name], currency), "currency": currency}

    def put(golden: Json) -> Json:
        currency = _currency_of(golden)
        return {amount_name: to_units(golden["amount"], currency), currency_name: currency}

    return get, put


def _alone(operation: Money, currency: str) -> tuple[Turn, Turn]:
    """Return the two ways of an amount whose currency is always the same."""
    to_amount, to_units = _amounts(operation)

    def get(words: Json) -> Json:
        return {"amount": to_amount(words, currency), "currency": currency}

    def put(golden: Json) -> Json:
        given = _currency_of(golden)
        if given != currency:
            message = f"the app holds this amount in {currency}, the golden record in {given}"
            raise ValueRefused(message)
        return to_units(golden["amount"], currency)

    return get, put


def _currency_of(golden: Json) -> str:
    if not isinstance(golden, dict) or is_blank(golden.get("amount")):
        message = f"{values.shown(golden)} is not money: give an amount and a currency"
        raise ValueRefused(message)
    return values.require_currency(golden.get("currency"))


def _amounts(operation: Money) -> tuple[Callable[[Json, str], str], Callable[[Json, str], Json]]:
    scale, rounding = operation.scale, operation.rounding

    def plain(amount: Json, currency: str) -> str:
        digits = values.minor_digits(currency)
        if isinstance(amount, str):
            return values.decimal_text(amount, None, digits, rounding)
        return values.plain_decimal(amount, None, digits, rounding)

    def rounded(amount: Json, currency: str) -> str:
        text = values.require_text(amount)
        return values.decimal_text(text, scale, values.minor_digits(currency), rounding)

    if operation.minor_units:
        return values.minor_to_amount, lambda amount, currency: values.amount_to_minor(
            values.require_text(amount), currency, rounding
        )
    return plain, rounded


def quantity_pair(operation: Quantity, paths: Sequence[str]) -> tuple[Turn, Turn]:
    """Return words -> golden and back; `paths` are the app's two fields, or one."""
    if operation.unit is not None:
        return _in_unit(operation, operation.unit)
    value_name, unit_name = ("value", "unit") if len(paths) == 1 else tuple(paths)

    def get(words: Json) -> Json:
        if not isinstance(words, dict):
            message = f"{values.shown(words)} is not a number with a unit"
            raise ValueRefused(message)
        if is_blank(words.get(value_name)):
            return None
        value = values.plain_decimal(words[value_name], None, 0, Rounding.HALF_EVEN)
        return {"value": value, "unit": units.require_unit(words.get(unit_name))}

    def put(golden: Json) -> Json:
        value, unit = _value_and_unit(golden)
        return {value_name: _scaled(operation, value), unit_name: unit}

    return get, put


def _in_unit(operation: Quantity, unit: str) -> tuple[Turn, Turn]:
    def get(words: Json) -> Json:
        value = values.plain_decimal(words, None, 0, Rounding.HALF_EVEN)
        return {"value": value, "unit": unit}

    def put(golden: Json) -> Json:
        value, given = _value_and_unit(golden)
        return _scaled(operation, units.converted(value, given, unit))

    return get, put


def _scaled(operation: Quantity, value: str) -> str:
    return values.decimal_text(value, operation.scale, 0, operation.rounding)


def _value_and_unit(golden: Json) -> tuple[str, str]:
    if not isinstance(golden, dict) or is_blank(golden.get("value")):
        message = f"{values.shown(golden)} is not a quantity: give a value and a unit"
        raise ValueRefused(message)
    return values.require_text(golden["value"]), units.require_unit(golden.get("unit"))
