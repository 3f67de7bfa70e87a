"""Golden versions <-> rows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from ground.database import Connection
from ground.statements import among, keys
from hub.golden.model import VersionRow
from master_data.tables import golden, golden_version

_COLUMNS = [golden_version.c[name] for name in VersionRow.__slots__]


def versions_of(
    connection: Connection, golden_id: str, limit: int, before: int | None = None
) -> list[VersionRow]:
    """Return the latest versions of a golden record (below a number), newest first."""
    query = (
        select(*_COLUMNS)
        .where(golden_version.c.golden_id == bindparam("golden"))
        .order_by(golden_version.c.version.desc())
        .limit(bindparam("many"))
    )
    if before is not None:
        query = query.where(golden_version.c.version < before)
    rows = connection.execute(query, {"golden": golden_id, "many": limit}).mappings()
    return [VersionRow(**row) for row in rows]


def versions_at(
    connection: Connection, golden_id: str, numbers: Iterable[int]
) -> dict[int, VersionRow]:
    """Return the named versions of a golden record."""
    query = select(*_COLUMNS).where(
        golden_version.c.golden_id == bindparam("golden"),
        among(golden_version.c.version, "numbers"),
    )
    values: dict[str, Any] = {"golden": golden_id, "numbers": keys(connection, set(numbers))}
    rows = connection.execute(query, values).mappings()
    return {row["version"]: VersionRow(**row) for row in rows}


def history_until(
    connection: Connection, golden_id: str, version: int
) -> tuple[dict[str, Any], list[dict[str, list[Any]]]]:
    """Return (body of the last snapshot, changes since then up to a version, oldest first)."""
    mine = golden_version.c.golden_id == golden_id
    newest = (
        select(golden_version.c.version, golden_version.c.snapshot)
        .where(mine, golden_version.c.snapshot.is_not(None), golden_version.c.version <= version)
        .order_by(golden_version.c.version.desc())
        .limit(1)
    )
    row = connection.execute(newest).one_or_none()
    after, body = (row.version, row.snapshot) if row else (0, {})
    later = (
        select(golden_version.c.changes)
        .where(mine, golden_version.c.version > after, golden_version.c.version <= version)
        .order_by(golden_version.c.version)
    )
    return body, list(connection.scalars(later))


def version_at(connection: Connection, golden_id: str, at: datetime) -> int:
    """Return the version that stood at a time; 0: there was none yet."""
    query = select(func.max(golden_version.c.version)).where(
        golden_version.c.golden_id == golden_id, golden_version.c.at <= at
    )
    return connection.scalar(query) or 0


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """Return (entity, state) -> how many golden records there are."""
    query = select(golden.c.entity, golden.c.state, func.count()).group_by(
        golden.c.entity, golden.c.state
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def ids_by_title(connection: Connection, text: str, limit: int) -> list[str]:
    """Return ids of golden records whose folded title holds a text."""
    query = (
        select(golden.c.id)
        .where(golden.c.folded.contains(text, autoescape=True), golden.c.state != "merged")
        .order_by(golden.c.folded)
        .limit(limit)
    )
    return list(connection.scalars(query))


def titles_of(connection: Connection, golden_ids: Iterable[str]) -> dict[str, str]:
    """Return golden id -> the name of the record."""
    query = select(golden.c.id, golden.c.title).where(among(golden.c.id, "ids"))
    rows = connection.execute(query, {"ids": keys(connection, sorted(set(golden_ids)))})
    return {row.id: row.title for row in rows}
