"""Currencies and exact amounts (ISO 4217), units (UN/ECE Rec 20), GTIN, customs codes."""

import re
from decimal import Decimal

from stdnum import ean

from ground.money import AmountError, decimals, minor_units
from ground.standards.errors import NotStandard
from ground.standards.units import UNITS

_PLAIN_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,10})?", re.ASCII)
_UNIT = re.compile(r"[A-Z0-9]{2,3}", re.ASCII)
_HS_CODE = re.compile(r"\d{6}(?:\d{2}){0,2}", re.ASCII)
_PRICE_DIGITS = 6


def currency(text: str) -> str:
    """Return the three-letter code in upper case."""
    code = text.upper()
    try:
        minor_units(code)
    except AmountError:
        raise NotStandard("Use the three-letter currency code, for example EUR.") from None
    return code


def number(text: str) -> Decimal:
    """Return a plain decimal number: digits, a point, no exponent, no separators."""
    if not _PLAIN_NUMBER.fullmatch(text):
        raise NotStandard('Write a plain number, for example "12.50".')
    return Decimal(text)


def amount(text: str, code: str) -> str:
    """Return an amount with the digits of its currency; more are refused, never rounded."""
    digits = minor_units(code)
    exact = number(text)
    if decimals(exact) > digits:
        raise NotStandard(f"{code} has {digits} digits after the point; this amount has more.")
    return _written(exact, digits)


def price(text: str, code: str) -> str:
    """Return a unit price: at least the digits of its currency, at most six, never negative."""
    exact = number(text)
    digits = max(decimals(exact), minor_units(code))
    if digits > _PRICE_DIGITS:
        raise NotStandard(f"A price has at most {_PRICE_DIGITS} digits after the point.")
    if exact < 0:
        raise NotStandard("A price is zero or more.")
    return _written(exact, digits)


def quantity(text: str) -> str:
    """Return a quantity in plain notation without idle zeros: `1.50` becomes `1.5`."""
    exact = number(text)
    return _written(exact, decimals(exact))


def _written(exact: Decimal, digits: int) -> str:
    # Adding zero turns "-0" into "0".
    return f"{exact + 0:.{digits}f}"


def unit(text: str) -> str:
    """Return a Rec 20 code in upper case; a code outside our table is `NotStandard` too."""
    code = text.upper()
    if code in UNITS:
        return code
    if _UNIT.fullmatch(code):
        raise NotStandard(f"{code} is not a unit we know; use for example C62, KGM, LTR or HUR.")
    raise NotStandard("Use a UN/ECE Rec 20 unit code, for example C62 (one) or KGM (kilogram).")


def gtin(text: str) -> str:
    """Return 8, 12, 13 or 14 digits with a right check digit."""
    digits = ean.compact(text)
    if not ean.is_valid(digits):
        raise NotStandard("A GTIN has 8, 12, 13 or 14 digits and a check digit; compare the label.")
    return str(digits)


def hs_code(text: str) -> str:
    """Return a customs code of 6, 8 or 10 digits; points and spaces are left out."""
    digits = re.sub(r"[ .]", "", text)
    if not _HS_CODE.fullmatch(digits):
        raise NotStandard("A customs code has 6, 8 or 10 digits, for example 8471.30.")
    return digits
