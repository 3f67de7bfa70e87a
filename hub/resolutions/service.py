"""Carries out what a person decided about a conflict: one unit of work, effects planned in it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from connectors.contract import ChangeKind
from ground.database import Connection
from ground.instants import to_microseconds
from hub.conflicts import store
from hub.conflicts.model import Closing, Conflict
from hub.conflicts.rules import Choice, Kind, choices_of
from hub.deletes.rules import Policy, policy_of
from hub.effects.rules import DELETE
from hub.errors import ConflictMoved, UnknownConflict, WrongChoice
from hub.events import store as events
from hub.events.model import SETTLED, NewEvent
from hub.events.rules import Outcome
from hub.projection.board import Board
from hub.projection.family import load_family
from hub.projection.planning import Plan, plan
from hub.resolutions.rules import absorb, settle_value
from hub.sealing.audit import Deed, note
from hub.sync.absence import carry_out
from hub.sync.model import Version
from hub.sync.store import close_events, write_board, write_plans, write_versions
from hub.wiring import Hub
from master_data import store as golden_store
from master_data.fields import entity_schema
from master_data.model import Crossref, CrossrefState, Golden, GoldenState, Value

__all__ = ["Answered", "Resolution", "resolve", "resolve_all"]

_AT_ONCE = 50
_MOST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """A person's answer. `seen`: the version of the conflict on screen; `value`: what to take."""

    choice: Choice
    seen: int
    by: str
    reason: str = ""
    value: Value = None


@dataclass(frozen=True, slots=True)
class Answered:
    """How many conflicts of a cause were settled; `left`: there are more, ask again."""

    settled: int
    left: bool


@dataclass(frozen=True, slots=True)
class _Unit:
    """One unit of work: an answer to a conflict, and the rows it touches."""

    hub: Hub
    connection: Connection
    conflict: Conflict
    resolution: Resolution
    at: datetime
    board: Board = field(default_factory=Board)

    @property
    def golden(self) -> Golden:
        """Return the golden record the conflict is about."""
        return self.board.goldens[self.conflict.golden_id]

    @property
    def actor(self) -> str:
        """Return who decides, as provenance names a person."""
        return f"person:{self.resolution.by}"

    def plan(self, golden: Golden, reason: str) -> list[Plan]:
        """Return the effects of a golden record in every live connection."""
        opened = self.hub.directory.connections().values()
        live = [each for each in opened if each.state == "live"]
        return plan(self.board, golden, live, self.hub.env.ids.new, reason)


def resolve(hub: Hub, conflict_id: str, resolution: Resolution) -> Conflict:
    """Settle a conflict and bring every system to the answer.

    Raises UnknownConflict; ConflictMoved when it was closed or its rivals changed since it was
    seen; WrongChoice when that is no answer to this kind.
    """
    resolved = hub.db.write(lambda c: _resolve(hub, c, conflict_id, resolution))
    hub.doorbell.ring()
    return resolved


def resolve_all(hub: Hub, cause: str, choice: Choice, by: str, reason: str = "") -> Answered:
    """Give one answer to all open conflicts of a cause, up to 2,000; what opens anew is left.

    Raises UnknownConflict when none is open; WrongChoice when that is no answer to them.
    """
    settled, after = 0, ""
    while settled < _MOST:
        take = partial(_page, hub, cause=cause, after=after, answer=(choice, by, reason))
        page = hub.db.write(take)
        if not page:
            break
        settled, after = settled + len(page), page[-1]
    if not settled:
        raise UnknownConflict(cause)
    hub.doorbell.ring()
    left = hub.db.read(lambda c: store.with_cause(c, cause, after, 1))
    return Answered(settled, bool(left))


