"""The hierarchy <-> rows."""

from collections.abc import Collection, Mapping

from sqlalchemy import delete, select

from ground.database import Connection
from ground.statements import among, insert_many, keys
from hub.hierarchy.tables import golden_parent

__all__ = ["children_of", "forget", "move", "parents_of"]


def move(connection: Connection, parents: Mapping[str, str | None]) -> None:
    """Put golden records below others; None: below nothing any more."""
    if not parents:
        return
    forget(connection, parents)
    rows = [{"golden_id": each, "parent_id": above} for each, above in parents.items() if above]
    if rows:
        insert_many(connection, golden_parent, rows, on_conflict=None)


def forget(connection: Connection, golden_ids: Collection[str]) -> None:
    """Take golden records out of the hierarchy."""
    connection.execute(
        delete(golden_parent).where(among(golden_parent.c.golden_id, "ids")),
        {"ids": keys(connection, sorted(golden_ids))},
    )


def parents_of(connection: Connection, golden_ids: Collection[str]) -> dict[str, str]:
    """Return golden id -> the id it stands below, as it was said: it may be an old id."""
    query = select(golden_parent.c.golden_id, golden_parent.c.parent_id).where(
        among(golden_parent.c.golden_id, "ids")
    )
    rows = connection.execute(query, {"ids": keys(connection, sorted(golden_ids))})
    return {row.golden_id: row.parent_id for row in rows}


def children_of(connection: Connection, golden_ids: Collection[str], most: int) -> list[str]:
    """Return up to so many ids of records that name one of these as the one above."""
    query = (
        select(golden_parent.c.golden_id)
        .where(among(golden_parent.c.parent_id, "ids"))
        .order_by(golden_parent.c.golden_id)
        .limit(most)
    )
    return list(connection.scalars(query, {"ids": keys(connection, sorted(golden_ids))}))
