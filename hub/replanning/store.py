"""What is still to be planned for <-> rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, select, update

from ground.database import Connection
from ground.statements import among, insert_many, keys
from hub.replanning.tables import replanning
from master_data.tables import golden


@dataclass(frozen=True, slots=True)
class Replanning:
    """How far planning for one connection is.

    `planned`: effects so far; `ramp`: at which numbers of them it waits until all are answered;
    `held`: why a person must look first.
    """

    connection: str
    after: str
    due_at: datetime
    began_at: datetime | None
    planned: int | None
    ramp: list[int] | None
    held: str | None


_COLUMNS = [replanning.c[each.name] for each in fields(Replanning)]


def request(
    connection: Connection, connection_id: str, at: datetime, ramp: Sequence[int] = ()
) -> None:
    """Plan everything for a connection, from the beginning."""
    row = {
        "connection": connection_id,
        "after": "",
        "due_at": at,
        "began_at": at,
        "planned": 0,
        "ramp": list(ramp),
        "held": None,
    }
    insert_many(connection, replanning, [row], on_conflict=["connection"])


def next_due(
    connection: Connection, connection_ids: Sequence[str], now: datetime
) -> Replanning | None:
    """Return what is due for one of these connections, locked here."""
    query = (
        select(*_COLUMNS)
        .where(
            among(replanning.c.connection, "ids"),
            replanning.c.due_at <= bindparam("now"),
            replanning.c.held.is_(None),
        )
        .order_by(replanning.c.due_at, replanning.c.after)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    values = {"ids": keys(connection, list(connection_ids)), "now": now}
    row = connection.execute(query, values).one_or_none()
    return Replanning(*row) if row else None


_ANY_DUE = select(
    exists().where(
        among(replanning.c.connection, "ids"),
        replanning.c.due_at <= bindparam("now"),
        replanning.c.held.is_(None),
    )
)


def any_due(connection: Connection, connection_ids: Sequence[str], now: datetime) -> bool:
    """Say whether something is to be planned now for one of these connections."""
    values = {"ids": keys(connection, list(connection_ids)), "now": now}
    return bool(connection.scalar(_ANY_DUE, values))


def of_connection(connection: Connection, connection_id: str) -> Replanning | None:
    """Return how far planning for a connection is; None: nothing is to be planned."""
    query = select(*_COLUMNS).where(replanning.c.connection == connection_id)
    row = connection.execute(query).one_or_none()
    return Replanning(*row) if row else None


def set_columns(connection: Connection, connection_id: str, columns: Mapping[str, Any]) -> None:
    """Note how far it went, when it goes on, or why it waits for a person."""
    statement = update(replanning).where(replanning.c.connection == connection_id)
    connection.execute(statement.values(dict(columns)))


def finish(connection: Connection, connection_id: str) -> None:
    """Forget it: everything is planned."""
    connection.execute(delete(replanning).where(replanning.c.connection == connection_id))


def page_of_goldens(connection: Connection, after: str, many: int) -> list[str]:
    """Return the next ids of golden records, in their order."""
    query = (
        select(golden.c.id)
        .where(golden.c.id > bindparam("after"))
        .order_by(golden.c.id)
        .limit(bindparam("many"))
    )
    return list(connection.scalars(query, {"after": after, "many": many}))
