"""Decides the lanes of one batch one after the other, in memory; nothing here writes."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

import structlog

from connectors.contract import Absent, SourceState
from hub.conflicts.model import NewConflict
from hub.connections.rules import State
from hub.effects import store as effects
from hub.events.model import Decided, Event
from hub.events.rules import Outcome
from hub.lanes.store import Lane
from hub.matching.search import Search
from hub.matching.telling import tell
from hub.projection.board import Board, Place
from hub.projection.family import load_family
from hub.projection.links import Links
from hub.projection.planning import plan
from hub.projection.views import Sight, sight_of, view_of
from hub.sync import identity
from hub.sync.absence import Absence, Absences
from hub.sync.creates import CreatesUnderWay
from hub.sync.erased import erased_places
from hub.sync.freshness import Choice, Known, Seen, seen_of, sighting_of
from hub.sync.model import Case, Decision, Version
from hub.sync.rules import RIVAL_VALUES, UNMAPPED_VALUE, decide
from hub.sync.verdict import Verdict
from hub.wiring import Hub
from mappings import CompiledMapping
from master_data.clusters import store as clusters
from master_data.fields import entity_schema
from master_data.merge import Weighing
from master_data.model import Crossref, CrossrefState, Golden, Value
from master_data.policies import default_policies
from master_data.survivorship import Clocks

__all__ = ["Deciding", "Verdict"]

_log = structlog.get_logger(__name__)

ADOPT_AFTER = 3
EXACT_MS = 2_000


class Deciding:
    """One batch. Call `see_all`, then `decide` per lane, then `finish`."""

    def __init__(self, hub: Hub, board: Board, missing: AbstractSet[str] = frozenset()) -> None:
        self.hub = hub
        self.missing = frozenset(missing)
        self.board = board
        self.verdict = Verdict()
        self.states: dict[Place, Seen | None] = {}
        self.links: dict[str, Links] = {}
        self.first: dict[Place, Sight] = {}
        """How records of which nothing is known look: for matching, and to be judged."""
        self.reasons: dict[str, Event] = {}
        self.in_flight: set[str] = set()
        self.erased: set[Place] = set()
        self.broken: dict[Place, Exception] = {}
        """Records that cannot be looked at, and why: their events are rejected."""
        self.creates = CreatesUnderWay(hub)
        self.search = Search(hub.scorers, board)
        self.absences = Absences(hub, board)
        opened = hub.directory.connections().values()
        self.clocks = Clocks(
            {c.id: c.rank for c in opened},
            frozenset(c.id for c in opened if c.skew_ms is not None and abs(c.skew_ms) < EXACT_MS),
        )

    def see_all(
        self,
        seen: Sequence[tuple[Place, Choice, SourceState | Absent | None, datetime | None]],
    ) -> None:
        """Take the states to judge; put golden records that unlinked ones may be on the board."""
        self.erased = erased_places(self.hub, self.board, [place for place, *_ in seen])
        for place, choice, read, read_at in seen:
            state = self.states[place] = seen_of(choice, read, read_at)
            if place in self.erased or state is None or self._is_linked(place, state):
                continue
            self.board.unlinked.add(place)
            try:
                sight = self._look(place, state, None, None)
                self.search.ask(place, self._mapping(place).entity, identity.body_of(sight))
            except Exception as error:  # noqa: BLE001 - it is told when the lane has its turn
                self.broken[place] = error
        if self.search.asked:
            self._load_candidates()

    def _is_linked(self, place: Place, state: Seen) -> bool:
        return bool(self.board.crossref_at(place) or self._own(place, state))

    def _load_candidates(self) -> None:
        ids = self.hub.db.read(self.search.load)
        self.verdict.search = self.search
        self.hub.db.read(lambda c: load_family(c, self.board, ids))
        if len(ids) > 1:
            self.board.apart = self.hub.db.read(lambda c: clusters.told_apart(c, ids))
        creating = [c.id for c in self.board.crossrefs.values() if c.external_id is None]
        if creating:
            self.in_flight = self.hub.db.read(lambda c: effects.busy_crossrefs(c, creating))
        free = (self.board.crossrefs[each] for each in creating if each not in self.in_flight)
        self.board.idle = {each.id for each in free if not each.parked}

    def known(self, choice: Known, told: Sequence[Event], golden_id: str) -> None:
        """Close events that tell what was decided or written already."""
        self._close(told, choice.event, Outcome.NO_OP, golden_id, {"reason": "already known"})

    def decide(self, lane: Lane, choice: Choice, told: Sequence[Event]) -> None:
        """Give every event of a lane its outcome."""
        place = (lane.connection, lane.object_type, lane.external_id)
        crossref = self.board.crossref_at(place)
        state = self.states.get(place)
        if place in self.broken:
            self._reject(lane, choice, told, self.broken[place])
            return
        try:
            if place in self.erased and state is not None:
                refusal = {"reason": "erased on request; it is not brought back"}
                self._close(told, choice.event, Outcome.REJECTED, None, refusal)
                self.verdict.erased += [each.id for each in told]
            elif state is None:
                self._absent(crossref, choice.event, told)
            elif not self._is_accepted(place, crossref, state):
                self._leave_out(crossref, choice.event, told)
            elif self._must_wait(lane, place, state, choice.event, told):
                return
            else:
                self._state(place, crossref, state, told)
        except Exception as error:  # noqa: BLE001 - one broken lane must not stop its neighbours
            self._reject(lane, choice, told, error)

    def _reject(self, lane: Lane, choice: Choice, told: Sequence[Event], error: Exception) -> None:
        _log.error("lane.broken", lane=lane.key, exc_info=error)
        reason = f"cannot be judged: {type(error).__name__}: {error}"
        self._close(told, choice.event, Outcome.REJECTED, None, {"reason": reason})

    def _is_accepted(self, place: Place, crossref: Crossref | None, state: Seen) -> bool:
        """Say whether the mapping's `accept when` holds; what we made ourselves is always ours."""
        own = crossref is None and self._own(place, state) is not None
        return own or self._mapping(place, crossref).accepts(state.record)

    def _leave_out(self, crossref: Crossref | None, event: Event, told: Sequence[Event]) -> None:
        """Leave a record outside the filter alone; a linked one rests until it comes back."""
        golden_id = None
        if crossref is not None:
            golden_id = crossref.golden_id
            if crossref.state is CrossrefState.LIVE:
                self.board.put_crossref(replace(crossref, state=CrossrefState.FROZEN))
        detail = {"reason": "outside what the mapping accepts: see its `accept when`"}
        self._close(told, event, Outcome.NO_OP, golden_id, detail)

    def _must_wait(
        self, lane: Lane, place: Place, state: Seen, event: Event, told: Sequence[Event]
    ) -> bool:
        """Our own create that is not answered yet comes back: its answer will know it.

        Told by our client key, or, where a system keeps none, by being like a create under way.
        """
        own = self._own(place, state)
        if own is not None and lane.attempts >= ADOPT_AFTER:
            return False
        if own is None and self.board.crossref_at(place) is None:
            own = self._under_way(place, state, told)
        if own is None or own.state is not CrossrefState.CREATING:
            return False
        detail = {"reason": "our own create, not answered yet"}
        self._close(told, event, Outcome.WAITING, own.golden_id, detail)
        self.verdict.waiting[lane.key] = (f"effect:{own.id}",)
        return True

    def _under_way(self, place: Place, state: Seen, told: Sequence[Event]) -> Crossref | None:
        """Return a create sent to this system that may be the same thing or shows what was sent."""
        if not self.in_flight and not self.creates.are_keyless(place):
            return None
        alike = next(
            (
                mate
                for match in self.search.matches(place)
                for mate in self.board.crossrefs_of(match.golden_id)
                if mate.id in self.in_flight and (mate.connection, mate.object_type) == place[:2]
            ),
            None,
        )
        if alike is not None:
            return alike
        readings = self._look(place, state, None, None).readings
        waited_for = {each.golden_id for each in told if each.outcome is Outcome.WAITING} - {None}
        return self.creates.shown_by(place, readings, waited_for)

    def _absent(self, crossref: Crossref | None, event: Event, told: Sequence[Event]) -> None:
        if crossref is None or crossref.state is CrossrefState.GONE:
            self._close(told, event, Outcome.NO_OP, None, {"reason": "not there, and never linked"})
            return
        self._take_absence(crossref, self.absences.judge(crossref, event), event, told)

    def _take_absence(
        self, crossref: Crossref, judged: Absence, event: Event, told: Sequence[Event]
    ) -> None:
        self.verdict.versions += judged.versions
        self.verdict.conflicts += judged.conflicts
        self.verdict.plans += [(each, event.id) for each in judged.plans]
        if judged.deletion is not None:
            self.verdict.deletions.append(judged.deletion)
        if judged.replan:
            self.reasons[crossref.golden_id] = event
        self._close(told, event, judged.outcome, crossref.golden_id, judged.detail)

    def _state(
        self, place: Place, crossref: Crossref | None, state: Seen, told: Sequence[Event]
    ) -> None:
        linked = identity.Linked()
        was_live = crossref is not None and crossref.state is CrossrefState.LIVE
        if crossref is None:
            own = self._own(place, state)
            if own is not None:
                crossref = self._adopt(own, place, state)
            else:
                crossref, linked = self._link(place)
        elif crossref.state in {CrossrefState.GONE, CrossrefState.FROZEN}:
            crossref = identity.adopt(crossref, place[2])
        golden = self.board.goldens[crossref.golden_id]
        decision = self._decision(place, crossref, golden, state)
        if decision.rejected is not None or decision.deferred:
            if golden.version == 0:
                self._forget(golden, crossref)
            self._close(told, state.event, decision.outcome, None, decision.detail)
            if decision.deferred:
                self.verdict.waiting[state.event.lane] = decision.waits_for
            return
        self._take(decision, state, told, linked)
        if not was_live:  # who waited for this record goes on
            self.verdict.live.append(decision.crossref)

    def _adopt(self, own: Crossref, place: Place, state: Seen) -> Crossref:
        """Return our own create that came back as live; what was sent in it is agreed, not news."""
        live = identity.adopt(own, place[2])
        sight = self._look(place, state, live, self.board.goldens[own.golden_id])
        return replace(live, base={**self.creates.agreed(own, sight.readings), **own.base})

    def _link(self, place: Place) -> tuple[Crossref, identity.Linked]:
        entity, new_id = self._mapping(place).entity, self.hub.env.ids.new
        found = identity.find_golden(self.board, self.search.matches(place), entity, place, new_id)
        told = tell(self.search, place, found.crossref, found.suspects, new_id)
        if found.golden.id not in self.board.goldens:
            self.board.goldens[found.golden.id] = found.golden
        return found.crossref, identity.Linked(identity.duplicate_conflicts(found, told.whys), told)

    def _forget(self, golden: Golden, crossref: Crossref) -> None:
        self.board.goldens.pop(golden.id, None)
        self.board.crossrefs.pop(crossref.id, None)

    def _decision(self, place: Place, crossref: Crossref, golden: Golden, state: Seen) -> Decision:
        mapping = self._mapping(place, crossref)
        case = Case(
            crossref=crossref,
            golden=golden,
            record=state.record,
            remote_version=state.version,
            sight=self._look(place, state, crossref, golden),
            sighting=sighting_of(state.event, crossref),
            mapping_version=mapping.version,
            missing=self.missing,
        )
        return decide(
            case,
            entity_schema(mapping.entity),
            Weighing(
                default_policies(),
                self.clocks,
                self.board.rivals_of(golden, crossref.id),
            ),
        )

    def _take(
        self,
        decision: Decision,
        state: Seen,
        told: Sequence[Event],
        linked: identity.Linked,
    ) -> None:
        golden, crossref, event = decision.golden, decision.crossref, state.event
        before = self.board.goldens.get(golden.id)
        self.board.put_crossref(crossref)
        if before is None or before.version != golden.version:
            self.board.put_golden(golden)
            self.verdict.versions.append(
                Version(
                    golden,
                    decision.changes,
                    crossref.connection,
                    event.id,
                    crossref.mapping_version,
                )
            )
        self.reasons[golden.id] = event
        self.verdict.matches += linked.told.decisions
        for each in (*decision.conflicts, *linked.suspects):
            new_id = self.hub.env.ids.new("cf")
            self.verdict.conflicts.append(NewConflict(new_id, each, event.id))
        self._end_conflicts(decision)
        outcome = Outcome.CONFLICT if linked.suspects else decision.outcome
        self._close(told, event, outcome, golden.id, decision.detail | dict(linked.told.detail))
        if decision.waits_for:
            self.verdict.waiting[event.lane] = decision.waits_for

    def _end_conflicts(self, decision: Decision) -> None:
        """Close what ended by itself: rivals that agree, values that are mapped now."""
        golden, crossref = decision.golden, decision.crossref
        for path in decision.settled:
            self.verdict.closing.append((golden.id, RIVAL_VALUES, path))
        for path in self.board.read_held.get(crossref.id, frozenset()) - crossref.held.keys():
            subject = f"{crossref.connection}:{path}"
            self.verdict.closing.append((golden.id, UNMAPPED_VALUE, subject))

    def _close(
        self,
        told: Sequence[Event],
        judged: Event,
        outcome: Outcome,
        golden_id: str | None,
        detail: dict[str, Value],
    ) -> None:
        for each in told:
            if each.id == judged.id:
                self.verdict.decided.append(Decided(each.id, outcome, golden_id, detail))
            else:
                why = Outcome.NO_OP if outcome is Outcome.NO_OP else Outcome.SUPERSEDED
                later = {"reason": "a later state was judged", "by": judged.id}
                self.verdict.decided.append(Decided(each.id, why, golden_id, later))

    def finish(self) -> Verdict:
        """Plan what must be written elsewhere, and return all."""
        known = self.hub.directory.connections()
        live = [each for each in known.values() if each.state == "live"]
        for golden_id, event in self.reasons.items():
            if self._is_matched_only(golden_id):
                continue  # nothing is written before a person approved the matching plan
            golden, reason = self.board.goldens[golden_id], f"{event.connection} changed it"
            plans = plan(self.board, golden, live, self.hub.env.ids.new, reason)
            self.verdict.plans += [(each, event.id) for each in plans]
        return self.verdict

    def _is_matched_only(self, golden_id: str) -> bool:
        """Say whether a connection that is still onboarding holds a record of this golden one."""
        known = self.hub.directory.connections()
        return any(
            (opened := known.get(mate.connection)) is not None and opened.state == State.ONBOARDING
            for mate in self.board.crossrefs_of(golden_id)
        )

    def _mapping(self, place: Place, crossref: Crossref | None = None) -> CompiledMapping:
        version = crossref.mapping_version if crossref else 0
        return self.hub.mapping(place[0], place[1], version)

    def _own(self, place: Place, state: Seen) -> Crossref | None:
        """Return the crossref whose id the record carries as client key, if it is one of ours."""
        found = self.board.crossrefs.get(state.client_key or "")
        mine = found is not None and found.external_id is None and found.connection == place[0]
        return found if mine else None

    def _look(
        self, place: Place, state: Seen, crossref: Crossref | None, golden: Golden | None
    ) -> Sight:
        known_yet = crossref and (crossref.elements or crossref.mapping_version)
        first = not known_yet and not (golden and golden.version)
        if first and place in self.first:
            return self.first[place]
        mapping = self._mapping(place, crossref)
        schema = entity_schema(mapping.entity)
        body = golden.body if golden else {}
        known = crossref or identity.unlinked(place, mapping.entity)
        view = view_of(body, known.elements, schema) if golden and golden.version else None
        links = self.links.setdefault(place[0], Links(self.hub.db, place[0], self.board))
        inbound = mapping.to_golden(state.record, view, links)
        sight = sight_of(inbound, known, body, schema, self.hub.env.ids.new)
        if first and not sight.unresolved:  # what is not known yet may be known before its turn
            self.first[place] = sight
        return sight
