"""Connections <-> rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, select, update

from ground.database import Connection
from ground.statements import insert_many
from hub.connections.model import BlownLinkFuse, StoredConnection, WebhookSecret
from hub.connections.rules import State, Wellbeing
from hub.connections.tables import connection as table
from hub.connections.tables import link_fuse, webhook_secret
from hub.errors import UnknownConnection

__all__ = [
    "all_connections",
    "allow_links",
    "any_probe_due",
    "blow_link_fuse",
    "blown_link_fuses",
    "claim_probes",
    "configure",
    "connection_by_id",
    "insert",
    "keep_secrets",
    "links_allowed",
    "locked",
    "secret_used",
    "secrets_of",
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


_ALL = select(*_COLUMNS).order_by(table.c.rank, table.c.id)
_PROBE_DUE = (
    select(table.c.id)
    .where(
        table.c.health != Wellbeing.OK.value,
        table.c.state != State.PAUSED.value,
        table.c.next_probe_at <= bindparam("now"),
    )
    .limit(1)
)


def all_connections(connection: Connection) -> list[StoredConnection]:
    """Return all connections, the most trusted rank first."""
    return [_stored(row) for row in connection.execute(_ALL).mappings()]


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
    return connection.execute(_PROBE_DUE, {"now": now}).first() is not None


def keep_secrets(
    connection: Connection, connection_id: str, marks: Sequence[str], at: datetime
) -> None:
    """Note which webhook secrets a connection has; what is known of those that stay is kept."""
    rows = [{"connection": connection_id, "mark": mark, "added_at": at} for mark in marks]
    insert_many(connection, webhook_secret, rows, on_conflict="nothing")
    gone = webhook_secret.c.mark.not_in(marks)
    connection.execute(
        delete(webhook_secret).where(webhook_secret.c.connection == connection_id, gone)
    )


def secret_used(connection: Connection, connection_id: str, mark: str, at: datetime) -> None:
    """Note that a notice was signed with a secret."""
    statement = (
        update(webhook_secret)
        .where(webhook_secret.c.connection == connection_id, webhook_secret.c.mark == mark)
        .values(last_used_at=at)
    )
    if not connection.execute(statement).rowcount:  # older than these rows
        row = {"connection": connection_id, "mark": mark, "added_at": at, "last_used_at": at}
        insert_many(connection, webhook_secret, [row], on_conflict="nothing")


def secrets_of(connection: Connection, connection_id: str) -> list[WebhookSecret]:
    """Return what is known of a connection's webhook secrets, the newest first."""
    query = (
        select(webhook_secret.c.mark, webhook_secret.c.added_at, webhook_secret.c.last_used_at)
        .where(webhook_secret.c.connection == bindparam("wanted"))
        .order_by(webhook_secret.c.added_at.desc())
    )
    return [WebhookSecret(*row) for row in connection.execute(query, {"wanted": connection_id})]


def _stored(row: RowMapping) -> StoredConnection:
    values: dict[str, Any] = dict(row)
    values["state"] = State(values["state"])
    values["health"] = Wellbeing(values["health"])
    return StoredConnection(**values)


_FUSE = ("connection", "golden_id", "links", "why", "blown_at")


def links_allowed(connection: Connection, connection_id: str, now: datetime) -> bool:
    """Say whether a person said that this connection means what it says."""
    query = select(link_fuse.c.allowed_until).where(link_fuse.c.connection == connection_id)
    until = connection.scalar(query)
    return until is not None and until > now


def blow_link_fuse(connection: Connection, fuse: BlownLinkFuse) -> None:
    """Note that a fuse blew, and because of which record."""
    row = {name: getattr(fuse, name) for name in _FUSE} | {"allowed_until": None}
    connection.execute(delete(link_fuse).where(link_fuse.c.connection == fuse.connection))
    insert_many(connection, link_fuse, [row], on_conflict=None)


def allow_links(connection: Connection, connection_id: str, until: datetime) -> None:
    """Mend the fuse of a connection, if it has blown: before `until` it does not blow again."""
    statement = update(link_fuse).where(
        link_fuse.c.connection == connection_id, link_fuse.c.blown_at.is_not(None)
    )
    connection.execute(statement.values(blown_at=None, allowed_until=until))


def blown_link_fuses(connection: Connection) -> list[BlownLinkFuse]:
    """Return the blown fuses."""
    query = select(*[link_fuse.c[name] for name in _FUSE]).where(link_fuse.c.blown_at.is_not(None))
    rows = connection.execute(query.order_by(link_fuse.c.connection)).mappings()
    return [BlownLinkFuse(**row) for row in rows]
