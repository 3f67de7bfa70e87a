"""One record against all golden records: find, weigh, decide."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ground.database import Connection
from master_data.forms.records import Form, Words, form_of
from master_data.index import store
from master_data.likeness.keys import CANDIDATES, LEAST_RARE, STOP, hashed_keys_of, is_identifier
from master_data.likeness.model import Zone
from master_data.likeness.scoring import Scorer

KEYLESS = "nothing to match on: no field gives a key"


@dataclass(frozen=True, slots=True)
class Match:
    """A golden record that a record may be."""

    golden_id: str
    weight: float
    zone: Zone
    form: Form


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to. `matches`: best first, those worth a look; `stopped`: stop keys."""

    zone: Zone
    matches: tuple[Match, ...]
    stopped: tuple[str, ...] = ()
    warning: str | None = None


def find(
    connection: Connection, scorer: Scorer, words: Words, *, apart: Collection[str] = ()
) -> Found:
    """Return the golden records a record may be. `apart`: those it was decided not to be."""
    return find_form(connection, scorer, form_of(scorer.model.entity, words), apart=apart)


def find_form(
    connection: Connection, scorer: Scorer, form: Form, *, apart: Collection[str] = ()
) -> Found:
    """Return the golden records that a comparison form may be."""
    entity = scorer.model.entity
    keys = hashed_keys_of(entity, form)
    if not keys:
        return Found(Zone.NEW, (), warning=KEYLESS)
    found = store.numbers_by_key(connection, list(keys))
    numbers, stopped = candidates(found, keys, scorer.statistics.records)
    matches = []
    for golden_id, _, other in store.forms_of(connection, numbers).values():
        weight = scorer.weight(form, other)
        if weight < scorer.model.review or golden_id in apart:
            continue
        zone = scorer.zone(form, other, weight)
        if zone is not Zone.NEW:
            matches.append(Match(golden_id, weight, zone, other))
    matches.sort(key=lambda match: (-match.weight, match.golden_id))
    best = matches[0].zone if matches else Zone.NEW
    return Found(best, tuple(matches), stopped)


def candidates(
    found: Mapping[int, Collection[int]], keys: Mapping[int, str], records: int
) -> tuple[list[int], tuple[str, ...]]:
    """Return the records to compare with, and the keys that too many have.

    `found`: key -> numbers of the records that have it. Those that share the rarest keys come
    first; one that shares an identifier always comes.
    """
    rarity: dict[int, float] = {}
    stopped = []
    least = math.log2(max(2, records)) - LEAST_RARE
    for key, shown in keys.items():
        numbers = found.get(key)
        if not numbers:
            continue
        if len(numbers) > STOP:
            stopped.append(shown)
            continue
        bits = math.log2(max(2.0, records / (len(numbers) + 1)))
        if is_identifier(shown):
            bits = max(bits, least)
        for number in numbers:
            rarity[number] = rarity.get(number, 0.0) + bits
    telling = [number for number, bits in rarity.items() if bits >= least]
    ranked = sorted(telling, key=lambda number: (-rarity[number], number))
    return ranked[:CANDIDATES], tuple(stopped)
