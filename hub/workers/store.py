"""Signs of life of workers <-> rows."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select, update

from ground.database import Connection
from ground.statements import insert_many
from hub.workers.tables import worker

__all__ = ["alive", "leave", "seen", "unheard"]

_DEAD_AFTER = timedelta(seconds=30)


def seen(
    connection: Connection, worker_id: str, now: datetime, unheard_since: datetime | None = None
) -> None:
    """Note that a worker lives, and since when its rings are not heard; forget those long gone."""
    told = {"seen_at": now, "unheard_since": unheard_since}
    known = update(worker).where(worker.c.id == worker_id).values(told)
    if connection.execute(known).rowcount == 0:
        connection.execute(delete(worker).where(worker.c.seen_at < now - 10 * _DEAD_AFTER))
        row = {"id": worker_id, "started_at": now} | told
        insert_many(connection, worker, [row], on_conflict="nothing")


def leave(connection: Connection, worker_id: str) -> None:
    """Note that a worker ended."""
    connection.execute(delete(worker).where(worker.c.id == worker_id))


def alive(connection: Connection, now: datetime) -> int:
    """Return how many workers gave a sign of life in the last half minute."""
    query = select(func.count()).where(worker.c.seen_at > bindparam("since"))
    return int(connection.scalar(query, {"since": now - _DEAD_AFTER}) or 0)


def unheard(connection: Connection, now: datetime) -> list[datetime]:
    """Return since when each living worker rings in vain, the longest first; most ring well."""
    query = select(worker.c.unheard_since).where(
        worker.c.seen_at > now - _DEAD_AFTER, worker.c.unheard_since.is_not(None)
    )
    return list(connection.scalars(query.order_by(worker.c.unheard_since)))