def _page(
    hub: Hub, connection: Connection, *, cause: str, after: str, answer: tuple[Choice, str, str]
) -> list[str]:
    choice, by, reason = answer
    found = store.with_cause(connection, cause, after, _AT_ONCE)
    for each in found:
        resolution = Resolution(choice=choice, seen=each.version, by=by, reason=reason)
        _resolve(hub, connection, each.id, resolution)
    return [each.id for each in found]


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
    unit = _Unit(hub, connection, conflict, resolution, hub.db.now(connection))
    load_family(connection, unit.board, {conflict.golden_id})
    match Kind(conflict.kind):
        case Kind.RIVAL_VALUES:
            _take(unit)
        case Kind.POSSIBLE_DUPLICATE:
            _decide_identity(unit)
        case Kind.UNMAPPED_VALUE | Kind.REFUSED_WRITE | Kind.LOOP | Kind.UNDELIVERED:
            _retry_or_dismiss(unit)
        case Kind.DELETE_AGAINST_CHANGE:
            _delete_or_restore(unit)
    return _close(unit)


def _take(unit: _Unit) -> None:
    """Set the value a person took."""
    conflict, resolution, golden = unit.conflict, unit.resolution, unit.golden
    path, value = conflict.subject, resolution.value
    decision = {
        "value": value,
        "at": to_microseconds(unit.at),
        "by": resolution.by,
        "why": resolution.reason,
    }
    settled = settle_value(golden, path, value, decision)
    refused = entity_schema(golden.entity).problems(settled.body)
    if refused:
        raise WrongChoice(conflict.kind, "; ".join(f"{p}: {why}" for p, why in refused.items()))
    rivals = [[rival["source"], rival["value"], rival["at"]] for rival in conflict.rivals]
    change = [value, golden.body.get(path), "person", resolution.reason, resolution.by, rivals]
    _store(unit, settled, {path: change})


def _decide_identity(unit: _Unit) -> None:
    """Confirm a record as its own, or merge it into the one it was taken for."""
    golden = unit.golden
    if unit.resolution.choice is Choice.SAME:
        _merge(unit)
    elif golden.state is GoldenState.UNCONFIRMED and not _other_suspects(unit):
        confirmed = replace(golden, state=GoldenState.ACTIVE, version=golden.version + 1)
        _store(unit, confirmed, {})


def _merge(unit: _Unit) -> None:
    connection, board, golden = unit.connection, unit.board, unit.golden
    subject = unit.conflict.subject
    load_family(connection, board, {subject})
    survivor = golden_store.goldens_by_id(connection, [subject])[subject]
    if survivor.id == golden.id:
        return
    moved = absorb(
        survivor,
        golden,
        board.crossrefs_of(golden.id),
        board.crossrefs_of(survivor.id),
        entity_schema(golden.entity),
    )
    board.of_golden[golden.id] = []
    for crossref in moved.crossrefs:
        board.put_crossref(crossref)
    gone = replace(golden, state=GoldenState.MERGED, version=golden.version + 1)
    board.put_golden(gone)
    golden_store.insert_alias(connection, golden.id, survivor.id)
    _follow(unit, golden.id, survivor.id)
    _store(unit, moved.survivor, moved.filled)
    merged = Version(gone, {}, None, None, actor=unit.actor)
    write_versions(connection, [merged], unit.at)


def _other_suspects(unit: _Unit) -> bool:
    return any(
        each.kind == Kind.POSSIBLE_DUPLICATE and each.id != unit.conflict.id
        for each in store.open_of(unit.connection, [unit.conflict.golden_id])
    )


def _follow(unit: _Unit, loser: str, survivor: str) -> None:
    """Close what else was open about a merged record: it is judged as the survivor now."""
    told = store.open_of(unit.connection, [loser])
    rest = [each for each in told if each.id != unit.conflict.id]
    resolution = {"why": f"merged into {survivor}"}
    closings = [Closing(each.id, "rules", resolution) for each in rest]
    store.close_many(unit.connection, closings, unit.at)
    close_events(unit.connection, rest, [], Outcome.SUPERSEDED, unit.at)


def _retry_or_dismiss(unit: _Unit) -> None:
    """Take the hold off and look at the record again; dismissed, the hold stays."""
    if unit.resolution.choice is Choice.DISMISS:
        return
    conflict, board = unit.conflict, unit.board
    path = conflict.subject.partition(":")[2]
    mates = board.crossrefs_of(conflict.golden_id)
    mine = [each for each in mates if each.connection == conflict.connection]
    for crossref in mine:
        held = {name: why for name, why in crossref.held.items() if name != path}
        writes = {name: told for name, told in crossref.writes.items() if name != path}
        board.put_crossref(crossref.with_(held=held, writes=writes, parked=None))
    plans = unit.plan(unit.golden, f"conflict {conflict.id} retried")
    write_board(unit.connection, board, unit.at)
    write_plans(unit.hub, unit.connection, [(each, None) for each in plans], unit.at)
    hints = [_hint(unit.hub, each) for each in mine if each.external_id]
    events.insert(unit.connection, hints, unit.at)


