"""Companies and people of the demo, before anybody knows in which system they are."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from rectoverso.demo.identifiers import company_tax_id, person_tax_id
from rectoverso.demo.nations import CODES, City, Nation, fill, read_nation

COMPANIES_PER_NATION = 48
PEOPLE_PER_NATION = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One company or person as it really is."""

    nation: Nation
    kind: str
    name: str
    given_name: str | None
    family_name: str | None
    tax_id: str | None
    street: str
    city: str
    postal_code: str
    phone: str
    mobile: str
    email: str

    @property
    def is_company(self) -> bool:
        """Tell whether it is a company."""
        return self.kind == "organisation"


def make_parties(rng: Random) -> list[Party]:
    """Make all parties, nation by nation; every name occurs once."""
    return [party for code in CODES for party in _of_nation(read_nation(code), rng)]


def _of_nation(nation: Nation, rng: Random) -> Iterator[Party]:
    pairs = [(first, second) for first in nation.first for second in nation.second]
    for first, second in rng.sample(pairs, COMPANIES_PER_NATION):
        name = rng.choice(nation.companies).format(first=first, second=second)
        yield _company(nation, name, f"{first} {second}", rng)
    people = [(given, family) for given in nation.given for family in nation.family]
    for given, family in rng.sample(people, PEOPLE_PER_NATION):
        yield _person(nation, given, family, rng)


def _company(nation: Nation, name: str, short: str, rng: Random) -> Party:
    return _party(
        nation,
        rng,
        kind="organisation",
        name=name,
        tax_id=company_tax_id(nation.country, rng),
        email=f"info@{latin(short)}.example",
    )


def _person(nation: Nation, given: str, family: str, rng: Random) -> Party:
    return _party(
        nation,
        rng,
        kind="person",
        name=f"{given} {family}",
        given_name=given,
        family_name=family,
        tax_id=person_tax_id(nation.country, rng),
        email=f"{latin(given)}.{latin(family)}@example.com",
    )


def _party(nation: Nation, rng: Random, **known: str | None) -> Party:
    town = rng.choice(nation.cities)
    fields: dict[str, str | None] = {"given_name": None, "family_name": None, **known}
    return Party(
        nation=nation,
        street=_street(nation, rng),
        city=town.city,
        postal_code=fill(town.postal_code, rng),
        phone=_phone(nation, town, rng),
        mobile=f"+{nation.calling_code}{fill(nation.mobile, rng)}",
        **fields,  # type: ignore[arg-type]  # the required names are given by both callers
    )


def _street(nation: Nation, rng: Random) -> str:
    return nation.street.format(street=rng.choice(nation.streets), number=rng.randrange(1, 180))


def _phone(nation: Nation, town: City, rng: Random) -> str:
    return f"+{nation.calling_code}{fill(town.phone, rng)}"


_LETTERS = "абвгдеёжзийклмнопрстуфхцчшщыэюя"
_LATIN = "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch y e yu ya"
_CYRILLIC = dict(zip(_LETTERS, _LATIN.split(), strict=True)) | {"ъ": "", "ь": ""}
_MARKS = frozenset(chr(code) for code in range(0x300, 0x370)) | {"'"}  # combining accents


def latin(text: str) -> str:
    """Return the text as it stands in an e-mail address: small Latin letters and hyphens."""
    letters = "".join(_CYRILLIC.get(sign, sign) for sign in text.lower())
    base = [sign for sign in unicodedata.normalize("NFKD", letters) if sign not in _MARKS]
    kept = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in base)
    return "-".join(kept.split())
