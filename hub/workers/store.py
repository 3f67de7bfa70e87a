"""Signs of life of workers <-> rows."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, FromClause, bindparam, delete, func, or_, select, update

from ground.columns import Instant
from ground.database import Connection
from ground.statements import among, insert_many, keys
from hub.chores.tables import chore
from hub.claims import tail_of
from hub.effects.store import OPEN
from hub.effects.tables import effect
from hub.lanes.tables import lane
from hub.polling.tables import poll
from hub.workers.tables import worker

__all__ = [
    "alive",
    "chores_of",
    "claims_of",
    "emptied",
    "end",
    "ended",
    "found_empty",
    "leave",
    "longest_silent",
    "processes",
    "seen",
    "silent",
    "unheard",
]

_DEAD_AFTER = timedelta(seconds=30)
_REMEMBERED = timedelta(hours=1)
_LIVING = worker.c.ended_at.is_(None)


def seen(
    connection: Connection,
    worker_id: str,
    now: datetime,
    unheard_since: datetime | None = None,
    process: str | None = None,
) -> None:
    """Note that a worker lives, and since when its rings are not heard; forget those long gone."""
    told = {"seen_at": now, "unheard_since": unheard_since}
    known = update(worker).where(worker.c.id == worker_id).values(told | {"ended_at": None})
    if connection.execute(known).rowcount == 0:
        connection.execute(delete(worker).where(worker.c.seen_at < now - _REMEMBERED))
        row = {"id": worker_id, "started_at": now, "process": process} | told
        insert_many(connection, worker, [row], on_conflict="nothing")


def leave(connection: Connection, worker_id: str) -> None:
    """Note that a worker ended."""
    connection.execute(delete(worker).where(worker.c.id == worker_id))


def end(connection: Connection, worker_ids: Collection[str], now: datetime) -> None:
    """Note that workers were found to have ended."""
    statement = update(worker).where(among(worker.c.id, "ids"), _LIVING).values(ended_at=now)
    connection.execute(statement, {"ids": keys(connection, sorted(worker_ids))})


def found_empty(connection: Connection, worker_id: str, now: datetime) -> None:
    """Note that a worker found the doorbell's memory emptied."""
    connection.execute(update(worker).where(worker.c.id == worker_id).values(emptied_at=now))


def emptied(connection: Connection, now: datetime) -> int:
    """Return how many workers found the doorbell's memory emptied within the last hour."""
    query = select(func.count()).where(worker.c.emptied_at > now - _REMEMBERED)
    return int(connection.scalar(query) or 0)


def processes(connection: Connection) -> dict[str, str]:
    """Return worker -> process of all that did not say that they ended."""
    query = select(worker.c.id, worker.c.process).where(_LIVING, worker.c.process.is_not(None))
    return {row.id: row.process for row in connection.execute(query)}


def alive(connection: Connection, now: datetime) -> int:
    """Return how many workers gave a sign of life in the last half minute."""
    query = select(func.count()).where(_LIVING, worker.c.seen_at > bindparam("since"))
    return int(connection.scalar(query, {"since": now - _DEAD_AFTER}) or 0)


def unheard(connection: Connection, now: datetime) -> list[datetime]:
    """Return since when each living worker rings in vain, the longest first; most ring well."""
    query = select(worker.c.unheard_since).where(
        _LIVING, worker.c.seen_at > now - _DEAD_AFTER, worker.c.unheard_since.is_not(None)
    )
    return list(connection.scalars(query.order_by(worker.c.unheard_since)))


def silent(connection: Connection, now: datetime) -> dict[str, datetime]:
    """Return worker -> last sign of life, older than half a minute but not an hour."""
    query = select(worker.c.id, worker.c.seen_at).where(
        _LIVING, worker.c.seen_at <= now - _DEAD_AFTER, worker.c.seen_at > now - _REMEMBERED
    )
    return {row.id: row.seen_at for row in connection.execute(query)}


def longest_silent(connection: Connection, now: datetime) -> datetime | None:
    """Return the oldest last sign of life of those not known to have ended, within the hour."""
    query = select(func.min(worker.c.seen_at, type_=Instant)).where(
        _LIVING, worker.c.seen_at > now - _REMEMBERED
    )
    found: datetime | None = connection.scalar(query)
    return found


def ended(connection: Connection, now: datetime) -> list[datetime]:
    """Return when workers were found to have ended within the last hour."""
    query = select(worker.c.ended_at).where(worker.c.ended_at > now - _REMEMBERED)
    return list(connection.scalars(query.order_by(worker.c.ended_at)))


def claims_of(connection: Connection, worker_ids: Collection[str]) -> list[str]:
    """Return the tokens under which these workers hold lanes, writes or feeds."""
    held = _held(connection, lane, worker_ids) | _held(connection, poll, worker_ids)
    return sorted(held | _held(connection, effect, worker_ids, OPEN))


def chores_of(connection: Connection, worker_ids: Collection[str]) -> list[str]:
    """Return the tokens under which these workers hold chores."""
    return sorted(_held(connection, chore, worker_ids))


def _held(
    connection: Connection,
    table: FromClause,
    worker_ids: Collection[str],
    *where: ColumnElement[bool],
) -> set[str]:
    if not worker_ids:
        return set()
    token = table.c.token
    theirs = or_(*(token.endswith(tail_of(each), autoescape=True) for each in sorted(worker_ids)))
    return set(connection.scalars(select(token).where(*where, theirs).distinct()))