def _delete_or_restore(unit: _Unit) -> None:
    """Carry the delete out elsewhere, or make the record again; dismissed, it stays unlinked."""
    conflict, choice = unit.conflict, unit.resolution.choice
    if choice is Choice.DISMISS:
        return
    opened = unit.hub.connection(conflict.connection or "")
    if _delete_again(unit, opened.id):
        return
    policy = Policy.RESTORE if choice is Choice.RESTORE else policy_of(opened.settings)
    for crossref in unit.board.crossrefs_of(conflict.golden_id):
        if crossref.connection != opened.id or crossref.state is not CrossrefState.GONE:
            continue
        made = carry_out(unit.hub, unit.board, crossref, policy, None)
        plans = list(made.plans)
        if made.replan:
            plans += unit.plan(unit.golden, f"conflict {conflict.id} was settled")
        write_board(unit.connection, unit.board, unit.at)
        write_versions(unit.connection, made.versions, unit.at)
        write_plans(unit.hub, unit.connection, [(each, None) for each in plans], unit.at)
        return


def _delete_again(unit: _Unit, connection_id: str) -> bool:
    """Delete a record that was changed before we could, or let its golden record live again."""
    mates = unit.board.crossrefs_of(unit.conflict.golden_id)
    parked = [
        each
        for each in mates
        if each.connection == connection_id and each.state is CrossrefState.LIVE and each.parked
    ]
    for crossref in parked:
        unit.board.put_crossref(crossref.with_(parked=None, remote_version=None))
    if not parked:
        return False
    golden = unit.golden
    if unit.resolution.choice is Choice.RESTORE:
        _store(unit, replace(golden, state=GoldenState.ACTIVE, version=golden.version + 1), {})
        events.insert(unit.connection, [_hint(unit.hub, each) for each in parked], unit.at)
    else:
        write_board(unit.connection, unit.board, unit.at)
        plans = [Plan(each, DELETE, f"conflict {unit.conflict.id} was settled") for each in parked]
        write_plans(unit.hub, unit.connection, [(each, None) for each in plans], unit.at)
    return True


def _hint(hub: Hub, crossref: Crossref) -> NewEvent:
    return NewEvent(
        id=hub.env.ids.new("ev"),
        connection=crossref.connection,
        object_type=crossref.object_type,
        external_id=crossref.external_id,
        kind=ChangeKind.CHANGED,
        actor=SETTLED,
    )


def _store(unit: _Unit, golden: Golden, changes: dict[str, list[Value]]) -> None:
    """Write a golden record and its new version, and plan who must hear of it."""
    unit.board.put_golden(golden)
    plans = unit.plan(golden, f"decided by {unit.resolution.by}")
    write_board(unit.connection, unit.board, unit.at)
    version = Version(golden, changes, None, None, actor=unit.actor)
    write_versions(unit.connection, [version], unit.at)
    write_plans(unit.hub, unit.connection, [(each, None) for each in plans], unit.at)


def _close(unit: _Unit) -> Conflict:
    conflict, resolution = unit.conflict, unit.resolution
    told: dict[str, Value] = {"choice": resolution.choice.value, "reason": resolution.reason}
    if resolution.choice is Choice.TAKE:
        told["value"] = resolution.value
    store.close_many(unit.connection, [Closing(conflict.id, resolution.by, told)], unit.at)
    about = {"kind": conflict.kind, "golden": conflict.golden_id} | told
    note(unit.hub, unit.connection, Deed(resolution.by, "conflict.settled", conflict.id, about))
    still = store.open_of(unit.connection, [conflict.golden_id])
    close_events(unit.connection, [conflict], still, Outcome.APPLIED, unit.at)
    return replace(conflict, closed_at=unit.at, closed_by=resolution.by, resolution=told)
