"""Changes in the order of their commits, and subscribers <-> rows."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, select, tuple_, update

from ground.database import Connection
from ground.instants import from_microseconds, to_microseconds
from ground.statements import insert_many
from hub.erasures.tables import erasure
from hub.feed.model import Change, Place, State, Subscriber
from hub.feed.tables import subscriber
from master_data.tables import alias, golden, golden_version

__all__ = [
    "add",
    "all_subscribers",
    "by_id",
    "changes",
    "due",
    "place_of",
    "remove",
    "save",
    "settle",
]

_TELLING = ("state", "cursor", "due_at", "failures", "failing_since", "answer", "told_at")
_SUBSCRIBER = [subscriber.c[field.name] for field in fields(Subscriber)]


def changes(
    connection: Connection,
    after: Place | None,
    until: datetime,
    limit: int,
    entities: Sequence[str] = (),
) -> list[Change]:
    """Return versions of golden records after a place, up to a time, in order."""
    v = golden_version.c
    query = (
        select(
            v.golden_id,
            v.version,
            v.at,
            v.changes,
            golden.c.entity,
            golden.c.state,
            func.coalesce(alias.c.golden_id, v.golden_id).label("became"),
            exists().where(erasure.c.golden_id == v.golden_id).label("erased"),
        )
        .join(golden, golden.c.id == v.golden_id)
        .outerjoin(alias, alias.c.old_id == v.golden_id)
        .where(v.at <= until)
        .order_by(v.at, v.golden_id, v.version)
        .limit(limit)
    )
    if after is not None:
        at = from_microseconds(after.at)
        place = (v.at, v.golden_id, v.version)
        last = tuple_(at, after.golden_id, after.version, types=[each.type for each in place])
        query = query.where(v.at >= at, tuple_(*place) > last)
    if entities:
        query = query.where(golden.c.entity.in_(list(entities)))
    return [
        Change(
            golden_id=row.golden_id,
            entity=row.entity,
            version=row.version,
            at=row.at,
            state=row.state,
            became=row.became,
            erased=bool(row.erased),
            fields={path: each[0] for path, each in row.changes.items()},
        )
        for row in connection.execute(query)
    ]


def add(connection: Connection, new: Subscriber) -> None:
    """Store a subscriber."""
    insert_many(connection, subscriber, [_row(new)], on_conflict=None)


def save(connection: Connection, each: Subscriber) -> None:
    """Store what changed of a subscriber; one that was removed meanwhile stays away."""
    connection.execute(update(subscriber).where(subscriber.c.id == each.id).values(**_row(each)))


def settle(connection: Connection, each: Subscriber) -> None:
    """Store how telling went, and nothing else: its secrets may have changed meanwhile."""
    row = _row(each)
    told = {name: row[name] for name in _TELLING}
    connection.execute(update(subscriber).where(subscriber.c.id == each.id).values(**told))


def remove(connection: Connection, subscriber_id: str) -> bool:
    """Remove a subscriber; False if there was none."""
    done = connection.execute(delete(subscriber).where(subscriber.c.id == subscriber_id))
    return done.rowcount == 1


def by_id(connection: Connection, subscriber_id: str) -> Subscriber | None:
    """Return a subscriber."""
    found = _read(connection, select(*_SUBSCRIBER).where(subscriber.c.id == subscriber_id))
    return found[0] if found else None


def all_subscribers(connection: Connection) -> list[Subscriber]:
    """Return all, the oldest first."""
    return _read(connection, select(*_SUBSCRIBER).order_by(subscriber.c.id))


def due(connection: Connection, now: datetime, limit: int) -> list[Subscriber]:
    """Return active subscribers that may be told something now."""
    mine = subscriber.c.state == State.ACTIVE.value, subscriber.c.due_at <= now
    query = select(*_SUBSCRIBER).where(*mine).order_by(subscriber.c.due_at).limit(limit)
    return _read(connection, query)


def _read(connection: Connection, query: Any) -> list[Subscriber]:  # noqa: ANN401 - a select
    return [
        Subscriber(**(dict(row) | {"state": State(row["state"])}))
        for row in connection.execute(query).mappings()
    ]


def _row(each: Subscriber) -> dict[str, Any]:
    return asdict(each) | {"state": each.state.value, "secrets": list(each.secrets)}


def place_of(change: Change) -> Place:
    """Return the place right after a change."""
    return Place(to_microseconds(change.at), change.golden_id, change.version)
