"""Alerts <-> rows, and the figures they are made of."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, text, update

from ground.database import Connection
from ground.statements import insert_many
from hub.alerts.rules import Alert, Figures
from hub.alerts.tables import alert
from hub.chores.tables import chore
from hub.conflicts.rules import Kind
from hub.conflicts.tables import conflict
from hub.connections import store as connections
from hub.connections.rules import State, Wellbeing
from hub.deletes import store as deletes
from hub.effects.due import store as effects
from hub.events import store as events
from hub.polling import store as polls
from hub.sheets import store as sheets
from hub.workers import store as workers

__all__ = ["all_alerts", "connections_taken", "figures", "forget", "keep", "told"]


def figures(connection: Connection, now: datetime) -> Figures:
    """Return the state of the hub."""
    _, by_connection = sheets.sheet(connection)
    known = connections.all_connections(connection)
    failing = {
        each.id: (each.failing_since or now, each.health_reason or each.health.value)
        for each in known
        if each.health is not Wellbeing.OK
    }
    open_undelivered = select(func.count()).where(
        conflict.c.closed_at.is_(None), conflict.c.kind == Kind.UNDELIVERED.value
    )
    failed = select(chore.c.name).where(chore.c.error.is_not(None)).order_by(chore.c.name)
    return Figures(
        now=now,
        oldest_undecided=events.oldest_undecided(connection),
        oldest_effect=effects.oldest_due(connection),
        undelivered=int(connection.scalar(open_undelivered) or 0),
        uneven=[name for name, sheet in by_connection.items() if not sheet.is_even],
        failing=failing,
        unheard=next(iter(workers.unheard(connection, now)), None),
        ended=workers.ended(connection, now),
        silent=list(workers.silent(connection, now).values()),
        connections=connections_taken(connection),
        feeds=_feeds(connection, failing),
        lately=[each.id for each in known if each.was_failing(now)],
        blown={each.connection: each.held for each in deletes.blown(connection)},
        parked={
            each.connection: f"{each.links} of its new records were taken for one ({each.why})."
            for each in connections.blown_link_fuses(connection)
        },
        late_chores=list(connection.scalars(failed)),
    )


_TAKEN = text(
    "SELECT count(*), current_setting('max_connections')::int"
    " FROM pg_stat_activity WHERE datid IS NOT NULL"
)


def connections_taken(connection: Connection) -> tuple[int, int] | None:
    """Return how many connections the database's server has, of how many; None: it has no limit."""
    if connection.dialect.name != "postgresql":
        return None
    used, most = connection.execute(_TAKEN).one()
    return used, most


def _feeds(connection: Connection, failing: Collection[str]) -> dict[str, tuple[datetime, str]]:
    """Return what is not read, of connections that are to be read and answer otherwise."""
    return {
        f"{each.id}/{feed.object_type}": (feed.last_ok_at or each.created_at, feed.error)
        for each in connections.all_connections(connection)
        if each.state is not State.PAUSED and each.id not in failing
        for feed in polls.all_polls(connection, each.id)
        if feed.error is not None
    }


def keep(
    connection: Connection, troubles: Mapping[str, str], lasting: Collection[str], now: datetime
) -> list[Alert]:
    """Open alerts for new troubles, mark those that ended, and return all.

    Those in `lasting` stay as they are: whether they ended is not known yet.
    """
    known = {each.key: each for each in all_alerts(connection)}
    fresh = [
        {"key": key, "text": text, "opened_at": now, "told_at": None, "over": False}
        for key, text in troubles.items()
        if key not in known
    ]
    insert_many(connection, alert, fresh, on_conflict="nothing")
    for key, each in known.items():
        if key in lasting and key not in troubles:
            continue
        values: dict[str, Any] = {
            "over": key not in troubles,
            "text": troubles.get(key, each.text),
        }
        if each.over != values["over"]:
            values["told_by"] = None
        if (each.over, each.text) != (values["over"], values["text"]):
            connection.execute(update(alert).where(alert.c.key == key).values(values))
    return all_alerts(connection)


def all_alerts(connection: Connection) -> list[Alert]:
    """Return what is open, the oldest first."""
    query = select(*(alert.c[name] for name in Alert.__dataclass_fields__))
    return [Alert(*row) for row in connection.execute(query.order_by(alert.c.opened_at))]


def told(connection: Connection, key: str, roads: Sequence[str], now: datetime) -> None:
    """Note by which roads people were told."""
    values = {"told_at": now, "told_by": list(roads)}
    connection.execute(update(alert).where(alert.c.key == key).values(values))


def forget(connection: Connection, key: str) -> None:
    """Drop an alert whose end was told."""
    connection.execute(delete(alert).where(alert.c.key == key))
