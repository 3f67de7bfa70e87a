"""The rows of one batch of decisions: read together, written together in one unit."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from ground.database import Connection
from ground.statements import insert_many
from hub.conflicts import store as conflicts
from hub.conflicts.model import Closing, Conflict
from hub.deletes import store as deletes
from hub.deletes.model import Deletion
from hub.effects import store as effects
from hub.effects.arrivals import announce_live
from hub.effects.model import NewEffect
from hub.effects.rules import DELETE
from hub.erasures import store as erasures
from hub.events import store as events
from hub.events.model import Decided
from hub.events.rules import Outcome
from hub.hierarchy import store as hierarchy
from hub.hierarchy.model import PARENTS
from hub.linking import service as linking
from hub.matching import store as matching
from hub.projection.board import Board, is_found, seat_of
from hub.projection.planning import Plan
from hub.sync.deciding import Verdict
from hub.sync.model import Version
from hub.sync.rules import SNAPSHOT_EVERY
from hub.wiring import Hub
from master_data import store as golden_store
from master_data.errors import GoldenMoved
from master_data.forms.goldens import golden_form, says_else
from master_data.index import store as index
from master_data.model import Crossref, Flat, Golden
from master_data.tables import golden_version


def write(hub: Hub, connection: Connection, board: Board, verdict: Verdict, at: datetime) -> None:
    """Write a batch. Raises GoldenMoved if a row it stands on changed since it was read."""
    check(connection, board, verdict)
    check_fuses(hub, connection, verdict.deletions, at)
    write_board(connection, board, at, verdict.index)
    write_versions(connection, verdict.versions, at)
    matching.log(connection, verdict.matches, at)
    if verdict.search is not None:
        matching.note_stopped(connection, verdict.search.stopped(), at)
    conflicts.open_many(connection, verdict.conflicts, at)
    verdict.parked = linking.watch(hub, connection, verdict.conflicts, at)
    close_conflicts(connection, verdict.closing, at)
    write_plans(hub, connection, verdict.plans, at)
    events.settle(connection, verdict.decided, at)
    if verdict.erased:
        erasures.forget_events(connection, verdict.erased)
    deletes.record(connection, verdict.deletions, at)
    announce_live(connection, verdict.live, at)


def check_fuses(
    hub: Hub, connection: Connection, deletions: Iterable[Deletion], at: datetime
) -> None:
    """Raise GoldenMoved if deletes of another worker used up a fuse since these were judged."""
    done = Counter(each.connection for each in deletions if not each.held)
    for connection_id, many in sorted(done.items()):
        fuse = deletes.fuse_of(connection, connection_id, hub.settings.delete_fuse, at)
        if not fuse.lets(many):
            raise GoldenMoved


def check(connection: Connection, board: Board, verdict: Verdict) -> None:
    """Make sure that nobody else linked these records or made their golden record meanwhile."""
    if verdict.search is not None and verdict.search.moved(connection):
        raise GoldenMoved
    for connection_id, object_type in {place[:2] for place in board.unlinked}:
        ids = [p[2] for p in board.unlinked if p[:2] == (connection_id, object_type)]
        if golden_store.crossrefs_by_external(connection, connection_id, object_type, ids):
            raise GoldenMoved


def write_board(
    connection: Connection, board: Board, at: datetime, found_by: index.Change | None = None
) -> None:
    """Write golden records, crossrefs and the forms by which they are found.

    `found_by`: what `index_change` says of the board, if it was asked already.
    """
    touched = [board.goldens[each] for each in sorted(board.touched)]
    golden_store.insert_goldens(
        connection, [each for each in touched if each.id not in board.read_goldens], at
    )
    moved = [
        (each, board.read_goldens[each.id]) for each in touched if each.id in board.read_goldens
    ]
    golden_store.update_goldens(connection, moved, at)
    crossrefs = [board.crossrefs[each] for each in sorted(board.changed)]
    _update_crossrefs(connection, board, crossrefs)
    golden_store.insert_crossrefs(
        connection, [each for each in crossrefs if each.id not in board.read_crossrefs], at
    )
    index.change(connection, index_change(board) if found_by is None else found_by)


def _update_crossrefs(connection: Connection, board: Board, crossrefs: Sequence[Crossref]) -> None:
    """Update crossrefs. A system has one primary: who steps back, who leaves, who takes over.

    Most stay where they are, and so in all indexes.
    """
    known = [each for each in crossrefs if each.id in board.read_crossrefs]
    moved = [each for each in known if seat_of(each) != board.read_seats[each.id]]
    stay = [each for each in known if seat_of(each) == board.read_seats[each.id]]
    golden_store.update_crossrefs(connection, _with_versions(board, stay), moved=False)
    for now, before in ((False, None), (True, True), (True, False)):
        chosen = [
            each
            for each in moved
            if each.is_primary is now and before in (None, board.read_seats[each.id][-1])
        ]
        golden_store.update_crossrefs(connection, _with_versions(board, chosen))


def _with_versions(board: Board, crossrefs: Iterable[Crossref]) -> list[tuple[Crossref, int]]:
    return [(each, board.read_crossrefs[each.id]) for each in crossrefs]


def index_change(board: Board) -> index.Change:
    """Return what keeps the index true: a golden record is found by what it says now."""
    changed = []
    for golden_id in sorted(board.touched):
        golden = board.goldens[golden_id]
        body = golden.body if is_found(golden) else {}
        read = board.read_bodies.get(golden_id) or {}
        if says_else(golden.entity, read, body):
            changed.append((_entry(golden, read), _entry(golden, body)))
    return index.prepare([each for each in changed if each != (None, None)])


def _entry(golden: Golden, body: Flat) -> index.Entry | None:
    kind, form = golden_form(golden.entity, body) if body else ("", {})
    return index.Entry(golden.id, kind, form) if kind else None


def write_versions(connection: Connection, versions: Iterable[Version], at: datetime) -> None:
    """Write the provenance of each new golden version; every fiftieth carries the whole body."""
    told = list(versions)
    rows: list[dict[str, Any]] = [
        {
            "golden_id": each.golden.id,
            "version": each.golden.version,
            "at": at,
            "connection": each.connection,
            "event_id": each.event_id,
            "actor": each.actor,
            "mapping_version": each.mapping_version,
            "changes": each.changes,
            "snapshot": each.golden.body if each.golden.version % SNAPSHOT_EVERY == 0 else None,
        }
        for each in told
    ]
    if rows:
        insert_many(connection, golden_version, rows, on_conflict=None)
    hierarchy.move(
        connection,
        {
            each.golden.id: each.golden.body.get(path)
            for each in told
            if (path := PARENTS.get(each.golden.entity)) and path in each.changes
        },
    )


def write_plans(
    hub: Hub, connection: Connection, plans: Iterable[tuple[Plan, str | None]], at: datetime
) -> None:
    """Plan effects."""
    told = list(plans)
    deletes = {str(each.crossref.id): each.reason for each, _ in told if each.operation == DELETE}
    effects.turn_into_deletes(connection, deletes)
    effects.plan(
        connection, [_new_effect(hub.env.ids.new("ef"), each, event) for each, event in told], at
    )


def _new_effect(effect_id: str, each: Plan, event_id: str | None) -> NewEffect:
    crossref = each.crossref
    return NewEffect(
        id=effect_id,
        crossref_id=crossref.id,
        golden_id=crossref.golden_id,
        connection=crossref.connection,
        object_type=crossref.object_type,
        lane=crossref.lane,
        operation=each.operation,
        reason=each.reason,
        event_id=event_id,
    )


def close_conflicts(
    connection: Connection, closing: Iterable[tuple[str, str, str]], at: datetime
) -> None:
    """Close conflicts that ended by themselves, and the events that waited for them."""
    wanted = set(closing)
    if not wanted:
        return
    told = conflicts.open_of(connection, {golden_id for golden_id, _, _ in wanted})
    ended = [each for each in told if (each.golden_id, each.kind, each.subject) in wanted]
    still = [each for each in told if each not in ended]
    resolution = {"why": "it ended by itself: the values agree, or are understood now"}
    conflicts.close_many(connection, [Closing(each.id, "rules", resolution) for each in ended], at)
    close_events(connection, ended, still, Outcome.SUPERSEDED, at)


def close_events(
    connection: Connection,
    ended: Iterable[Conflict],
    still: Iterable[Conflict],
    outcome: Outcome,
    at: datetime,
) -> None:
    """Give the events of ended conflicts their last outcome, unless another conflict holds them."""
    held = {event_id for each in still for event_id in each.events}
    done = {event_id: each for each in ended for event_id in each.events if event_id not in held}
    events.settle(
        connection,
        [
            Decided(
                event_id, outcome, each.golden_id, {"reason": f"conflict {each.id} was settled"}
            )
            for event_id, each in sorted(done.items())
        ],
        at,
    )
