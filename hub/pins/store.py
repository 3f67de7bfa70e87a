"""Pins that end <-> rows; the pin itself is a decision of its golden record."""

from datetime import datetime

from sqlalchemy import bindparam, delete, exists, select

from ground.database import Connection
from ground.statements import insert_many
from master_data.tables import pin

__all__ = ["any_ended", "ended", "forget", "remember"]


def remember(connection: Connection, golden_id: str, path: str, until: datetime) -> None:
    """Note when a pin ends."""
    row = {"golden_id": golden_id, "path": path, "until": until}
    insert_many(connection, pin, [row], on_conflict=["golden_id", "path"])


def forget(connection: Connection, golden_id: str, path: str) -> None:
    """Forget when a pin ends."""
    connection.execute(delete(pin).where(pin.c.golden_id == golden_id, pin.c.path == path))


def any_ended(connection: Connection, now: datetime) -> bool:
    """Say whether a pin ended."""
    return bool(
        connection.scalar(select(exists().where(pin.c.until <= bindparam("now"))), {"now": now})
    )


def ended(connection: Connection, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Return (golden id, path) of pins that ended, the oldest first."""
    query = (
        select(pin.c.golden_id, pin.c.path)
        .where(pin.c.until <= bindparam("now"))
        .order_by(pin.c.until)
        .limit(limit)
    )
    return [(row.golden_id, row.path) for row in connection.execute(query, {"now": now})]
