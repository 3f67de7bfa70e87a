"""What pages show beside a list of rows: names of golden records, and who holds them."""

from collections.abc import Iterable

from sqlalchemy import select

from ground.database import Connection
from ground.statements import among, keys
from master_data.tables import crossref, golden


def titles_of(connection: Connection, golden_ids: Iterable[str]) -> dict[str, str]:
    """Return golden id -> the name of the record."""
    query = select(golden.c.id, golden.c.title).where(among(golden.c.id, "ids"))
    rows = connection.execute(query, {"ids": keys(connection, sorted(set(golden_ids)))})
    return {row.id: row.title for row in rows}


def systems_of(connection: Connection, golden_ids: Iterable[str]) -> dict[str, list[str]]:
    """Return golden id -> connections that hold the record now."""
    query = (
        select(crossref.c.golden_id, crossref.c.connection)
        .where(among(crossref.c.golden_id, "ids"), crossref.c.state == "live")
        .order_by(crossref.c.connection)
    )
    found: dict[str, list[str]] = {}
    for row in connection.execute(query, {"ids": keys(connection, sorted(set(golden_ids)))}):
        if row.connection not in found.setdefault(row.golden_id, []):
            found[row.golden_id].append(row.connection)
    return found
