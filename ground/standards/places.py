"""Countries (ISO 3166-1), languages (BCP 47) and time zones (IANA)."""

import re
import zoneinfo
from functools import cache, lru_cache

import pycountry
from babel import Locale, UnknownLocaleError

from ground.standards.errors import NotStandard

# Tax authorities use these besides ISO 3166: Kosovo, Greece's and Northern Ireland's VAT prefixes.
_BESIDES_ISO = {"XK": "XK", "EL": "GR", "XI": "XI"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


@cache
def country_codes() -> frozenset[str]:
    """Return every two-letter country code of ISO 3166-1."""
    return frozenset(country.alpha_2 for country in pycountry.countries)


def country(text: str) -> str:
    """Return the two-letter code in upper case; Greece's `EL` becomes `GR`."""
    code = text.upper()
    if code in country_codes():
        return code
    if code in _BESIDES_ISO:
        return _BESIDES_ISO[code]
    raise NotStandard("Use the two-letter country code, for example ES.")


@lru_cache(maxsize=1024)
def language(text: str) -> str:
    """Return a language tag with usual case: `es`, `pt-BR`, `zh-Hans`."""
    if _LANGUAGE.fullmatch(text):
        try:
            locale = Locale.parse(text.replace("-", "_"))
        except (ValueError, UnknownLocaleError):
            pass
        else:
            parts = (locale.language, locale.script, locale.territory)
            return "-".join(part for part in parts if part)
    raise NotStandard("Use a language code, for example es or pt-BR.")


@cache
def _timezones() -> dict[str, str]:
    return {name.casefold(): name for name in zoneinfo.available_timezones()}


def timezone(text: str) -> str:
    """Return the IANA name in its usual case."""
    name = _timezones().get(text.casefold())
    if name is None:
        raise NotStandard("Use a time zone name, for example Europe/Madrid.")
    return name
