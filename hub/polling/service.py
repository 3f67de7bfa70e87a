"""Asks systems what changed: read a page (no tx), then events and cursor in one transaction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from connectors.contract import Change, ChangeKind, ChangePage
from connectors.errors import BatchRefused, ConnectionTrouble, ConnectorError, CursorLost
from ground.database import Connection, DatabaseBusy
from ground.strict_json import canonical
from hub.connections.service import report_failure
from hub.deletes import store as deletes
from hub.events import store as events
from hub.events.model import NewEvent
from hub.lanes.store import Lease
from hub.polling import store
from hub.polling.model import Poll
from hub.polling.rules import news, remember, versioned
from hub.wiring import Hub
from master_data.model import lane_key
from master_data.store import known_versions

__all__ = ["list_overdue", "poll_due", "poll_now", "schedule"]

_log = structlog.get_logger(__name__)
_MOST_PAGES = 50
_MOST_MISSING = 1000
_Heard = tuple[list[Change], dict[str, str | None], datetime]


def schedule(hub: Hub) -> int:
    """Have every mapped object type of every connection polled; return how many are new.

    Nothing is written where all are known: a commit would wake every process at each sweep.
    """
    feeds = [
        (each.id, object_type)
        for each in hub.directory.connections().values()
        for object_type in each.connector.capabilities.object_types
        if object_type in each.mappings
    ]
    if hub.db.read(store.feeds).issuperset(feeds):
        return 0
    return hub.db.write(lambda connection: store.ensure(connection, feeds, hub.db.now(connection)))


def poll_now(hub: Hub, connection_id: str) -> int:
    """Ask for a full listing of all object types of a connection; return how many."""
    hub.connection(connection_id)
    schedule(hub)
    asked = hub.db.write(
        lambda connection: store.ask_full(connection, connection_id, hub.db.now(connection))
    )
    hub.doorbell.ring()
    return asked


def list_overdue(hub: Hub) -> bool:
    """Begin complete listings of feeds whose last one is long ago; False: nothing more at once."""
    if hub.settings.full_every:
        pause = timedelta(seconds=hub.settings.full_every)
        hub.db.write(lambda c: store.ask_overdue(c, now := hub.db.now(c), now - pause))
    return False


def poll_due(hub: Hub) -> int:
    """Poll the object type that is due longest; return 1, or 0 when none is due."""
    workable = hub.workable
    if not workable or not hub.db.read(
        lambda connection: store.any_due(connection, workable, hub.db.now(connection))
    ):
        return 0
    with hub.claims.held(hub.env.clock) as hold:
        claimed = hub.db.write(lambda connection: _claim(hub, workable, connection, hold))
        if claimed is None:
            return 0
        _poll(hub, claimed)
    return 1


def _poll(hub: Hub, claimed: Poll) -> None:
    try:
        _follow(hub, claimed)
    except CursorLost:
        _log.info("poll.cursor_lost", **_name(claimed))
        _give_back(hub, claimed, {"cursor": None, "error": None}, full=True)
    except ConnectionTrouble as error:
        _give_back(hub, claimed, {"error": str(error)})
        report_failure(hub, claimed.connection, error)
    except ConnectorError as error:
        _log.warning("poll.not_understood", reason=str(error), **_name(claimed))
        _give_back(hub, claimed, {"error": str(error)}, pause=_after_error(hub))
    except DatabaseBusy:
        raise
    except Exception as error:  # noqa: BLE001 - the other feeds go on
        _log.exception("poll.failed", **_name(claimed))
        told = {"error": f"{type(error).__name__}: {error}"}
        _give_back(hub, claimed, told, pause=_after_error(hub))


def _lease(hub: Hub) -> timedelta:
    """Return how long one page may take: it may be many requests."""
    return 2 * timedelta(seconds=hub.settings.lease)


def _after_error(hub: Hub) -> timedelta:
    return timedelta(seconds=hub.settings.probe_every)


def _claim(
    hub: Hub, workable: list[str], connection: Connection, hold: Callable[[str], str]
) -> Poll | None:
    now = hub.db.now(connection)
    until = now + _lease(hub)
    return store.claim(connection, workable, Lease(hold(hub.claims.token(hub.env.ids)), now, until))


def _follow(hub: Hub, claimed: Poll) -> None:
    """Read page by page to the end of the feed, or until others should have their turn."""
    connector, size = hub.connector(claimed.connection), hub.settings.poll_page
    for _ in range(_MOST_PAGES):
        began = hub.db.read(hub.db.now)
        try:
            page = connector.changes(claimed.object_type, claimed.cursor, size)
        except BatchRefused:  # too large an answer, mostly
            if size == 1:
                raise
            size //= 2
            continue
        changes = [versioned(change, canonical) for change in page.changes]
        told = remember(claimed.told or {}, changes)
        if not _keep(hub, claimed, page, (changes, told, began)) or not page.more:
            return
        claimed = replace(claimed, cursor=page.cursor, told=told)
    _give_back(hub, claimed, {})


def _keep(hub: Hub, claimed: Poll, page: ChangePage, heard: _Heard) -> bool:
    """Store what is news and the cursor together; False if the claim was lost meanwhile."""
    changes, told, began = heard

    def write(connection: Connection) -> int | None:
        now = hub.db.now(connection)
        progress = _progress(hub, claimed, page, now) | {"told": told}
        if not store.save(connection, claimed, progress):
            return None
        new = _new_events(hub, connection, claimed, changes, began)
        if claimed.full_since is not None:
            new += _not_shown(hub, connection, claimed, page)
        events.insert(connection, new, now)
        return len(new)

    found = hub.db.write(write)
    if found is None:
        _log.info("poll.claim_lost", **_name(claimed))
        return False
    if found:
        _log.info("poll.news", events=found, **_name(claimed))
    return True


def _not_shown(hub: Hub, connection: Connection, claimed: Poll, page: ChangePage) -> list[NewEvent]:
    """Note what a listing shows; at its end, say which linked records it did not show.

    They are only suspected to be gone: each is read before it counts as deleted.
    """
    place = claimed.connection, claimed.object_type
    if claimed.cursor is None:
        deletes.forget_sightings(connection, *place)
    shown = [each.external_id for each in page.changes if each.kind is not ChangeKind.DELETED]
    deletes.see(connection, *place, shown)
    if page.more or claimed.full_since is None:
        return []
    missing = deletes.missing(connection, *place, claimed.full_since, _MOST_MISSING)
    deletes.forget_sightings(connection, *place)
    return [
        NewEvent(
            id=hub.env.ids.new("ev"),
            connection=claimed.connection,
            object_type=claimed.object_type,
            external_id=external_id,
            kind=ChangeKind.DELETED,
            detail={"evidence": "not in a complete listing"},
        )
        for external_id in missing
    ]


def _progress(hub: Hub, claimed: Poll, page: ChangePage, now: datetime) -> dict[str, Any]:
    if page.more:
        return {"cursor": page.cursor, "due_at": now + _lease(hub)}
    return {
        "cursor": page.cursor,
        "due_at": now + timedelta(seconds=hub.settings.poll_every),
        "token": None,
        "full_since": None,
        "last_ok_at": now,
        "error": None,
    } | ({"last_full_at": now} if claimed.full_since or not claimed.last_full_at else {})


def _new_events(
    hub: Hub, connection: Connection, claimed: Poll, changes: list[Change], began: datetime
) -> list[NewEvent]:
    ids = sorted({change.external_id for change in changes})
    lane_of = {lane_key(claimed.connection, claimed.object_type, each): each for each in ids}
    known = known_versions(connection, claimed.connection, claimed.object_type, ids)
    waiting = {
        (lane_of[lane], version)
        for lane, version in events.undecided_versions(connection, list(lane_of))
    }
    return [
        NewEvent.of(
            change,
            event_id=hub.env.ids.new("ev"),
            connection=claimed.connection,
            read_at=began,
        )
        for change in news(changes, known, waiting, claimed.told or {})
    ]


def _give_back(
    hub: Hub,
    claimed: Poll,
    columns: dict[str, Any],
    *,
    pause: timedelta = timedelta(0),
    full: bool = False,
) -> None:
    def write(connection: Connection) -> None:
        now = hub.db.now(connection)
        more = {"full_since": now} if full else {}
        store.save(connection, claimed, {"token": None, "due_at": now + pause} | columns | more)

    hub.db.write(write)


def _name(claimed: Poll) -> dict[str, str]:
    return {"connection": claimed.connection, "object_type": claimed.object_type}
