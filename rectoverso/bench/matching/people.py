"""Made-up people in any number, and how they are written down a second time."""

from collections.abc import Iterator
from random import Random
from typing import Any

Words = dict[str, Any]
_STARTS = (
    "an ber cor del el fin gra hol in jor kal lum mar nor ost pra qui ros sol tan ul ver wes yor"
).split()
_ENDS = (
    "a as berg by dal den dez er es feld gren hill i ic ini ka ko land ley man mann nen o off or"
    " ova rud sen ski son ström ton ville wood"
).split()
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_MAIL = ("mail.example", "post.example", "web.example", "inbox.example")


def names(rng: Random, count: int, parts: int) -> list[str]:
    """Return so many different names of syllables; there are 800 of one, 20,000 of two."""
    found: dict[str, None] = {}
    while len(found) < count:
        syllables = [rng.choice(_STARTS) for _ in range(parts)]
        found["".join((*syllables, rng.choice(_ENDS))).capitalize()] = None
    return list(found)


def people(count: int, seed: int) -> Iterator[Words]:
    """Yield people; some names are frequent, some towns are large, a third share a house."""
    world = Random(7)
    given, family = names(world, 600, 1), names(world, 15_000, 2)
    towns, streets = names(world, 3000, 2), names(world, 9000, 2)
    rng = Random(seed)
    house: Words = {}
    for number in range(count):
        if not house or rng.random() > 1 / 3:
            house = _house(rng, family, towns, streets)
        first = _frequent(rng, given)
        year, month, day = rng.randrange(1930, 2008), rng.randrange(1, 13), rng.randrange(1, 29)
        mail = f"{first}.{house['family_name']}{rng.randrange(99)}@{rng.choice(_MAIL)}".lower()
        yield house | {
            "given_name": first,
            "birth_date": f"{year}-{month:02}-{day:02}" if rng.random() < 0.8 else None,
            "email": mail if rng.random() < 0.7 else None,
            "phone": f"+346{(number * 7919 + seed) % 10**8:08}" if rng.random() < 0.8 else None,
        }


def _house(rng: Random, family: list[str], towns: list[str], streets: list[str]) -> Words:
    place = int(len(towns) * rng.random() ** 2)
    return {
        "family_name": _frequent(rng, family),
        "address.street": f"{rng.choice(streets)} {rng.randrange(1, 180)}",
        "address.city": towns[place],
        "address.postal_code": f"{10000 + place * 23 + rng.randrange(23)}",
        "address.country": "ES",
    }


def _frequent(rng: Random, pool: list[str]) -> str:
    return pool[int(len(pool) * rng.random() ** 2.2)]


def respelt(words: Words, rng: Random) -> Words:
    """Return a person as somebody else would have written it down."""
    changed = dict(words)
    for field, lost in (
        ("email", 0.25),
        ("phone", 0.25),
        ("address.street", 0.15),
        ("birth_date", 0.2),
    ):
        if rng.random() < lost:
            changed[field] = None
    for field in ("given_name", "family_name", "address.street", "email"):
        if changed[field] and rng.random() < 0.15:
            changed[field] = _misspelt(changed[field], rng)
    return changed


def _misspelt(text: str, rng: Random) -> str:
    place = rng.randrange(1, len(text))
    kind = rng.randrange(3)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + rng.choice(_LETTERS) + text[place:]
    return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]


def exported(number: int, words: Words) -> dict[str, Any]:
    """Return a person as the CRM would export it, as `match bulk` reads it."""
    given, family = words["given_name"], words["family_name"]
    address = {"id": f"ad_{number}", "uses": ["billing"], "street": words["address.street"]}
    address |= {"city": words["address.city"], "postal_code": words["address.postal_code"]}
    points = [
        {"id": f"{kind}_{number}", "kind": kind, "value": words[kind], "preferred": False}
        for kind in ("email", "phone")
        if words[kind]
    ]
    record = {"kind": "person", "name": f"{given} {family}", "given_name": given}
    record |= {"family_name": family, "lifecycle": "customer", "roles": ["customer"]}
    record |= {"language": "es", "addresses": [address | {"country": "ES"}]}
    record |= {"contact_points": points, "tax_ids": [], "other_ids": [], "consents": []}
    return {"id": f"cu_{number}", "version": 1, "record": record}
