"""The unlinked records of one batch against the golden records in the database and on the board.

Lanes of one batch may be one thing: who was put on the board before is found like any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ground.database import Connection
from hub.matching.model import Asked, Match
from hub.projection.board import Board, Place
from master_data.blocking import match_keys
from master_data.forms.goldens import golden_form
from master_data.forms.records import Form
from master_data.index import store as index
from master_data.index.online import candidates, hashed_keys_of
from master_data.index.scorers import Scorers
from master_data.likeness.keys import shared_identifiers
from master_data.likeness.model import Zone
from master_data.model import Flat, GoldenState

__all__ = ["Search"]

_FOUND = (GoldenState.ACTIVE, GoldenState.UNCONFIRMED)


@dataclass(slots=True)
class Search:
    """One batch. Call `ask` for each record, `load` once, then `matches`."""

    scorers: Scorers
    board: Board
    asked: dict[Place, Asked] = field(default_factory=dict)
    _keyed: dict[int, list[str]] = field(default_factory=dict)
    _forms: dict[str, tuple[Flat, Form]] = field(default_factory=dict)

    def ask(self, place: Place, entity: str, body: Flat) -> None:
        """Take an unlinked record."""
        kind, form = golden_form(entity, body)
        if kind:
            self.asked[place] = Asked(entity, kind, body, form, hashed_keys_of(kind, form))

    def load(self, connection: Connection) -> set[str]:
        """Read candidates; return the ids of golden records that are worth a look."""
        self.scorers.refresh(connection, {each.kind for each in self.asked.values()})
        wanted = self._read(connection)
        numbers = sorted({number for each in wanted.values() for number in each})
        stored = index.forms_of(connection, numbers)
        worth = set()
        for place, each in wanted.items():
            asked = self.asked[place]
            asked.near = {
                stored[number][0]: stored[number][2] for number in each if number in stored
            }
            worth |= {match.golden_id for match in self._weigh(asked, asked.near)}
        return worth | self._read_older(connection)

    def _read_older(self, connection: Connection) -> set[str]:
        """Find golden records that are older than the index by their match keys."""
        if not self.scorers.older:
            return set()
        wanted = {place: match_keys(e.entity, e.body).all for place, e in self.asked.items()}
        hits = index.older_by_key(connection, {key for each in wanted.values() for key in each})
        for place, each in wanted.items():
            self.asked[place].older = frozenset(one for key in each for one in hits.get(key, ()))
        return {one for each in self.asked.values() for one in each.older}

    def moved(self, connection: Connection) -> bool:
        """Say whether other golden records are candidates by now than when `load` read them."""
        before = {place: each.seen for place, each in self.asked.items()}
        if connection.dialect.name == "postgresql":
            index.lock_keys(connection, {key for each in self.asked.values() for key in each.keys})
        self._read(connection)
        return any(self.asked[place].seen != seen for place, seen in before.items())

    def stopped(self) -> list[tuple[int, str, str]]:
        """Return the keys that too many golden records have: (as stored, model, kind of key)."""
        return [
            (key, each.kind, shown.partition(":")[0])
            for each in self.asked.values()
            if each.stopped
            for key, shown in each.keys.items()
            if shown in each.stopped
        ]

    def _read(self, connection: Connection) -> dict[Place, list[int]]:
        keys = {key for each in self.asked.values() for key in each.keys}
        if not keys:
            return {}
        hits = index.numbers_by_key(connection, sorted(keys))
        found = {}
        for place, each in self.asked.items():
            records = self.scorers.of(each.kind).statistics.records
            numbers, each.stopped = candidates(hits, each.keys, records)
            each.seen = frozenset(numbers)
            found[place] = numbers
        return found

    def matches(self, place: Place) -> list[Match]:
        """Return what a record may be, the likeliest first, as the board stands now."""
        asked = self.asked.get(place)
        if asked is None:
            return []
        self._key_what_was_put()
        stored = asked.near or {}
        found = {
            *stored,
            *asked.older,
            *(each for key in asked.keys for each in self._keyed.get(key, ())),
        }
        forms = {
            each: stored[each]
            if each in stored and each not in self.board.touched
            else self._form_now(each)
            for each in sorted(found)
            if self._is_found(each, asked.entity)
        }
        return self._weigh(asked, forms)

    def _form_now(self, golden_id: str) -> Form:
        """Return the form of a golden record as the board holds it, made once per body."""
        golden = self.board.goldens[golden_id]
        known = self._forms.get(golden_id)
        if known is None or known[0] is not golden.body:
            known = self._forms[golden_id] = golden.body, golden_form(golden.entity, golden.body)[1]
        return known[1]

    def _is_found(self, golden_id: str, entity: str) -> bool:
        golden = self.board.goldens.get(golden_id)
        return golden is not None and golden.entity == entity and golden.state in _FOUND

    def _key_what_was_put(self) -> None:
        """Index what was put since anybody asked last: mostly nobody does."""
        for golden_id in self.board.unkeyed:
            golden = self.board.goldens[golden_id]
            kind, form = golden_form(golden.entity, golden.body)
            for key in hashed_keys_of(kind, form) if kind else ():
                found = self._keyed.setdefault(key, [])
                if golden_id not in found:
                    found.append(golden_id)
        self.board.unkeyed.clear()

    def _weigh(self, asked: Asked, forms: Mapping[str, Form]) -> list[Match]:
        scorer = self.scorers.of(asked.kind)
        found = []
        for golden_id, form in forms.items():
            weight = scorer.weight(asked.form, form)
            zone = scorer.zone(asked.form, form, weight)
            identifiers = shared_identifiers(asked.form, form)
            if zone is not Zone.NEW or identifiers:
                found.append(Match(golden_id, weight, zone, form, identifiers))
        found.sort(key=lambda match: (-match.weight, match.golden_id))
        return found
