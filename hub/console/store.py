"""What pages show beside a list of rows: who holds golden records."""

from collections.abc import Iterable

from sqlalchemy import select

from ground.database import Connection
from ground.statements import among, keys
from master_data.tables import crossref


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
