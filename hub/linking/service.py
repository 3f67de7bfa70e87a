"""Parks a connection whose records are all taken for one; a person lets it go on.

Its notices are still stored: nothing is lost, nothing is decided until then.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from ground.database import Connection
from hub.conflicts.model import NewConflict
from hub.conflicts.rules import Kind
from hub.connections import store as connections
from hub.connections.model import BlownLinkFuse
from hub.connections.rules import State
from hub.linking import store
from hub.sealing.audit import Deed, note
from hub.wiring import Hub

__all__ = ["watch"]

_WINDOW = timedelta(hours=1)
_log = structlog.get_logger(__name__)


def watch(
    hub: Hub, connection: Connection, opened: Iterable[NewConflict], at: datetime
) -> list[str]:
    """Park connections whose new records were taken for one golden record too often; name them."""
    suspected: dict[tuple[str, str], str] = {}
    for each in opened:
        told = each.conflict
        if told.kind == Kind.POSSIBLE_DUPLICATE.value and told.connection is not None:
            suspected.setdefault((told.connection, told.subject), told.why)
    parked: list[str] = []
    for (connection_id, golden_id), why in sorted(suspected.items()):
        if connection_id in parked:
            continue
        links = store.links_since(connection, connection_id, golden_id, at - _WINDOW)
        if links > hub.settings.link_fuse and not connections.links_allowed(
            connection, connection_id, at
        ):
            fuse = BlownLinkFuse(connection_id, golden_id, links, why, at)
            if _park(hub, connection, fuse):
                parked.append(connection_id)
    return parked


def _park(hub: Hub, connection: Connection, fuse: BlownLinkFuse) -> bool:
    stored = connections.locked(connection, fuse.connection)
    if stored.state is State.PAUSED:
        return False
    connections.blow_link_fuse(connection, fuse)
    connections.configure(connection, stored, fuse.blown_at, {"state": State.PAUSED.value})
    told = {"golden": fuse.golden_id, "links": fuse.links}
    note(hub, connection, Deed("rules", "connection.parked", fuse.connection, told))
    _log.warning("link_fuse.blown", connection=fuse.connection, links=fuse.links)
    return True
