"""Gives back what claims hold that nobody works under any more."""

from datetime import timedelta

import structlog

from ground.database import Connection
from hub.chores import store as chores
from hub.effects import store as effects
from hub.lanes import store as lanes
from hub.polling import store as polls
from hub.wiring import Hub

__all__ = ["give_back"]

_log = structlog.get_logger(__name__)


def give_back(hub: Hub) -> int:
    """Make due what claims of this process left behind while the database was away.

    A write that was sent under one is of unknown outcome: its call has ended, its settling is lost.
    Returns how many claims there were.
    """
    tokens = hub.claims.left
    if not tokens:
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
        rows = lanes.give_back(connection, tokens, now)
        rows += polls.give_back(connection, tokens, now)
        rows += chores.give_back(connection, tokens, now)
        for connection_id, pause in sorted(settles.items()):
            rows += effects.give_back(connection, connection_id, tokens, now, now + pause)
        return rows

    found = hub.db.write(write)
    hub.claims.given_back(tokens)
    _log.info("claims.given_back", claims=len(tokens), rows=found)
    return len(tokens)
