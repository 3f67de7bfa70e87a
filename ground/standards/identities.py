"""Numbers that name a party: tax ids by country and scheme, GLN, DUNS, LEI."""

import importlib
import pkgutil
import re
from functools import cache, lru_cache
from types import ModuleType

import stdnum
from stdnum import ean, get_cc_module, lei

from ground.standards.errors import NotStandard

# Greece is filed under its ISO code.
_MODULE_COUNTRY = {"el": "gr"}
# Packages whose country code is a Python keyword.
_PACKAGES = {"in": "in_", "is": "is_"}
_SEPARATORS = re.compile(r"[\s.\-/]+")
_SCHEME = re.compile(r"[a-z][a-z0-9_]{1,19}")
_GLN_LENGTH = 13
_DUNS = re.compile(r"\d{9}")


@cache
def _modules_of(country: str) -> frozenset[str]:
    package = importlib.import_module(f"stdnum.{_PACKAGES.get(country, country)}")
    return frozenset(module.name for module in pkgutil.iter_modules(package.__path__))


@cache
def _countries() -> frozenset[str]:
    return frozenset(
        module.name.rstrip("_") for module in pkgutil.iter_modules(stdnum.__path__) if module.ispkg
    )


@lru_cache(maxsize=1024)
def _module(country: str, scheme: str) -> ModuleType | None:
    code = _MODULE_COUNTRY.get(country.lower(), country.lower())
    if code == "xi" and scheme == "vat":
        return importlib.import_module("stdnum.eu.vat")
    if code not in _countries():
        return None
    if scheme != "vat" and scheme not in _modules_of(code):
        return None
    found = get_cc_module(code, scheme)
    return found if isinstance(found, ModuleType) else None


def scheme_name(text: str) -> str:
    """Return a scheme in lower case, for example `vat`, `nif`, `inn`."""
    name = text.lower()
    if not _SCHEME.fullmatch(name):
        raise NotStandard("Name the scheme in a few letters, for example vat.")
    return name


@lru_cache(maxsize=65_536)
def tax_id(country: str, scheme: str, text: str) -> str:
    """Return the compact upper-case form; checked where the country's scheme is known to us.

    Errors: `NotStandard` when the number is wrong, or when a scheme other than `vat` is unknown.
    """
    module = _module(country, scheme)
    if module is None and scheme != "vat":
        raise NotStandard(f"We know no tax id scheme {scheme} in {country}; use vat.")
    if module is None:
        return _SEPARATORS.sub("", text).upper()
    return _compact(module, country, text)


def _compact(module: ModuleType, country: str, text: str) -> str:
    if not module.is_valid(text):
        raise NotStandard(f"This is not a tax id of {country}; compare it with the document.")
    compact = str(module.compact(text)).upper()
    bare = compact.removeprefix(country)
    # Romania's is valid with and without prefix; one of two spellings must be the normal form.
    return bare if bare != compact and module.is_valid(bare) else compact


def tidy_tax_id(text: str) -> str:
    """Return what can be said of any tax id: upper case."""
    return text.upper()


def gln(text: str) -> str:
    """Return thirteen digits with a right check digit."""
    digits = str(ean.compact(text))
    if len(digits) != _GLN_LENGTH or not ean.is_valid(digits):
        raise NotStandard("A GLN has 13 digits and a check digit.")
    return digits


def duns(text: str) -> str:
    """Return nine digits."""
    digits = _SEPARATORS.sub("", text)
    if not _DUNS.fullmatch(digits):
        raise NotStandard("A DUNS number has 9 digits.")
    return digits


def lei_code(text: str) -> str:
    """Return twenty letters and digits with right check digits."""
    code = str(lei.compact(text)).upper()
    if not lei.is_valid(code):
        raise NotStandard("A legal entity identifier has 20 letters and digits.")
    return code
