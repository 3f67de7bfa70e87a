"""What can be picked for a value of a published standard: countries, currencies, languages, units.

Names are in the language of the request; the list is sorted by them.
"""

import zoneinfo
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

import phonenumbers
import pycountry
from babel import Locale

from ground.parties import COUNTRY, LANGUAGE, TIMEZONE
from ground.records.fields import Standard, ValueType
from ground.standards import trade
from ground.standards.places import country_codes
from ground.standards.units import UNITS
from portal.i18n import language

__all__ = [
    "Options",
    "country_name",
    "currency_codes",
    "language_name",
    "offered",
    "telephone",
    "unit_name",
]

Options = Sequence[tuple[str, str]]

_CONTINENTS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def offered(kind: ValueType) -> Options:
    """Return (value, text) pairs of a standard that has few enough values to pick from."""
    if not isinstance(kind, Standard):
        return ()
    if kind.check is COUNTRY.check:
        return _countries(language.get())
    if kind.check is LANGUAGE.check:
        return _languages(language.get())
    if kind.check is trade.currency:
        return _currencies(language.get())
    if kind.check is trade.unit:
        return _units()
    return _timezones() if kind.check is TIMEZONE.check else ()


def country_name(code: str) -> str:
    """Return a country's name; the code itself if there is none."""
    return str(_locale(language.get()).territories.get(code, code))


def language_name(code: str) -> str:
    """Return a language's name; the code itself if there is none."""
    return str(_locale(language.get()).languages.get(code.replace("-", "_"), code))


def unit_name(code: str) -> str:
    """Return a unit as people say it: `kilogram (KGM)`."""
    return f"{UNITS[code]} ({code})" if code in UNITS else code


@lru_cache(maxsize=4096)
def telephone(number: str) -> str:
    """Return an E.164 number with the spaces of its country; any other text as it is."""
    try:
        parsed = phonenumbers.parse(number.replace(";ext=", " ext. "), None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(code)


@cache
def _countries(code: str) -> Options:
    names = _locale(code).territories
    return _sorted((each, str(names.get(each, each))) for each in country_codes())


@cache
def _languages(code: str) -> Options:
    known = {each.alpha_2 for each in pycountry.languages if hasattr(each, "alpha_2")}
    names = _locale(code).languages
    return _sorted((each, str(names[each])) for each in known if each in names)


@cache
def _currencies(code: str) -> Options:
    names = _locale(code).currencies
    known = {each.alpha_3 for each in pycountry.currencies}
    return tuple(sorted((each, f"{each} · {names[each]}") for each in known if each in names))


@cache
def currency_codes() -> Options:
    """Return the codes of all currencies, for where there is room for no more."""
    return tuple((code, code) for code, _ in _currencies("en"))


@cache
def _units() -> Options:
    return tuple((code, unit_name(code)) for code in UNITS)


@cache
def _timezones() -> Options:
    return tuple(
        (name, name.replace("_", " "))
        for name in sorted(zoneinfo.available_timezones())
        if name.startswith(_CONTINENTS)
    )


def _sorted(pairs: Iterable[tuple[str, str]]) -> Options:
    return tuple(sorted(pairs, key=lambda pair: pair[1].casefold()))
