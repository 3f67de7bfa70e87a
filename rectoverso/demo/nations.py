"""The words from which demo records of one country are made; files in words/."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

CODES = ("es", "ru", "id", "ro", "gb")
_FOLDER = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True)
class City:
    """A real city; `#` stands for a digit in its postal codes and national phone numbers."""

    city: str
    postal_code: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nation:
    """One country: how its companies and people are called, where they are, how they pay."""

    country: str
    language: str
    currency: str
    timezone: str
    calling_code: str
    mobile: str
    tax_scheme: str
    companies: tuple[str, ...]
    first: tuple[str, ...]
    second: tuple[str, ...]
    given: tuple[str, ...]
    family: tuple[str, ...]
    streets: tuple[str, ...]
    street: str
    short: Mapping[str, str]
    cities: tuple[City, ...]


def read_nation(code: str) -> Nation:
    """Read the words of one country."""
    words = tomllib.loads((_FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
    cities = tuple(City(**city) for city in words.pop("cities"))
    tuples = {name: tuple(value) for name, value in words.items() if isinstance(value, list)}
    return Nation(**(words | tuples), cities=cities)


def fill(pattern: str, rng: Random) -> str:
    """Put a random digit in the place of every `#`."""
    return "".join(str(rng.randrange(10)) if sign == "#" else sign for sign in pattern)
