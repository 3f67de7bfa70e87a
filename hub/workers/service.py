"""Gives back what claims hold that nobody works under any more."""

from datetime import timedelta

import structlog

from ground.database import Connection
from hub.chores import store as chores
from hub.effects import store as effects
from hub.lanes import store as lanes
from hub.polling import store as polls
from hub.wiring import Hub
from hub.workers import store

__all__ = ["give_back"]

_log = structlog.get_logger(__name__)


def give_back(hub: Hub) -> int:
    """Make due what was left by claims of this process while the database was away, and by others.

    Others are workers known to have ended: those of this machine. Whoever is only silent, perhaps
    on another machine, keeps lanes, writes and feeds until their leases end, but no chore.
    A write that was sent under such a claim is of unknown outcome: its call has ended, its settling
    is lost. Returns how many claims there were.
    """
    left = hub.claims.left
    gone, silent = hub.db.read(lambda c: _gone(hub, c)) if hub.claims.worker_id else ([], [])
    if not (left or gone or silent):
        return 0
    settles = {
        each.id: timedelta(
            seconds=each.connector.capabilities.settles_within
            + each.connector.capabilities.read_lag
        )
        for each in hub.directory.connections().values()
    }

    def write(connection: Connection) -> int:
        now = hub.db.now(connection)
        tokens = [*left, *store.claims_of(connection, gone)]
        of_chores = [*left, *store.chores_of(connection, [*gone, *silent])]
        lanes.give_back(connection, tokens, now)
        polls.give_back(connection, tokens, now)
        chores.give_back(connection, of_chores, now)
        for connection_id, pause in sorted(settles.items()):
            effects.give_back(connection, connection_id, tokens, now, now + pause)
        store.end(connection, gone, now)
        return len({*tokens, *of_chores})

    found = hub.db.write(write)
    hub.claims.given_back(left)
    if found or gone:
        _log.warning("claims.given_back", claims=found, ended_workers=gone)
    return found


def _gone(hub: Hub, connection: Connection) -> tuple[list[str], list[str]]:
    """Return the workers known to have ended, and those that are only silent but hold a chore."""
    known = store.processes(connection)
    known.pop(str(hub.claims.worker_id), None)
    here = hub.db.dialect == "sqlite"  # its file is used by one machine alone
    gone = [
        each
        for each, process in known.items()
        if hub.env.processes.has_ended(process, was_here=here)
    ]
    silent = store.silent(connection, hub.db.now(connection)).keys() & known.keys() - {*gone}
    return gone, [each for each in sorted(silent) if store.chores_of(connection, [each])]
