"""Drops payloads after a while: bodies of notices (their hash stays), states, values sent.

Outcomes, reasons and provenance stay for good.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import structlog

from ground import strict_json
from ground.database import Connection
from hub.chores import store as chores
from hub.retention import store
from hub.wiring import Hub

__all__ = ["thin_out"]

_NAME = "retention"
_AT_ONCE = 500
_PAGES = 20
_DELETES_KEPT = timedelta(days=1)
_log = structlog.get_logger(__name__)
_Drop = Callable[[Connection, str, datetime, int], Collection[str]]
_DROPS: dict[str, _Drop] = {
    "bodies": store.drop_bodies,
    "states": store.drop_states,
    "frozen": store.drop_frozen,
}


def thin_out(hub: Hub) -> bool:
    """Thin out up to 10,000 rows of each kind; return whether there may be more."""
    hub.db.write(lambda c: store.forget_deletions(c, hub.db.now(c) - _DELETES_KEPT))
    if not hub.settings.payload_days:
        return False
    more = {kind: _thin(hub, kind) for kind in _DROPS}
    return any(more.values())


def _thin(hub: Hub, kind: str) -> bool:
    dropped = 0
    for _ in range(_PAGES):
        many = hub.db.write(lambda c: _page(hub, c, kind))
        dropped += many
        if many < _AT_ONCE:
            break
    if dropped:
        _log.info("retention.thinned_out", kind=kind, rows=dropped)
    return dropped == _PAGES * _AT_ONCE


def _page(hub: Hub, connection: Connection, kind: str) -> int:
    marks = strict_json.loads((chores.mark_of(connection, _NAME) or "{}").encode())
    assert isinstance(marks, dict)  # noqa: S101 - our own document
    before = hub.db.now(connection) - timedelta(days=hub.settings.payload_days)
    seen = _DROPS[kind](connection, str(marks.get(kind, "")), before, _AT_ONCE)
    if seen:
        document = marks | {kind: max(seen)}
        chores.set_mark(connection, _NAME, strict_json.dumps(document).decode())
    return len(seen)
