"""Countries as people write them in files, and what follows from a country."""

from functools import cache

import pycountry
from babel import Locale
from babel.numbers import get_territory_currencies

_LANGUAGES = ("en", "es", "de", "ru", "fr", "ro", "id")
_BESIDES = {
    "uk": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "holland": "NL",
    "korea": "KR",
    "usa": "US",
    "u.s.a.": "US",
    "u.k.": "GB",
    "ee. uu.": "US",
    "ee.uu.": "US",
}


def country_code(text: str) -> str | None:
    """Return the two-letter code of a country named by code or in a language we know."""
    wanted = text.casefold().strip()
    if wanted in _BESIDES:
        return _BESIDES[wanted]
    if found := _names().get(wanted):
        return found
    try:
        return str(pycountry.countries.lookup(wanted).alpha_2)
    except LookupError:
        return None


def currency_of(country: str | None) -> str | None:
    """Return the currency in which a country pays today."""
    if country is None:
        return None
    codes: list[str] = get_territory_currencies(country)
    return codes[0] if codes else None


@cache
def _names() -> dict[str, str]:
    countries = {country.alpha_2 for country in pycountry.countries}
    return {
        name.casefold(): code
        for language in _LANGUAGES
        for code, name in Locale(language).territories.items()
        if code in countries
    }
