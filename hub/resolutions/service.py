"""Carries out what a person decided about a conflict: one unit of work, effects planned in it."""

from dataclasses import dataclass, replace
from datetime import datetime

from connectors.contract import ChangeKind
from ground.database import Connection
from ground.instants import to_microseconds
from hub.conflicts import store
from hub.conflicts.model import Closing, Conflict
from hub.conflicts.rules import Choice, Kind, choices_of
from hub.errors import ConflictMoved, UnknownConflict, WrongChoice
from hub.events import store as events
from hub.events.model import SETTLED, NewEvent
from hub.events.rules import Outcome
from hub.projection.board import Board
from hub.projection.family import load_family
from hub.projection.planning import plan
from hub.resolutions.rules import absorb, settle_value
from hub.sync.deciding import Version
from hub.sync.store import close_events, write_board, write_plans, write_versions
from hub.wiring import Hub
from master_data import store as golden_store
from master_data.fields import entity_schema
from master_data.model import Crossref, Golden, GoldenState, Value

__all__ = ["Resolution", "resolve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """A person's answer. `seen`: the conflict's version that was on screen; `value`: what to take."""

    choice: Choice
    seen: int
    by: str
    reason: str = ""
    value: Value = None


def resolve(hub: Hub, conflict_id: str, resolution: Resolution) -> Conflict:
    """Settle a conflict and bring every system to the answer.

    Raises UnknownConflict; ConflictMoved when it was closed or its rivals changed since it was seen;
    WrongChoice when that is no answer to this kind.
    """
    resolved = hub.db.write(lambda c: _resolve(hub, c, conflict_id, resolution))
    hub.doorbell.ring()
    return resolved


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
    board = Board()
    load_family(connection, board, {conflict.golden_id})
    match Kind(conflict.kind):
        case Kind.RIVAL_VALUES:
            _take(hub, connection, board, conflict, resolution, at)
        case Kind.POSSIBLE_DUPLICATE:
            _decide_identity(hub, connection, board, conflict, resolution, at)
        case Kind.UNMAPPED_VALUE | Kind.REFUSED_WRITE | Kind.LOOP:
            _retry_or_dismiss(hub, connection, board, conflict, resolution, at)
    return _close(connection, conflict, resolution, at)


def _take(  # noqa: PLR0913, PLR0917 - the parts of one unit of work
    hub: Hub,
    connection: Connection,
    board: Board,
    conflict: Conflict,
    resolution: Resolution,
    at: datetime,
) -> None:
    golden = board.goldens[conflict.golden_id]
    path, value = conflict.subject, resolution.value
    decision = {
        "value": value,
        "at": to_microseconds(at),
        "by": resolution.by,
        "why": resolution.reason,
    }
    settled = settle_value(golden, path, value, decision)
    refused = entity_schema(golden.entity).problems(settled.body)
    if refused:
        raise WrongChoice(conflict.kind, "; ".join(f"{p}: {why}" for p, why in refused.items()))
    rivals = [[rival["source"], rival["value"], rival["at"]] for rival in conflict.rivals]
    change = [value, golden.body.get(path), "person", resolution.reason, resolution.by, rivals]
    _store(hub, connection, board, settled, {path: change}, resolution, at)


def _decide_identity(  # noqa: PLR0913, PLR0917 - the parts of one unit of work
    hub: Hub,
    connection: Connection,
    board: Board,
    conflict: Conflict,
    resolution: Resolution,
    at: datetime,
) -> None:
    golden = board.goldens[conflict.golden_id]
    if resolution.choice is Choice.DIFFERENT:
        if golden.state is GoldenState.UNCONFIRMED and not _other_suspects(connection, conflict):
            confirmed = replace(golden, state=GoldenState.ACTIVE, version=golden.version + 1)
            _store(hub, connection, board, confirmed, {}, resolution, at)
        return
    load_family(connection, board, {conflict.subject})
    survivor = golden_store.goldens_by_id(connection, [conflict.subject])[conflict.subject]
    if survivor.id == golden.id:
        return
    mates = board.crossrefs_of(survivor.id)
    moved = absorb(
        survivor,
        golden,
        board.crossrefs_of(golden.id),
        {each.connection for each in mates},
        entity_schema(golden.entity),
    )
    board.of_golden[golden.id] = []
    for crossref in moved.crossrefs:
        board.put_crossref(crossref)
    gone = replace(golden, state=GoldenState.MERGED, version=golden.version + 1)
    board.put_golden(gone)
    golden_store.insert_alias(connection, golden.id, survivor.id)
    _follow(connection, conflict, golden.id, survivor.id, at)
    _store(hub, connection, board, moved.survivor, moved.filled, resolution, at)
    write_versions(
        connection,
        [Version(gone, {}, None, None, actor=f"person:{resolution.by}")],
        at,
    )


def _other_suspects(connection: Connection, conflict: Conflict) -> bool:
    return any(
        each.kind == Kind.POSSIBLE_DUPLICATE and each.id != conflict.id
        for each in store.open_of(connection, [conflict.golden_id])
    )


def _follow(
    connection: Connection, conflict: Conflict, loser: str, survivor: str, at: datetime
) -> None:
    """Close what else was open about a merged record: its records are judged as the survivor's now."""
    rest = [each for each in store.open_of(connection, [loser]) if each.id != conflict.id]
    resolution = {"why": f"merged into {survivor}"}
    store.close_many(connection, [Closing(each.id, "rules", resolution) for each in rest], at)
    close_events(connection, rest, [], Outcome.SUPERSEDED, at)


def _retry_or_dismiss(  # noqa: PLR0913, PLR0917 - the parts of one unit of work
    hub: Hub,
    connection: Connection,
    board: Board,
    conflict: Conflict,
    resolution: Resolution,
    at: datetime,
) -> None:
    """Take the hold off and look at the record again; dismissed, the hold stays."""
    if resolution.choice is Choice.DISMISS:
        return
    path = conflict.subject.partition(":")[2]
    mine = [
        each
        for each in board.crossrefs_of(conflict.golden_id)
        if each.connection == conflict.connection
    ]
    for crossref in mine:
        held = {name: why for name, why in crossref.held.items() if name != path}
        writes = {name: told for name, told in crossref.writes.items() if name != path}
        board.put_crossref(crossref.with_(held=held, writes=writes, parked=None))
    write_board(connection, board, at)
    golden = board.goldens[conflict.golden_id]
    _plan(hub, connection, board, golden, f"conflict {conflict.id} retried", at)
    events.insert(connection, [_hint(hub, each) for each in mine if each.external_id], at)


def _hint(hub: Hub, crossref: Crossref) -> NewEvent:
    return NewEvent(
        id=hub.env.ids.new("ev"),
        connection=crossref.connection,
        object_type=crossref.object_type,
        external_id=crossref.external_id,
        kind=ChangeKind.CHANGED,
        actor=SETTLED,
    )


def _store(  # noqa: PLR0913, PLR0917 - the parts of one unit of work
    hub: Hub,
    connection: Connection,
    board: Board,
    golden: Golden,
    changes: dict[str, list[Value]],
    resolution: Resolution,
    at: datetime,
) -> None:
    board.put_golden(golden)
    reason = f"decided by {resolution.by}"
    live = [c for c in hub.directory.connections().values() if c.state == "live"]
    plans = plan(board, golden, live, hub.env.ids.new, reason)
    write_board(connection, board, at)
    version = Version(golden, changes, None, None, actor=f"person:{resolution.by}")
    write_versions(connection, [version], at)
    write_plans(hub, connection, [(each, None) for each in plans], at)


def _plan(  # noqa: PLR0913, PLR0917 - the parts of one unit of work
    hub: Hub, connection: Connection, board: Board, golden: Golden, reason: str, at: datetime
) -> None:
    live = [c for c in hub.directory.connections().values() if c.state == "live"]
    board.changed.clear()
    plans = plan(board, golden, live, hub.env.ids.new, reason)
    created = [board.crossrefs[each] for each in board.changed]
    golden_store.insert_crossrefs(connection, created, at)
    write_plans(hub, connection, [(each, None) for each in plans], at)


def _close(
    connection: Connection, conflict: Conflict, resolution: Resolution, at: datetime
) -> Conflict:
    told: dict[str, Value] = {"choice": resolution.choice.value, "reason": resolution.reason}
    if resolution.choice is Choice.TAKE:
        told["value"] = resolution.value
    store.close_many(connection, [Closing(conflict.id, resolution.by, told)], at)
    still = store.open_of(connection, [conflict.golden_id])
    close_events(connection, [conflict], still, Outcome.APPLIED, at)
    return replace(conflict, closed_at=at, closed_by=resolution.by, resolution=told)
