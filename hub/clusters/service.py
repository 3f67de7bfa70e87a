"""Merges golden records, takes merges back, splits: one unit of work, effects planned in it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from ground.database import Connection
from hub.clusters.carrying import carry
from hub.clusters.gathering import Gathering, merged, split, unmerged
from hub.clusters.model import Intent, Outlook, PlannedWrite, Preview, Reshaped
from hub.conflicts import store as conflicts
from hub.conflicts.model import Closing
from hub.effects import store as effects
from hub.events.rules import Outcome
from hub.projection.planning import Plan, plan
from hub.projection.rules import stale_paths
from hub.sealing.audit import Deed, note
from hub.sync.model import Version
from hub.sync.store import close_events, write_board, write_plans, write_versions
from hub.wiring import Hub
from master_data import store as goldens
from master_data.clusters import store
from master_data.clusters.model import Edge
from master_data.errors import GoldenMoved, NoSuchGolden
from master_data.fields import title_of_record

__all__ = [
    "decisions_of",
    "merge_goldens",
    "preview_merge",
    "preview_split",
    "preview_unmerge",
    "split_golden",
    "unmerge",
    "write_merge",
    "write_unmerge",
]

_TRIES = 5
Work = Callable[[Connection], Reshaped]


def merge_goldens(hub: Hub, one_id: str, other_id: str, intent: Intent) -> Reshaped:
    """Make two golden records one; `one_id` stands, the other's id leads to it from now on.

    Raises NoSuchGolden, ToldApart, WrongMerge.
    """
    return _carry_out(hub, lambda c: write_merge(hub, c, one_id, other_id, intent))


def unmerge(hub: Hub, edge_id: str, intent: Intent) -> Reshaped:
    """Take one merge back. Raises UnknownDecision."""
    return _carry_out(hub, lambda c: write_unmerge(hub, c, edge_id, intent))


def split_golden(hub: Hub, golden_id: str, crossref_ids: Sequence[str], intent: Intent) -> Reshaped:
    """Make a golden record of its own of some source records. Raises NoSuchGolden, WrongMerge."""

    def work(connection: Connection) -> Reshaped:
        reshaped = split(Gathering(hub, connection, locked=True), golden_id, crossref_ids, intent)
        _write(hub, connection, reshaped, intent)
        return reshaped

    return _carry_out(hub, work)


def _carry_out(hub: Hub, work: Work) -> Reshaped:
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


def write_merge(
    hub: Hub, connection: Connection, one_id: str, other_id: str, intent: Intent
) -> Reshaped:
    """Merge within a unit of work."""
    reshaped = merged(Gathering(hub, connection, locked=True), one_id, other_id, intent)
    _write(hub, connection, reshaped, intent)
    return reshaped


def write_unmerge(hub: Hub, connection: Connection, edge_id: str, intent: Intent) -> Reshaped:
    """Take a merge back within a unit of work."""
    reshaped = unmerged(Gathering(hub, connection, locked=True), edge_id, intent)
    _write(hub, connection, reshaped, intent)
    return reshaped


def preview_merge(hub: Hub, one_id: str, other_id: str, intent: Intent) -> Preview:
    """Show what a merge would do."""
    return hub.db.read(
        lambda c: _preview(hub, merged(Gathering(hub, c, locked=False), one_id, other_id, intent))
    )


def preview_unmerge(hub: Hub, edge_id: str, intent: Intent) -> Preview:
    """Show what taking a merge back would do."""
    return hub.db.read(
        lambda c: _preview(hub, unmerged(Gathering(hub, c, locked=False), edge_id, intent))
    )


def preview_split(hub: Hub, golden_id: str, crossref_ids: Sequence[str], intent: Intent) -> Preview:
    """Show what a split would do."""
    return hub.db.read(
        lambda c: _preview(
            hub, split(Gathering(hub, c, locked=False), golden_id, crossref_ids, intent)
        )
    )


def decisions_of(hub: Hub, golden_id: str) -> list[Edge]:
    """Return the decisions that stand about a golden record and what was merged into it."""

    def read(connection: Connection) -> list[Edge]:
        found = goldens.goldens_by_id(connection, [golden_id]).get(golden_id)
        if found is None:
            raise NoSuchGolden(golden_id)
        homes = {each.id for each in store.homes_of(connection, found.id)} | {found.id}
        return store.edges_among(connection, homes)

    return hub.db.read(read)


def _plans(hub: Hub, reshaped: Reshaped, reason: str) -> list[Plan]:
    live = [each for each in hub.directory.connections().values() if each.state == "live"]
    return [
        each
        for formed in reshaped.formed
        for each in plan(reshaped.board, formed.golden, live, hub.env.ids.new, reason)
    ]


def _preview(hub: Hub, reshaped: Reshaped) -> Preview:
    writes = []
    for each in _plans(hub, reshaped, "preview"):
        crossref = each.crossref
        golden = reshaped.board.goldens[crossref.golden_id]
        mapping = hub.mapping(crossref.connection, crossref.object_type)
        stale = stale_paths(golden, crossref, mapping.outbound_paths, mapping.list_paths)
        writes.append(
            PlannedWrite(
                crossref.connection,
                crossref.object_type,
                crossref.external_id,
                each.operation,
                tuple(sorted(stale)),
            )
        )
    outlooks = tuple(
        Outlook(
            each.golden,
            title_of_record(each.golden.entity, each.golden.body),
            each.changes,
            each.ties,
            tuple(
                (c.connection, c.object_type, c.external_id, c.is_primary) for c in each.crossrefs
            ),
        )
        for each in reshaped.formed
    )
    return Preview(outlooks, tuple(writes), tuple(each.id for each in reshaped.joined))


def _write(hub: Hub, connection: Connection, reshaped: Reshaped, intent: Intent) -> None:
    at = hub.db.now(connection)
    for edge in reshaped.removed:
        store.remove_edge(connection, edge.id, by=intent.by, why=intent.reason, at=at)
    for edge in reshaped.added:
        store.add_edge(connection, edge)
    for formed in reshaped.formed:
        store.save_homes(connection, formed.homes)
        store.write_aliases(connection, formed.golden.id, [each.id for each in formed.homes])
    plans = _plans(hub, reshaped, _reason(reshaped, intent))
    write_board(connection, reshaped.board, at)
    versions = [
        Version(each.golden, each.changes, None, None, actor=f"person:{intent.by}")
        for each in reshaped.formed
    ]
    versions += [
        Version(each, {}, None, None, actor=f"person:{intent.by}") for each in reshaped.joined
    ]
    write_versions(connection, versions, at)
    _follow(hub, connection, reshaped, at)
    write_plans(hub, connection, [(each, None) for each in plans], at)
    _release_children(hub, connection, reshaped, at)
    note(hub, connection, _deed(reshaped, intent))


def _deed(reshaped: Reshaped, intent: Intent) -> Deed:
    if reshaped.joined:
        action = "golden.merged"
    else:
        action = "golden.unmerged" if reshaped.removed else "golden.split"
    ids = [each.golden.id for each in reshaped.formed]
    told = {
        "records": ids,
        "merged_away": [each.id for each in reshaped.joined],
        "decisions": [each.id for each in (*reshaped.added, *reshaped.removed)],
        "reason": intent.reason,
    }
    return Deed(intent.by, action, ids[0], told)


def _reason(reshaped: Reshaped, intent: Intent) -> str:
    what = "merged" if reshaped.joined else "taken apart"
    return f"{what} by {intent.by}"


def _follow(hub: Hub, connection: Connection, reshaped: Reshaped, at: datetime) -> None:
    """Let the open conflicts, and the events that wait for them, follow their records."""
    told = conflicts.open_of(connection, reshaped.before)
    subjects = {each.subject for each in told if each.kind == "possible_duplicate"}
    named = {*reshaped.before, *subjects}
    roots = {old: each.id for old, each in goldens.goldens_by_id(connection, named).items()}
    carried = carry(reshaped, told, roots, hub.env.ids.new)
    what = "the records became one" if reshaped.joined else "the record was taken apart"
    closings = [Closing(each.id, "rules", {"why": what}) for each in carried.closed]
    conflicts.close_many(connection, closings, at)
    conflicts.open_many(connection, carried.opened, at)
    now = {formed.golden.id for formed in reshaped.formed} | reshaped.before
    still = conflicts.open_of(connection, now)
    close_events(connection, carried.closed, still, Outcome.SUPERSEDED, at)


def _release_children(hub: Hub, connection: Connection, reshaped: Reshaped, at: datetime) -> None:
    """Look again at writes that waited for a record of a golden one that changed shape."""
    names = [
        f"{connection_id}:{golden_id}"
        for connection_id in hub.directory.connections()
        for golden_id in {*reshaped.before, *(each.golden.id for each in reshaped.formed)}
    ]
    effects.release(connection, names, at)
