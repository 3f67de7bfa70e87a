"""Identifiers with check digits. What is malformed keeps its raw letters and says so."""

from functools import lru_cache

from stdnum import ean, iban
from stdnum.exceptions import ValidationError
from stdnum.util import get_cc_module

from master_data.forms.text import compact

_GTIN_LENGTHS = (8, 12, 13, 14)
_VAT_COUNTRIES = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK GB XI CH"
    " NO".split()
)
_PREFIXED = {"EL": "GR"}  # Greece writes EL before its numbers


@lru_cache(maxsize=8192)
def tax_id(text: str, country: str = "") -> str:
    """Return `CC:NUMBER`, the number without country prefix; `:NUMBER` if no country is known."""
    number, given = compact(text), country.upper()
    prefix = _PREFIXED.get(number[:2], number[:2])
    if given and number.startswith(given):
        number = number[2:]
    elif prefix in _VAT_COUNTRIES and (not given or prefix == given) and _long_enough(number[2:]):
        given, number = prefix, number[2:]
    return f"{given}:{number}" if number else ""


def _long_enough(number: str) -> bool:
    return sum(sign.isdigit() for sign in number) >= 7  # noqa: PLR2004  the shortest, Irish ones


@lru_cache(maxsize=4096)
def is_valid_tax_id(form: str) -> bool:
    """Say whether the check digits of a form of `tax_id` are right; unknown countries: no."""
    country, _, number = form.partition(":")
    module = get_cc_module(country.lower(), "vat") if country else None
    try:
        return bool(module and module.validate(number))
    except ValidationError:
        return False


@lru_cache(maxsize=8192)
def gtin14(text: str) -> str:
    """Return a GTIN-8/12/13/14 as 14 digits; empty if its check digit is wrong."""
    digits = compact(text)
    if not digits.isdigit() or len(digits.lstrip("0")) < _GTIN_LENGTHS[0] - 1:
        return ""
    if len(digits) not in _GTIN_LENGTHS:
        digits = digits.zfill(_GTIN_LENGTHS[1]) if len(digits) < _GTIN_LENGTHS[1] else digits
    weights = sum(int(sign) * (3, 1)[place % 2] for place, sign in enumerate(reversed(digits[:-1])))
    return (
        digits.zfill(14)
        if len(digits) in _GTIN_LENGTHS and (weights + int(digits[-1])) % 10 == 0
        else ""
    )


def gtin14_by_library(text: str) -> str:
    """Return what `gtin14` returns, by python-stdnum."""
    digits = compact(text)
    if len(digits) not in _GTIN_LENGTHS:
        return ""
    return digits.zfill(14) if ean.is_valid(digits) else ""


def iban_number(text: str) -> str:
    """Return an IBAN without spaces; empty if its check digits are wrong."""
    number = compact(text)
    return number if iban.is_valid(number) else ""
