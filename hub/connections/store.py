"""Connections <-> rows."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, select, update

from ground.database import Connection
from ground.statements import insert_many
from hub.connections.model import StoredConnection
from hub.connections.rules import State, Wellbeing
from hub.connections.tables import connection as table
from hub.errors import UnknownConnection

__all__ = [
    "all_connections",
    "any_probe_due",
    "claim_probes",
    "configure",
    "connection_by_id",
    "insert",
    "locked",
    "set_columns",
]

_COLUMNS = [table.c[field.name] for field in fields(StoredConnection)]


def insert(connection: Connection, new: StoredConnection) -> bool:
    """Store a connection; False if the id is taken."""
    return insert_many(connection, table, [asdict(new)], on_conflict="nothing") == 1


def connection_by_id(connection: Connection, connection_id: str) -> StoredConnection | None:
    """Return one connection."""
    query = select(*_COLUMNS).where(table.c.id == bindparam("wanted"))
    row = connection.execute(query, {"wanted": connection_id}).mappings().one_or_none()
    return _stored(row) if row else None


def locked(connection: Connection, connection_id: str) -> StoredConnection:
    """Return one connection for a change of it. Raises UnknownConnection."""
    query = select(*_COLUMNS).where(table.c.id == bindparam("wanted")).with_for_update()
    row = connection.execute(query, {"wanted": connection_id}).mappings().one_or_none()
    if row is None:
        raise UnknownConnection(connection_id)
    return _stored(row)


def all_connections(connection: Connection) -> list[StoredConnection]:
    """Return all connections, the most trusted rank first."""
    rows = connection.execute(select(*_COLUMNS).order_by(table.c.rank, table.c.id)).mappings()
    return [_stored(row) for row in rows]


def configure(
    connection: Connection, stored: StoredConnection, now: datetime, columns: Mapping[str, Any]
) -> None:
    """Change configuration columns of a locked connection; directories open it anew."""
    values = dict(columns) | {"version": stored.version + 1, "updated_at": now}
    connection.execute(update(table).where(table.c.id == stored.id).values(values))


def set_columns(connection: Connection, connection_id: str, columns: Mapping[str, Any]) -> None:
    """Write columns that are no configuration: health, clock skew, managed fields told."""
    connection.execute(update(table).where(table.c.id == connection_id).values(dict(columns)))


def claim_probes(connection: Connection, now: datetime, until: datetime) -> list[str]:
    """Take the failing connections whose probe is due; nobody else gets them before `until`."""
    statement = (
        update(table)
        .where(
            table.c.health != Wellbeing.OK.value,
            table.c.state != State.PAUSED.value,
            table.c.next_probe_at <= bindparam("now"),
        )
        .values(next_probe_at=bindparam("until"))
        .returning(table.c.id)
    )
    return sorted(connection.scalars(statement, {"now": now, "until": until}))


def any_probe_due(connection: Connection, now: datetime) -> bool:
    """Say whether a failing connection may be tried again."""
    query = select(table.c.id).where(
        table.c.health != Wellbeing.OK.value,
        table.c.state != State.PAUSED.value,
        table.c.next_probe_at <= bindparam("now"),
    )
    return connection.execute(query.limit(1), {"now": now}).first() is not None


def _stored(row: RowMapping) -> StoredConnection:
    values: dict[str, Any] = dict(row)
    values["state"] = State(values["state"])
    values["health"] = Wellbeing(values["health"])
    return StoredConnection(**values)
