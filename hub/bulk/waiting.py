"""Keeps workers waiting while a first reading in bulk is unfinished."""

from collections.abc import Callable

import structlog

from hub.bulk import store
from hub.wiring import Hub

__all__ = ["await_bulk"]

_LOOK_EVERY = 1.0
_log = structlog.get_logger(__name__)


def await_bulk(hub: Hub, stop: Callable[[], bool]) -> None:
    """Return when no run is open, or `stop()` says so: what it has read is found by nobody yet."""
    told = False
    while not stop() and (found := hub.db.read(store.unfinished)):
        if not told:
            runs = [f"{connection} {object_type}" for connection, object_type in found]
            _log.warning("worker.waits_for_bulk", runs=runs)
            told = True
        hub.env.clock.sleep(_LOOK_EVERY)
