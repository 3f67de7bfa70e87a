"""The unlinked records of one batch against the golden records in the database and on the board.

Lanes of one batch may be one thing: who was put on the board before is found like any other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ground.database import Connection
from hub.matching.model import Asked, Match
from hub.projection.board import Board, Place
from master_data.blocking import match_keys
from master_data.forms.goldens import golden_form
from master_data.forms.records import Form
from master_data.index import store as index
from master_data.index.online import candidates
from master_data.index.scorers import Scorers
from master_data.likeness.keys import STOP, hashed_keys_of, shared_identifiers
from master_data.likeness.model import Zone
from master_data.model import Flat, GoldenState

__all__ = ["Search"]

_AGAINST = 10.0
"""Bits that the numbers behind a veto may have taken off what else agrees."""
_FOUND = (GoldenState.ACTIVE, GoldenState.UNCONFIRMED)


@dataclass(slots=True)
class Search:
    """One batch. Call `ask` for each record, `load` once, then `matches`."""

    scorers: Scorers
    board: Board
    asked: dict[Place, Asked] = field(default_factory=dict)
    _hits: Mapping[int, list[int]] = field(default_factory=dict)
    """Key -> numbers of the golden records that had it when `load` read them."""
    _keyed: dict[int, set[int]] = field(default_factory=dict)
    """The same for those on the board, and whose numbers they are."""
    _put: dict[int, str] = field(default_factory=dict)
    _forms: dict[str, tuple[Flat, tuple[str, Form]]] = field(default_factory=dict)

    def ask(self, place: Place, entity: str, body: Flat) -> None:
        """Take an unlinked record."""
        kind, form = golden_form(entity, body)
        if kind:
            self.asked[place] = Asked(entity, kind, body, form, hashed_keys_of(kind, form))

    def load(self, connection: Connection) -> set[str]:
        """Read candidates; return the ids of golden records that are worth a look."""
        self.scorers.refresh(connection, {each.kind for each in self.asked.values()})
        self._hits = self._read_hits(connection)
        wanted = self._rank(self._hits)
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
        """Say whether other golden records are worth a look by now than when `load` read them."""
        before = {place: each.seen for place, each in self.asked.items()}
        if connection.dialect.name == "postgresql":
            index.lock_keys(connection, {key for each in self.asked.values() for key in each.keys})
        self._rank(self._read_hits(connection))
        came = {place: each.seen - before[place] for place, each in self.asked.items()}
        gone = {place: before[place] - each.seen for place, each in self.asked.items()}
        stored = index.forms_of(connection, sorted({one for each in came.values() for one in each}))
        return any(
            self._weigh(
                asked, {stored[one][0]: stored[one][2] for one in came[place] & stored.keys()}
            )
            or self._was_worth(asked, gone[place])
            for place, asked in self.asked.items()
        )

    def _was_worth(self, asked: Asked, gone: frozenset[int]) -> bool:
        return bool(gone) and any(
            match.is_worth_a_look and index.number_of(golden_id) in gone
            for golden_id, match in asked.weighed.items()
        )

    def stopped(self) -> list[tuple[int, str, str]]:
        """Return the keys that too many golden records have: (as stored, model, kind of key)."""
        return [
            (key, each.kind, shown.partition(":")[0])
            for each in self.asked.values()
            if each.stopped
            for key, shown in each.keys.items()
            if shown in each.stopped
        ]

    def _read_hits(self, connection: Connection) -> dict[int, list[int]]:
        keys = {key for each in self.asked.values() for key in each.keys}
        return index.numbers_by_key(connection, sorted(keys)) if keys else {}

    def _rank(self, hits: Mapping[int, list[int]]) -> dict[Place, list[int]]:
        found = {}
        for place, each in self.asked.items():
            numbers, each.stopped = candidates(hits, each.keys, self._counted(each))
            each.seen = frozenset(numbers)
            found[place] = numbers
        return found

    def _counted(self, asked: Asked) -> int:
        return self.scorers.of(asked.kind).statistics.records

    def matches(self, place: Place) -> list[Match]:
        """Return what a record may be, the likeliest first, as the board stands now."""
        asked = self.asked.get(place)
        if asked is None:
            return []
        stored = asked.near or {}
        forms = {
            each: stored[each]
            if each in stored and each not in self.board.touched
            else self._form_now(each)[1]
            for each in sorted({*self._near(asked), *asked.older})
            if self._is_found(each, asked.entity)
        }
        return self._weigh(asked, forms)

    def _near(self, asked: Asked) -> Iterable[str]:
        """Return whom to compare with, as if what is on the board were stored already."""
        self._key_what_was_put()
        stored = asked.near or {}
        put = {key: self._keyed[key] for key in asked.keys if key in self._keyed}
        if not put:
            return stored
        hits = {
            key: have if key not in put or len(have) > STOP else put[key].union(have)
            for key in asked.keys
            for have in (self._hits.get(key, ()),)
        }
        records = max(self._counted(asked), len(self._put))
        numbers, _ = candidates(hits, asked.keys, records)
        ids = {index.number_of(each): each for each in stored} | self._put
        return [ids[number] for number in numbers if number in ids]

    def kept_apart(self, place: Place) -> list[Match]:
        """Return what might be worth a look, had nothing kept the two apart."""
        asked = self.asked[place]
        scorer = self.scorers.of(asked.kind)
        least = scorer.model.review - _AGAINST
        return [
            each
            for each in asked.weighed.values()
            if each.zone is Zone.NEW
            and each.weight >= least
            and not each.identifiers
            and scorer.vetoed(asked.form, each.form)
        ]

    def _form_now(self, golden_id: str) -> tuple[str, Form]:
        """Return (model, form) of a golden record as the board holds it, made once per body."""
        golden = self.board.goldens[golden_id]
        known = self._forms.get(golden_id)
        if known is None or known[0] is not golden.body:
            made = golden_form(golden.entity, golden.body)
            known = self._forms[golden_id] = golden.body, made
        return known[1]

    def _is_found(self, golden_id: str, entity: str) -> bool:
        golden = self.board.goldens.get(golden_id)
        return golden is not None and golden.entity == entity and golden.state in _FOUND

    def _key_what_was_put(self) -> None:
        """Index what was put since anybody asked last: mostly nobody does."""
        for golden_id in self.board.unkeyed:
            kind, form = self._form_now(golden_id)
            number = index.number_of(golden_id)
            self._put[number] = golden_id
            for key in hashed_keys_of(kind, form) if kind else ():
                self._keyed.setdefault(key, set()).add(number)
        self.board.unkeyed.clear()

    def _weigh(self, asked: Asked, forms: Mapping[str, Form]) -> list[Match]:
        """Weigh a record against others: each form of another once, however often it is asked."""
        scorer = self.scorers.of(asked.kind)
        found = []
        for golden_id, form in forms.items():
            known = asked.weighed.get(golden_id)
            if known is None or known.form is not form:
                weight = scorer.weight(asked.form, form)
                zone = scorer.zone(asked.form, form, weight)
                identifiers = shared_identifiers(asked.form, form)
                known = Match(golden_id, weight, zone, form, identifiers)
                asked.weighed[golden_id] = known
            if known.is_worth_a_look:
                found.append(known)
        found.sort(key=lambda match: (-match.weight, match.golden_id))
        return found
