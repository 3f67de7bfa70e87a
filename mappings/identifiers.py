"""Telephone numbers, tax ids and countries in one normal form each; answers are remembered.

The libraries behind them are loaded at the first use, and each value is looked at once: the same
numbers come again with every read of a record.
"""

import importlib
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from mappings.errors import ValueRefused
from mappings.terms import CountryForm
from mappings.values import require_text, shown
from mappings.view import Json

REMEMBERED: Final = 65_536
LONGEST: Final = 60
SEPARATORS: Final = str.maketrans("", "", " .-/,\u00a0")


@lru_cache(REMEMBERED)
def phone_to_golden(text: str, region: str) -> str:
    """Return a telephone number as +34911234567, with ";ext=12" if it has an extension."""
    phonenumbers = importlib.import_module("phonenumbers")
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        message = f"{shown(text)} is not a telephone number: write it as +34 911 234 567"
        raise ValueRefused(message) from error
    plain: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{plain};ext={number.extension}" if number.extension else plain


@lru_cache(REMEMBERED)
def phone_to_app(golden: str, region: str, *, national: bool) -> str:
    """Return a golden number as the app holds it: of its region without prefix, if `national`."""
    plain = phone_to_golden(golden, region)
    if not national:
        return plain
    phonenumbers = importlib.import_module("phonenumbers")
    number = phonenumbers.parse(plain, region)
    if number.country_code != phonenumbers.country_code_for_region(region) or number.extension:
        return plain
    form = phonenumbers.PhoneNumberFormat.NATIONAL
    short: str = phonenumbers.format_number(number, form)
    return short if phone_to_golden(short, region) == plain else plain


@lru_cache
def _compacting(country: str | None) -> Callable[[str], str] | None:
    if country is None:
        return None
    stdnum = importlib.import_module("stdnum")
    module = stdnum.get_cc_module(country.lower(), "vat")
    return None if module is None else module.compact


@lru_cache(REMEMBERED)
def tax_id(text: str, country: str | None) -> str:
    """Return a tax id without separators, in capitals, as its country writes it."""
    plain = text.translate(SEPARATORS).upper()
    compact = _compacting(country)
    if compact is None or not plain or len(plain) > LONGEST:
        return plain
    try:
        known = str(compact(plain))
    except Exception:  # noqa: BLE001 - every country has its own module with its own errors
        return plain
    return known or plain


def country_to_golden(words: Json, form: CountryForm) -> str:
    """Return the two letters of a country; ValueRefused if there is none of that name."""
    text = str(words) if isinstance(words, int) else require_text(words)
    code = _countries(form).get(_country_key(text, form))
    if code is None:
        message = f"{shown(words)} is not a country by its {form.value}"
        raise ValueRefused(message)
    return code


def country_to_app(golden: Json, form: CountryForm) -> str:
    """Return a country as the app names it."""
    words = _names(form).get(require_text(golden).upper())
    if words is None:
        message = f"{shown(golden)} is not a country of two letters such as ES"
        raise ValueRefused(message)
    return words


def _country_key(text: str, form: CountryForm) -> str:
    text = text.strip()
    return text.zfill(3) if form is CountryForm.NUMERIC else text.casefold()


@lru_cache
def _countries(form: CountryForm) -> dict[str, str]:
    """Return words -> code: also the official and the common name, where names are asked for."""
    found = {_country_key(words, form): code for code, words in _names(form).items()}
    if form is CountryForm.NAME:
        for country in importlib.import_module("pycountry").countries:
            for name in ("official_name", "common_name"):
                other = getattr(country, name, None)
                if other:
                    found.setdefault(_country_key(other, form), country.alpha_2)
    return found


@lru_cache
def _names(form: CountryForm) -> dict[str, str]:
    attribute = {
        CountryForm.ALPHA_2: "alpha_2",
        CountryForm.ALPHA_3: "alpha_3",
        CountryForm.NUMERIC: "numeric",
        CountryForm.NAME: "name",
    }[form]
    pycountry = importlib.import_module("pycountry")
    return {country.alpha_2: getattr(country, attribute) for country in pycountry.countries}
