"""Carries out what a person decided about a conflict: one unit of work, effects planned in it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from ground.database import Connection
from ground.instants import to_microseconds
from hub.clusters.model import Intent
from hub.clusters.service import write_merge
from hub.conflicts import store
from hub.conflicts.model import Closing, Conflict
from hub.conflicts.rules import Choice, Kind, choices_of
from hub.errors import ConflictMoved, UnknownConflict, WrongChoice
from hub.events import store as events
from hub.events.rules import Outcome
from hub.projection.family import load_family
from hub.resolutions import store as reviews
from hub.resolutions.deleting import delete_erased, delete_or_restore, hint_of
from hub.resolutions.model import Answered, Resolution, Review, Unit
from hub.resolutions.rules import settle_value
from hub.sealing.audit import Deed, note
from hub.sync.store import close_events, write_board, write_plans
from hub.wiring import Hub
from master_data.clusters import store as clusters
from master_data.clusters.model import Edge, EdgeKind
from master_data.errors import GoldenMoved
from master_data.fields import entity_schema
from master_data.model import GoldenState, Value

__all__ = ["Answered", "Resolution", "note_review", "resolve", "resolve_all", "write_again"]

_AT_ONCE = 50
_MOST = 2_000
_TRIES = 5
T = TypeVar("T")


def resolve(hub: Hub, conflict_id: str, resolution: Resolution) -> Conflict:
    """Settle a conflict and bring every system to the answer.

    Raises UnknownConflict; ConflictMoved when it was closed or its rivals changed since it was
    seen; WrongChoice when that is no answer to this kind; ToldApart, WrongMerge.
    """
    return write_again(hub, lambda c: _resolve(hub, c, conflict_id, resolution))


def resolve_all(hub: Hub, cause: str, choice: Choice, by: str, reason: str = "") -> Answered:
    """Give one answer to all open conflicts of a cause, up to 2,000; what opens anew is left.

    Raises UnknownConflict when none is open; WrongChoice when that is no answer to them.
    """
    settled: list[tuple[str, int]] = []
    seen, after = 0, ""
    while seen < _MOST:
        take = partial(_page, hub, cause=cause, after=after, answer=(choice, by, reason))
        looked_at, answered = write_again(hub, take)
        if not looked_at:
            break
        seen, after = seen + len(looked_at), looked_at[-1]
        settled += answered
    if not seen:
        raise UnknownConflict(cause)
    left = hub.db.read(lambda c: store.with_cause(c, cause, after, 1))
    return Answered(seen, bool(left), note_review(hub, settled, choice, by))


def note_review(hub: Hub, settled: Sequence[tuple[str, int]], choice: Choice, by: str) -> str:
    """Keep what was settled at once, (id, version), so that it is taken back at once."""

    def unit(connection: Connection) -> str:
        now = hub.db.now(connection)
        pairs: list[list[str | int]] = [[each, version] for each, version in settled]
        new = Review(hub.env.ids.new("rv"), choice.value, by, now, pairs)
        reviews.add_review(connection, new)
        return new.id

    return hub.db.write(unit)


def _page(
    hub: Hub, connection: Connection, *, cause: str, after: str, answer: tuple[Choice, str, str]
) -> tuple[list[str], list[tuple[str, int]]]:
    """Answer some conflicts; return those looked at, and (id, version) of those answered."""
    choice, by, reason = answer
    found, answered = store.with_cause(connection, cause, after, _AT_ONCE), []
    for each in found:
        now = store.conflict_by_id(connection, each.id)
        if now is not None and now.closed_at is None:  # an answer before may have settled it too
            resolution = Resolution(choice=choice, seen=now.version, by=by, reason=reason)
            answered.append((each.id, _resolve(hub, connection, each.id, resolution).version))
    return [each.id for each in found], answered


def write_again(hub: Hub, work: Callable[[Connection], T]) -> T:
    """Run a unit; a row that moved meanwhile (an answer to a write) is read again."""
    for _ in range(_TRIES - 1):
        try:
            done = hub.db.write(work)
        except GoldenMoved:
            continue
        hub.doorbell.ring()
        return done
    done = hub.db.write(work)
    hub.doorbell.ring()
    return done


def _resolve(
    hub: Hub, connection: Connection, conflict_id: str, resolution: Resolution
) -> Conflict:
    conflict = store.conflict_by_id(connection, conflict_id)
    if conflict is None:
        raise UnknownConflict(conflict_id)
    if conflict.closed_at is not None or conflict.version != resolution.seen:
        raise ConflictMoved(conflict_id)
    if resolution.choice not in choices_of(Kind(conflict.kind)):
        raise WrongChoice(conflict.kind, resolution.choice)
    at = hub.db.now(connection)
    unit = Unit(hub, connection, conflict, resolution.by, resolution.reason, at)
    load_family(connection, unit.board, {conflict.golden_id})
    told = _close(unit, resolution)
    told["undo"] = _carry_out(unit, resolution)
    store.close_many(connection, [Closing(conflict.id, resolution.by, told)], at)
    return replace(conflict, closed_at=at, closed_by=resolution.by, resolution=told)


def _carry_out(unit: Unit, resolution: Resolution) -> dict[str, Value]:
    """Do what the answer says; return what an undo needs."""
    choice = resolution.choice
    match Kind(unit.conflict.kind):
        case Kind.RIVAL_VALUES:
            return _take(unit, resolution.value)
        case Kind.POSSIBLE_DUPLICATE:
            return _same(unit) if choice is Choice.SAME else _different(unit)
        case Kind.DELETE_AGAINST_CHANGE:
            return delete_or_restore(unit, choice)
        case _:
            return _retry(unit) if choice is Choice.RETRY else {}


def _take(unit: Unit, value: Value) -> dict[str, Value]:
    """Set the value a person took."""
    conflict, golden = unit.conflict, unit.golden
    path, before = conflict.subject, golden.decisions.get(conflict.subject)
    decision = {"value": value, "at": to_microseconds(unit.at), "by": unit.by, "why": unit.reason}
    settled = settle_value(golden, path, value, decision)
    refused = entity_schema(golden.entity).problems(settled.body)
    if refused:
        raise WrongChoice(conflict.kind, "; ".join(f"{p}: {why}" for p, why in refused.items()))
    rivals = [[rival["source"], rival["value"], rival["at"]] for rival in conflict.rivals]
    change = [value, golden.body.get(path), "person", unit.reason, unit.by, rivals]
    unit.note_decision(settled, path)
    unit.store(settled, {path: change}, f"decided by {unit.by}")
    return {"value": golden.body.get(path), "decision": before}


def _same(unit: Unit) -> dict[str, Value]:
    """Merge a record into the one it was taken for."""
    conflict = unit.conflict
    evidence = {"conflict": conflict.id, "shared": [each["source"] for each in conflict.rivals]}
    intent = Intent(by=unit.by, reason=unit.reason, evidence=evidence)
    survivor = conflict.subject
    merged = write_merge(unit.hub, unit.connection, survivor, conflict.golden_id, intent)
    return {"edge": merged.added[0].id}


def _different(unit: Unit) -> dict[str, Value]:
    """Confirm a record as its own, and remember that it is not the other."""
    golden, conflict = unit.golden, unit.conflict
    edge = Edge(
        id=unit.hub.env.ids.new("ed"),
        kind=EdgeKind.DIFFERENT,
        one=conflict.subject,
        other=golden.id,
        at=to_microseconds(unit.at),
        by=unit.by,
        why=unit.reason,
        evidence={"conflict": conflict.id},
    )
    clusters.add_edge(unit.connection, edge)
    confirms = golden.state is GoldenState.UNCONFIRMED and not _other_suspects(unit)
    if confirms:
        confirmed = replace(golden, state=GoldenState.ACTIVE, version=golden.version + 1)
        unit.store(confirmed, {}, f"told apart by {unit.by}")
    return {"edge": edge.id, "confirmed": confirms}


def _other_suspects(unit: Unit) -> bool:
    return any(
        each.kind == Kind.POSSIBLE_DUPLICATE and each.id != unit.conflict.id
        for each in store.open_of(unit.connection, [unit.conflict.golden_id])
    )


def _retry(unit: Unit) -> dict[str, Value]:
    """Take the hold off and look at the record again."""
    conflict, board = unit.conflict, unit.board
    path = conflict.subject.partition(":")[2]
    mates = board.crossrefs_of(conflict.golden_id)
    mine = [each for each in mates if each.connection == conflict.connection]
    if delete_erased(unit, mine):
        return {}
    for crossref in mine:
        held = {name: why for name, why in crossref.held.items() if name != path}
        writes = {name: told for name, told in crossref.writes.items() if name != path}
        board.put_crossref(crossref.with_(held=held, writes=writes, parked=None))
    plans = unit.plan(unit.golden, f"conflict {conflict.id} retried")
    write_board(unit.connection, board, unit.at)
    write_plans(unit.hub, unit.connection, [(each, None) for each in plans], unit.at)
    hints = [hint_of(unit.hub, each) for each in mine if each.external_id]
    events.insert(unit.connection, hints, unit.at)
    return {
        "held": {each.id: each.held[path] for each in mine if path in each.held},
        "parked": {each.id: each.parked for each in mine if each.parked},
    }


def _close(unit: Unit, resolution: Resolution) -> dict[str, Value]:
    """Close the conflict first, so that what follows from the answer does not find it open."""
    conflict = unit.conflict
    told: dict[str, Value] = {"choice": resolution.choice.value, "reason": resolution.reason}
    if resolution.choice is Choice.TAKE:
        told["value"] = resolution.value
    store.close_many(unit.connection, [Closing(conflict.id, resolution.by, told)], unit.at)
    about = {"kind": conflict.kind, "golden": conflict.golden_id} | told
    note(unit.hub, unit.connection, Deed(resolution.by, "conflict.settled", conflict.id, about))
    still = store.open_of(unit.connection, [conflict.golden_id])
    close_events(unit.connection, [conflict], still, Outcome.APPLIED, unit.at)
    return told
