"""Audit rows and blocks <-> rows."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text

from ground.database import Connection
from ground.statements import among, insert_many, keys, update_many
from ground.strict_json import dumps
from hub.sealing.rules import Block, Row
from hub.sealing.tables import audit_block, audit_entry
from master_data.tables import golden_version

__all__ = [
    "add_block",
    "add_entry",
    "blocks_after",
    "digests_of",
    "first_at",
    "forget_reasons",
    "horizon",
    "is_unsealed",
    "last_block",
    "rows_in",
]

_BEHIND = timedelta(seconds=5)
_WRITTEN = {"reason", "value"}
_SEALED_UNTIL = select(func.max(audit_block.c.until))
_LATEST = tuple(select(func.max(table.c.at)) for table in (golden_version, audit_entry))
_BLOCK = [audit_block.c[name] for name in Block.__dataclass_fields__]


def add_entry(connection: Connection, entry: dict[str, Any]) -> None:
    """Store what somebody did; it is chained later."""
    insert_many(connection, audit_entry, [entry], on_conflict=None)


def horizon(connection: Connection, now: datetime) -> datetime:
    """Return the time before which no row can appear any more.

    On SQLite writers come one after the other; on PostgreSQL the oldest running one counts.
    """
    latest = now - _BEHIND
    if connection.dialect.name != "postgresql":
        return latest
    oldest = connection.scalar(
        text(
            "select min(xact_start) from pg_stat_activity"
            " where backend_xid is not null and pid <> pg_backend_pid()"
        )
    )
    return latest if oldest is None else min(latest, oldest - timedelta(seconds=1))


def last_block(connection: Connection) -> Block | None:
    """Return the newest block."""
    query = select(*_BLOCK).order_by(audit_block.c.number.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    return Block(**row) if row else None


def blocks_after(connection: Connection, number: int, limit: int) -> list[Block]:
    """Return blocks in their order."""
    query = select(*_BLOCK).where(audit_block.c.number > number).order_by(audit_block.c.number)
    return [Block(**row) for row in connection.execute(query.limit(limit)).mappings()]


def is_unsealed(connection: Connection) -> bool:
    """Say whether rows were written since the last block."""
    last = connection.scalar(_SEALED_UNTIL)
    for latest_row in _LATEST:
        latest = connection.scalar(latest_row)
        if latest is not None and (last is None or latest > last):
            return True
    return False


def add_block(connection: Connection, block: Block, at: datetime) -> None:
    """Store a block."""
    insert_many(connection, audit_block, [asdict(block) | {"sealed_at": at}], on_conflict=None)


def first_at(connection: Connection) -> datetime | None:
    """Return when the oldest audit row was written."""
    found = [
        connection.scalar(select(func.min(table.c.at))) for table in (golden_version, audit_entry)
    ]
    return min((each for each in found if each is not None), default=None)


def nth_at(connection: Connection, since: datetime, until: datetime, many: int) -> datetime | None:
    """Return the time of the `many`-th history row in (since, until], where there are so many."""
    query = (
        select(golden_version.c.at)
        .where(golden_version.c.at > since, golden_version.c.at <= until)
        .order_by(golden_version.c.at)
        .offset(many - 1)
        .limit(1)
    )
    found: datetime | None = connection.scalar(query)
    return found


def rows_in(connection: Connection, since: datetime, until: datetime) -> list[Row]:
    """Return the audit rows written in (since, until], in the order of their chain."""
    rows = []
    for table, order, name in (
        (golden_version, ("at", "golden_id", "version"), "{golden_id} version {version}"),
        (audit_entry, ("at", "id"), "{id}"),
    ):
        query = select(table).where(table.c.at > since, table.c.at <= until)
        found = connection.execute(query.order_by(*(table.c[each] for each in order)))
        rows += [_row(name, dict(row)) for row in found.mappings()]
    return rows


def _row(name: str, values: dict[str, Any]) -> Row:
    kept = values.pop("erased", None)
    return Row(name.format(**values), dumps(_plain(values)).decode(), kept)


def digests_of(connection: Connection, golden_ids: list[str]) -> dict[tuple[str, int], str]:
    """Return (golden id, version) -> the digest its seal stands on, of all their versions."""
    query = select(golden_version).where(among(golden_version.c.golden_id, "ids"))
    found = connection.execute(query, {"ids": keys(connection, golden_ids)}).mappings()
    rows = [dict(row) for row in found]
    name = "{golden_id} version {version}"
    return {(row["golden_id"], row["version"]): _row(name, row).digest for row in rows}


def forget_reasons(connection: Connection, subjects: list[str]) -> None:
    """Take what people wrote out of the audit of these subjects; who did what when stays."""
    query = select(audit_entry).where(among(audit_entry.c.subject, "subjects"))
    found = connection.execute(query, {"subjects": keys(connection, subjects)}).mappings()
    rows = [
        {
            "id": row["id"],
            "detail": {name: each for name, each in row["detail"].items() if name not in _WRITTEN},
            "erased": _row("{id}", dict(row)).digest,
        }
        for row in found
    ]
    if rows:
        update_many(connection, audit_entry, ["id"], rows)


def _plain(values: dict[str, Any]) -> list[Any]:
    return [
        [name, value.isoformat() if isinstance(value, datetime) else value]
        for name, value in sorted(values.items())
    ]
