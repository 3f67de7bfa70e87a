"""Brings the stored records of a mapping to the version in force, page by page.

What is due is read from the records: each names the version it was read by. So it may be killed
anywhere, and a process that still decides by another version does no harm.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from connectors.contract import ChangeKind
from ground.database import Connection
from ground.instants import to_microseconds
from hub.conflicts import store as conflicts
from hub.conflicts.model import NewConflict
from hub.effects import store as effects
from hub.events import store as events
from hub.events.model import SETTLED, NewEvent
from hub.mapping_versions import store
from hub.mapping_versions.model import Remapping
from hub.projection.board import Board
from hub.projection.family import load_family
from hub.projection.links import Links
from hub.projection.planning import Plan, plan
from hub.remapping.family import Target, clocks_of, remap_family
from hub.remapping.model import Remapped
from hub.remapping.rules import RIVAL_VALUES, UNMAPPED_VALUE
from hub.sync.model import Version
from hub.sync.store import close_conflicts, write_board, write_plans, write_versions
from hub.wiring import Hub, OpenConnection
from master_data.errors import GoldenMoved
from master_data.model import Crossref

__all__ = ["plans_of", "reason_of", "remap_due"]

_log = structlog.get_logger(__name__)

PAGE = 100
TRIES = 4
LOOK_AGAIN = timedelta(seconds=2)


@dataclass(slots=True)
class _Page:
    """One page of golden records: read, brought to the version, written."""

    work: Remapping
    ids: list[str]
    after: str
    due_at: datetime
    board: Board = field(default_factory=Board)
    done: list[Remapped] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)


def reason_of(connection_id: str, object_type: str, number: int) -> str:
    """Return why effects are planned that a mapping version asks for."""
    return f"mapping version {number} of {connection_id}/{object_type}"


def remap_due(hub: Hub) -> int:
    """Bring one page of records to the version in force; return 0 when nothing is due."""
    now = hub.env.clock.now()
    work = hub.db.read(lambda c: store.next_remapping(c, now))
    if work is None:
        return 0
    opened = _opened(hub, work)
    if opened is None:  # configured anew, or not opened at all: nothing to do here
        hub.db.write(lambda c: store.advance(c, work, work.after, now + LOOK_AGAIN))
        return 1
    entity = opened.mappings[work.object_type].entity
    ids = hub.db.read(lambda c: store.page_of_goldens(c, entity, work.after, PAGE))
    if ids:
        _bring(hub, opened, lambda: _Page(work, ids, ids[-1], now))
    else:
        ids = hub.db.read(lambda c: store.stale_goldens(c, work, PAGE))
        if not ids:
            return _end(hub, work, now)
        # decided by another version since, or with a write under way: that keeps its version
        _bring(hub, opened, lambda: _Page(work, ids, work.after, now + LOOK_AGAIN))
    hub.doorbell.ring()
    return len(ids)


def _opened(hub: Hub, work: Remapping) -> OpenConnection | None:
    """Return the connection, if this process knows the version that is wanted."""
    for _ in range(2):
        opened = hub.directory.connections().get(work.connection)
        mapping = opened.mappings.get(work.object_type) if opened else None
        if mapping is not None and mapping.version == work.number:
            return opened
        hub.directory.refresh()
    return None


def _end(hub: Hub, work: Remapping, now: datetime) -> int:
    """Look once more, after every process knows the version; then it is done."""
    if now < work.until:
        hub.db.write(lambda c: store.advance(c, work, work.after, work.until))
    else:
        hub.db.write(lambda c: store.finish(c, work))
        _log.info("mapping.remapped", connection=work.connection, object_type=work.object_type)
    return 1


def _bring(hub: Hub, opened: OpenConnection, new_page: Callable[[], _Page]) -> None:
    for _ in range(TRIES):
        page = _worked(hub, opened, new_page())
        try:
            hub.db.write(lambda c, page=page: _write(hub, page, c))  # type: ignore[misc]
        except GoldenMoved:
            continue
        return


def _worked(hub: Hub, opened: OpenConnection, page: _Page) -> _Page:
    board, work = page.board, page.work
    hub.db.read(lambda c: load_family(c, board, set(page.ids)))
    mine = [
        each.id
        for each in board.crossrefs.values()
        if (each.connection, each.object_type) == (work.connection, work.object_type)
    ]
    busy = hub.db.read(lambda c: effects.busy_crossrefs(c, mine))
    waiting = {board.crossrefs[each].golden_id for each in busy}
    target = Target(
        work.connection,
        work.object_type,
        opened.mappings[work.object_type],
        lambda number: hub.mapping(work.connection, work.object_type, number),
        to_microseconds(hub.env.clock.now()),
    )
    links, clocks = Links(hub.db, work.connection, board), clocks_of(hub)
    for golden_id in page.ids:
        if golden_id in waiting or golden_id not in board.goldens:
            continue
        made = remap_family(board, golden_id, target, links, clocks)
        page.done += made
        page.plans += plans_of(hub, board, golden_id, target, made)
    return page


def plans_of(
    hub: Hub, board: Board, golden_id: str, target: Target, made: Sequence[Remapped]
) -> list[Plan]:
    """Return the writes that follow: everywhere if golden moved, else in the target alone."""
    moved = any(each.changes for each in made)
    live = [
        _with(each, target)
        for each in hub.directory.connections().values()
        if each.state == "live" and (moved or each.id == target.connection)
    ]
    reason = reason_of(target.connection, target.object_type, target.mapping.version)
    return plan(board, board.goldens[golden_id], live, hub.env.ids.new, reason)


def _with(opened: OpenConnection, target: Target) -> OpenConnection:
    if opened.id != target.connection:
        return opened
    return opened.with_mapping(target.object_type, target.mapping)


def _write(hub: Hub, page: _Page, connection: Connection) -> None:
    at, work, board = hub.db.now(connection), page.work, page.board
    write_board(connection, board, at)
    write_versions(connection, _versions(page), at)
    opened = [
        NewConflict(hub.env.ids.new("cf"), each, None)
        for made in page.done
        for each in made.conflicts
    ]
    conflicts.open_many(connection, opened, at)
    close_conflicts(connection, _closing(page), at)
    write_plans(hub, connection, [(each, None) for each in page.plans], at)
    hints = [_hint(hub, made.crossref) for made in page.done if made.waits]
    events.insert(connection, hints, at)
    store.advance(connection, work, page.after, page.due_at)


def _versions(page: _Page) -> list[Version]:
    return [
        Version(
            made.golden,
            made.changes,
            page.work.connection,
            None,
            page.work.number,
            actor=f"remap({page.work.number})",
        )
        for made in page.done
        if made.moved
    ]


def _closing(page: _Page) -> list[tuple[str, str, str]]:
    ended: list[tuple[str, str, str]] = []
    for made in page.done:
        golden_id, connection_id = made.golden.id, made.crossref.connection
        ended += [(golden_id, UNMAPPED_VALUE, f"{connection_id}:{path}") for path in made.released]
        ended += [(golden_id, RIVAL_VALUES, path) for path in made.settled]
    return ended


def _hint(hub: Hub, crossref: Crossref) -> NewEvent:
    return NewEvent(
        id=hub.env.ids.new("ev"),
        connection=crossref.connection,
        object_type=crossref.object_type,
        external_id=crossref.external_id,
        kind=ChangeKind.CHANGED,
        actor=SETTLED,
    )
