"""How the same company or person is written down by two people in two systems."""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from random import Random

from rectoverso.demo.nations import fill
from rectoverso.demo.parties import Party

_FORMS = (", S.L.U.", ", S.L.", " S.L.L.", " SRL", " SA", " Ltd", " Limited", " plc", " Tbk")
_PREFIXES = ("PT ", "CV ", "SC ", "ООО ", "АО ")  # noqa: RUF001  Cyrillic


def respell(party: Party, rng: Random) -> Party:
    """Return the party as another person would have written it; the tax id stays."""
    name = rng.choice((_shout, _drop_form, _drop_accents, _same))(party.name)
    street = _shorten(party.street, party.nation.short)
    return replace(
        party,
        name=name,
        street=street if rng.random() < 0.6 else party.street,  # noqa: PLR2004  six of ten
        phone=party.phone if rng.random() < 0.5 else _other_phone(party, rng),  # noqa: PLR2004
        email=party.email.upper() if rng.random() < 0.2 else party.email,  # noqa: PLR2004
    )


def _other_phone(party: Party, rng: Random) -> str:
    towns = {town.city: town for town in party.nation.cities}
    return f"+{party.nation.calling_code}{fill(towns[party.city].phone, rng)}"


def _shorten(street: str, short: Mapping[str, str]) -> str:
    for long, abbreviation in short.items():
        if long in street:
            return street.replace(long, abbreviation)
    return street


def _shout(name: str) -> str:
    return name.upper()


def _drop_form(name: str) -> str:
    for form in _FORMS:
        name = name.removesuffix(form)
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _drop_accents(name: str) -> str:
    parts = unicodedata.normalize("NFKD", name)
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _same(name: str) -> str:
    return name
