"""Chores <-> rows. `due_at` is due time and lease in one: a claim moves it to the lease's end."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, exists, func, or_, select, update

from ground.database import Connection
from ground.statements import among, insert_many, keys
from hub.chores.tables import chore

__all__ = ["any_due", "claim", "done", "ensure", "failing", "give_back", "mark_of", "set_mark"]


def ensure(connection: Connection, names: Iterable[str], now: datetime) -> None:
    """Make a row, due now, for each chore that has none."""
    rows = [{"name": name, "due_at": now} for name in sorted(names)]
    insert_many(connection, chore, rows, on_conflict="nothing")


_ANY_DUE = select(
    or_(exists().where(chore.c.due_at <= bindparam("now")), ~exists().select_from(chore))
)
_LONGEST_DUE = (
    select(chore.c.name)
    .where(chore.c.due_at <= bindparam("now"))
    .order_by(chore.c.due_at, chore.c.name)
    .limit(1)
    .with_for_update(skip_locked=True)
)


def any_due(connection: Connection, now: datetime) -> bool:
    """Say whether a chore is due, or there is none yet."""
    return bool(connection.scalar(_ANY_DUE, {"now": now}))


def claim(connection: Connection, token: str, now: datetime, until: datetime) -> str | None:
    """Claim the chore that is due longest; return its name."""
    name: str | None = connection.scalar(_LONGEST_DUE, {"now": now})
    if name is not None:
        statement = update(chore).where(chore.c.name == name)
        connection.execute(statement.values(due_at=until, token=token))
    return name


def done(  # noqa: PLR0913 - the columns of one row
    connection: Connection,
    name: str,
    token: str,
    *,
    now: datetime,
    due_at: datetime,
    error: str | None = None,
) -> bool:
    """Give a chore back; False if somebody else has it by now."""
    values = {"due_at": due_at, "token": None, "done_at": now, "error": error}
    statement = update(chore).where(chore.c.name == name, chore.c.token == token)
    return connection.execute(statement.values(values)).rowcount == 1


def mark_of(connection: Connection, name: str) -> str | None:
    """Return how far a chore got."""
    found: str | None = connection.scalar(select(chore.c.mark).where(chore.c.name == name))
    return found


def set_mark(connection: Connection, name: str, mark: str) -> None:
    """Note how far a chore got."""
    connection.execute(update(chore).where(chore.c.name == name).values(mark=mark))


def failing(connection: Connection) -> int:
    """Return how many chores failed when they were done last."""
    query = select(func.count()).where(chore.c.error.is_not(None))
    return int(connection.scalar(query) or 0)


def give_back(connection: Connection, tokens: Sequence[str], now: datetime) -> int:
    """Make due what is claimed under these tokens; return how many."""
    statement = update(chore).where(among(chore.c.token, "tokens"))
    values = {"tokens": keys(connection, tokens)}
    return int(connection.execute(statement.values(due_at=now, token=None), values).rowcount)
