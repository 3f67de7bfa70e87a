"""How often a connection's records were taken for one golden record."""

from datetime import datetime

from sqlalchemy import bindparam, func, select

from ground.database import Connection
from hub.conflicts.rules import Kind
from hub.conflicts.tables import conflict

__all__ = ["links_since"]


def links_since(connection: Connection, connection_id: str, golden_id: str, since: datetime) -> int:
    """Return how many records of a connection are taken, undecided, for a golden record since."""
    query = select(func.count()).where(
        conflict.c.closed_at.is_(None),
        conflict.c.opened_at > bindparam("since"),
        conflict.c.kind == Kind.POSSIBLE_DUPLICATE.value,
        conflict.c.connection == bindparam("connection"),
        conflict.c.subject == bindparam("golden"),
    )
    values = {"since": since, "connection": connection_id, "golden": golden_id}
    return int(connection.scalar(query, values) or 0)
