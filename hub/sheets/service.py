"""Rolls closed hours up, one at a time, an hour behind."""

from datetime import datetime, timedelta

from ground.database import Connection
from ground.instants import to_microseconds
from hub.chores import store as chores
from hub.events import store as events
from hub.sheets import store
from hub.wiring import Hub

__all__ = ["roll_up"]

_BEHIND = timedelta(hours=1)
_LATE_AT_ONCE = 500


def roll_up(hub: Hub) -> bool:
    """Roll up the next hour that is over, and add what closed late; True: there is more."""
    many = hub.db.write(lambda c: store.add_closed_late(c, _LATE_AT_ONCE))
    rolled = hub.db.write(lambda c: _next_hour(hub, c))
    return rolled or many == _LATE_AT_ONCE


def _next_hour(hub: Hub, connection: Connection) -> bool:
    hour = store.rolled_until(connection) or _first_hour(connection)
    if hour is None or hour + store.HOUR + _BEHIND > hub.db.now(connection):
        return False
    store.roll(connection, hour)
    mark = str(to_microseconds(hour + store.HOUR))
    chores.set_mark(connection, store.NAME, mark)
    return True


def _first_hour(connection: Connection) -> datetime | None:
    first = events.first_received(connection)
    return first.replace(minute=0, second=0, microsecond=0) if first else None
