"""Deletes, fuses and sightings <-> rows."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, exists, func, select, update

from ground.database import Connection
from ground.statements import among, insert_many, keys
from hub.deletes.model import BlownFuse, Deletion
from hub.deletes.rules import Fuse, most_deletes
from hub.deletes.tables import deletion, fuse, sighting
from master_data.model import CrossrefState
from master_data.tables import crossref

__all__ = [
    "allow",
    "blow",
    "blown",
    "forget",
    "forget_sightings",
    "fuse_of",
    "held_of",
    "missing",
    "record",
    "see",
]

_WINDOW = timedelta(hours=1)


def fuse_of(connection: Connection, connection_id: str, most: int, now: datetime) -> Fuse:
    """Return the fuse of a connection; on PostgreSQL nobody else changes it until the commit."""
    if connection.dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock(func.hashtextextended(f"fuse|{connection_id}", 0))
        connection.execute(select(lock))
    counted = select(func.count()).where(
        deletion.c.connection == connection_id,
        ~deletion.c.held,
        deletion.c.at > now - _WINDOW,
    )
    living = select(func.count()).where(
        crossref.c.connection == connection_id, crossref.c.state == CrossrefState.LIVE.value
    )
    many = int(connection.scalar(counted) or 0)
    row = connection.execute(select(fuse).where(fuse.c.connection == connection_id)).one_or_none()
    return Fuse(
        counted=many,
        most=most_deletes(int(connection.scalar(living) or 0) + many, most),
        blown=row is not None and row.blown_at is not None,
        allowed=row is not None and row.allowed_until is not None and row.allowed_until > now,
    )


def record(connection: Connection, deletions: Sequence[Deletion], at: datetime) -> None:
    """Store deletes; held ones blow the fuse of their connection."""
    if not deletions:
        return
    insert_many(
        connection, deletion, [asdict(each) | {"at": at} for each in deletions], on_conflict=None
    )
    for connection_id in sorted({each.connection for each in deletions if each.held}):
        blow(connection, connection_id, at)


def blow(connection: Connection, connection_id: str, at: datetime) -> None:
    """Hold all deletes of a connection until a person answers."""
    row = {"connection": connection_id, "blown_at": at, "allowed_until": None}
    if insert_many(connection, fuse, [row], on_conflict="nothing") == 0:
        statement = update(fuse).where(
            fuse.c.connection == connection_id, fuse.c.blown_at.is_(None)
        )
        connection.execute(statement.values(blown_at=at))


def allow(connection: Connection, connection_id: str, until: datetime | None) -> None:
    """Mend a fuse; deletes until then are carried out however many."""
    statement = update(fuse).where(fuse.c.connection == connection_id)
    connection.execute(statement.values(blown_at=None, allowed_until=until))


def blown(connection: Connection) -> list[BlownFuse]:
    """Return the blown fuses."""
    held = (
        select(func.count())
        .where(deletion.c.connection == fuse.c.connection, deletion.c.held)
        .scalar_subquery()
    )
    query = select(fuse.c.connection, fuse.c.blown_at, held).where(fuse.c.blown_at.is_not(None))
    return [BlownFuse(*row) for row in connection.execute(query.order_by(fuse.c.connection))]


def held_of(connection: Connection, connection_id: str, limit: int) -> list[Deletion]:
    """Return deletes that wait for a person."""
    columns = [deletion.c[name] for name in Deletion.__dataclass_fields__]
    query = (
        select(*columns)
        .where(deletion.c.connection == connection_id, deletion.c.held)
        .order_by(deletion.c.event_id)
        .limit(limit)
    )
    return [Deletion(**row) for row in connection.execute(query).mappings()]


def forget(connection: Connection, event_ids: Sequence[str]) -> None:
    """Drop deletes that were answered; those carried out are stored anew."""
    statement = delete(deletion).where(among(deletion.c.event_id, "ids"))
    connection.execute(statement, {"ids": keys(connection, list(event_ids))})


def see(
    connection: Connection, connection_id: str, object_type: str, external_ids: Sequence[str]
) -> None:
    """Note records that a complete listing has shown."""
    rows = [
        {"connection": connection_id, "object_type": object_type, "external_id": each}
        for each in sorted(set(external_ids))
    ]
    if rows:
        insert_many(connection, sighting, rows, on_conflict="nothing")


def forget_sightings(
    connection: Connection, connection_id: str, object_type: str | None = None
) -> None:
    """Begin or end a listing."""
    statement = delete(sighting).where(sighting.c.connection == connection_id)
    if object_type is not None:
        statement = statement.where(sighting.c.object_type == object_type)
    connection.execute(statement)


def missing(
    connection: Connection, connection_id: str, object_type: str, before: datetime, limit: int
) -> list[str]:
    """Return ids of linked records that the listing did not show although they are older."""
    shown = exists().where(
        sighting.c.connection == crossref.c.connection,
        sighting.c.object_type == crossref.c.object_type,
        sighting.c.external_id == crossref.c.external_id,
    )
    query = (
        select(crossref.c.external_id)
        .where(
            crossref.c.connection == bindparam("conn"),
            crossref.c.object_type == bindparam("kind"),
            crossref.c.state == CrossrefState.LIVE.value,
            crossref.c.external_id.is_not(None),
            crossref.c.created_at < bindparam("began"),
            func.coalesce(crossref.c.settled_at, crossref.c.created_at) < bindparam("began"),
            ~shown,
        )
        .order_by(crossref.c.external_id)
        .limit(limit)
    )
    values = {"conn": connection_id, "kind": object_type, "began": before}
    return list(connection.scalars(query, values))
