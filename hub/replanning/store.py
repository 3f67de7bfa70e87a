"""What is still to be planned for <-> rows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, select, update

from ground.database import Connection
from ground.statements import among, insert_many, keys
from hub.replanning.tables import replanning
from master_data.tables import golden


def request(connection: Connection, connection_id: str, at: datetime) -> None:
    """Plan everything for a connection, from the beginning."""
    row = {"connection": connection_id, "after": "", "due_at": at}
    insert_many(connection, replanning, [row], on_conflict=["connection"])


def next_due(connection: Connection, connection_ids: Sequence[str]) -> tuple[str, str] | None:
    """Return (connection, last golden id planned) of one of these connections, locked here."""
    query = (
        select(replanning.c.connection, replanning.c.after)
        .where(among(replanning.c.connection, "ids"))
        .order_by(replanning.c.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = connection.execute(query, {"ids": keys(connection, list(connection_ids))}).one_or_none()
    return (row.connection, row.after) if row else None


def any_due(connection: Connection, connection_ids: Sequence[str]) -> bool:
    """Say whether something is still to be planned for one of these connections."""
    due = exists().where(among(replanning.c.connection, "ids"))
    return bool(connection.scalar(select(due), {"ids": keys(connection, list(connection_ids))}))


def advance(connection: Connection, connection_id: str, after: str) -> None:
    """Note how far it went."""
    statement = (
        update(replanning)
        .where(replanning.c.connection == bindparam("conn"))
        .values(after=bindparam("last"))
    )
    connection.execute(statement, {"conn": connection_id, "last": after})


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
