"""Cursors <-> rows. `due_at` and `token` are claim, lease and fence, as with lanes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, select, update

from ground.database import Connection
from ground.statements import among, insert_many, keys
from hub.lanes.store import Lease
from hub.polling.model import Poll
from hub.polling.tables import poll
from master_data.model import CrossrefState
from master_data.tables import crossref

__all__ = [
    "all_polls",
    "any_due",
    "ask_full",
    "ask_overdue",
    "claim",
    "count_living",
    "cursor_of",
    "ensure",
    "feeds",
    "give_back",
    "last_ok_at",
    "living_among",
    "make_due",
    "save",
]

_COLUMNS = [poll.c[field.name] for field in fields(Poll)]


def feeds(connection: Connection) -> set[tuple[str, str]]:
    """Return (connection, object type) of every feed: a few per connection."""
    rows = connection.execute(select(poll.c.connection, poll.c.object_type))
    return {(row.connection, row.object_type) for row in rows}


def ensure(connection: Connection, feeds: Iterable[tuple[str, str]], now: datetime) -> int:
    """Make a row, due now, for each (connection, object type) that has none; return how many."""
    rows = [
        {"connection": connection_id, "object_type": object_type, "due_at": now}
        for connection_id, object_type in feeds
    ]
    return insert_many(connection, poll, rows, on_conflict="nothing")


_LONGEST_DUE = (
    select(poll.c.connection, poll.c.object_type)
    .where(among(poll.c.connection, "ids"), poll.c.due_at <= bindparam("now"))
    .order_by(poll.c.due_at, poll.c.connection, poll.c.object_type)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_ANY_DUE = select(
    exists().where(among(poll.c.connection, "ids"), poll.c.due_at <= bindparam("now"))
)


def claim(connection: Connection, connection_ids: Sequence[str], lease: Lease) -> Poll | None:
    """Claim the poll that is due longest."""
    values = {"ids": keys(connection, connection_ids), "now": lease.now}
    found = connection.execute(_LONGEST_DUE, values).one_or_none()
    if found is None:
        return None
    statement = (
        update(poll)
        .where(poll.c.connection == found.connection, poll.c.object_type == found.object_type)
        .values(due_at=lease.until, token=lease.token)
        .returning(*_COLUMNS)
    )
    return Poll(*connection.execute(statement).one())


def save(connection: Connection, claimed: Poll, columns: Mapping[str, Any]) -> bool:
    """Write columns of a claimed poll; False if the claim was lost."""
    statement = (
        update(poll)
        .where(
            poll.c.connection == claimed.connection,
            poll.c.object_type == claimed.object_type,
            poll.c.token == claimed.token,
        )
        .values(dict(columns))
    )
    return connection.execute(statement).rowcount == 1


def ask_full(connection: Connection, connection_id: str, now: datetime) -> int:
    """Begin a full listing of every object type now, whoever polls it; return how many."""
    statement = (
        update(poll)
        .where(poll.c.connection == connection_id)
        .values(cursor=None, told=None, full_since=now, due_at=now, token=None)
    )
    return int(connection.execute(statement).rowcount)


def ask_overdue(connection: Connection, now: datetime, before: datetime) -> int:
    """Begin a full listing of the feeds whose last one ended before then; return how many."""
    statement = (
        update(poll)
        .where(
            poll.c.last_full_at < before,
            poll.c.full_since.is_(None),
            poll.c.token.is_(None),
        )
        .values(cursor=None, told=None, full_since=now, due_at=now)
    )
    return int(connection.execute(statement).rowcount)


def make_due(connection: Connection, connection_id: str, now: datetime) -> None:
    """Make the unclaimed polls of a connection due: its system is back."""
    statement = (
        update(poll)
        .where(poll.c.connection == connection_id, poll.c.token.is_(None))
        .values(due_at=now)
    )
    connection.execute(statement)


def any_due(connection: Connection, connection_ids: Sequence[str], now: datetime) -> bool:
    """Say whether a poll of these connections is due."""
    values = {"ids": keys(connection, connection_ids), "now": now}
    return bool(connection.scalar(_ANY_DUE, values))


def last_ok_at(connection: Connection, connection_id: str, object_type: str) -> datetime | None:
    """Return when the feed of an object type was last read to its end."""
    query = select(poll.c.last_ok_at).where(
        poll.c.connection == connection_id, poll.c.object_type == object_type
    )
    found: datetime | None = connection.scalar(query)
    return found


def cursor_of(connection: Connection, connection_id: str, object_type: str) -> str | None:
    """Return up to where the feed of an object type was read; None: it begins."""
    query = select(poll.c.cursor).where(
        poll.c.connection == connection_id, poll.c.object_type == object_type
    )
    found: str | None = connection.scalar(query)
    return found


def all_polls(connection: Connection, connection_id: str) -> list[Poll]:
    """Return where polling of a connection stands."""
    query = select(*_COLUMNS).where(poll.c.connection == bindparam("wanted"))
    rows = connection.execute(query.order_by(poll.c.object_type), {"wanted": connection_id})
    return [Poll(*row) for row in rows]


_LIVING = (
    crossref.c.connection == bindparam("conn"),
    crossref.c.object_type == bindparam("kind"),
    crossref.c.state == CrossrefState.LIVE.value,
    crossref.c.external_id.is_not(None),
)


def count_living(connection: Connection, connection_id: str, object_type: str) -> int:
    """Return how many records of a system are linked and there."""
    query = select(func.count()).select_from(crossref).where(*_LIVING)
    return int(connection.scalar(query, {"conn": connection_id, "kind": object_type}) or 0)


def living_among(
    connection: Connection, connection_id: str, object_type: str, external_ids: Sequence[str]
) -> set[str]:
    """Return which of these ids are linked and there."""
    query = select(crossref.c.external_id).where(*_LIVING, among(crossref.c.external_id, "ids"))
    values = {"conn": connection_id, "kind": object_type, "ids": keys(connection, external_ids)}
    return set(connection.scalars(query, values))


def give_back(connection: Connection, tokens: Sequence[str], now: datetime) -> int:
    """Make due what is claimed under these tokens; return how many."""
    statement = update(poll).where(among(poll.c.token, "tokens"))
    values = {"tokens": keys(connection, tokens)}
    return int(connection.execute(statement.values(due_at=now, token=None), values).rowcount)
