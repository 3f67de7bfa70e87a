"""Rows of records <-> Record: the only module here with queries."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, inspect, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import Executable

from ground.listing import Wanted
from ground.records.lists import Asked
from ground.records.model import EXTERNAL_REF, ManagedField, Record, RecordKind
from ground.records.rules import search_text
from ground.statements import among, insert_many, keys, update_many
from ground.strict_json import Json

__all__ = [
    "IntegrityError",
    "Lock",
    "add_records",
    "change_records",
    "count",
    "find",
    "first_user_of",
    "has_tables",
    "hold_tree",
    "holders",
    "managed_fields",
    "parents",
    "read_by",
    "records_of",
    "replace_managed_fields",
    "take_numbers",
    "used",
]

_HEAD = (
    "id",
    "version",
    "created_at",
    "updated_at",
    "updated_by",
    EXTERNAL_REF,
    "deleted_at",
    "body",
)


def record_columns(table: Table) -> list[Any]:
    """Return the columns that `records_of` needs."""
    return [table.c[name] for name in _HEAD]


def records_of(rows: Iterable[Sequence[Any]]) -> list[Record]:
    """Return the records of rows with the columns of `record_columns`."""
    return [Record(*row) for row in rows]


class Lock(StrEnum):
    """What others may not do to the rows read until this transaction ends."""

    NONE = "none"
    DELETE = "delete"
    CHANGE = "change"


def read_by(
    connection: Connection,
    table: Table,
    column: str,
    values: Iterable[str],
    *,
    lock: Lock = Lock.NONE,
) -> list[Record]:
    """Return the records (tombstones too) whose column has one of the values, ordered by id."""
    wanted = {"wanted": keys(connection, sorted(set(values)))}
    return records_of(connection.execute(_reading(table, column, lock), wanted))


@lru_cache(maxsize=256)
def _reading(table: Table, column: str, lock: Lock) -> Executable:
    statement = (
        select(*record_columns(table)).where(among(table.c[column], "wanted")).order_by(table.c.id)
    )
    if lock is Lock.NONE:
        return statement
    return statement.with_for_update(read=lock is Lock.DELETE)


def find(connection: Connection, table: Table, asked: Asked, wanted: Wanted) -> list[Record]:
    """Return the records of one page and one more if there is one."""
    query = select(*record_columns(table))
    if asked.since is not None:
        query = query.where(table.c.updated_at >= asked.since)
    if asked.ids is not None:
        query = query.where(among(table.c.id, "ids"))
    if not asked.deleted:
        query = query.where(table.c.deleted_at.is_(None))
    bound = {} if asked.ids is None else {"ids": keys(connection, asked.ids)}
    return records_of(connection.execute(wanted.apply(query), bound))


def count(connection: Connection, table: Table, wanted: Wanted) -> int:
    """Return how many living records fit."""
    query = select(func.count()).where(*wanted.where, table.c.deleted_at.is_(None))
    found: int = connection.execute(query.select_from(table)).scalar_one()
    return found


def used(connection: Connection, table: Table, column: str, most: int) -> list[str]:
    """Return the values that a column with an index holds, in order; one seek for each."""
    found = table.c[column]
    least = select(func.min(found).label("value")).cte("used", recursive=True)
    above = select(func.min(found)).where(found > least.c.value).correlate(least).scalar_subquery()
    walk = least.union_all(select(above).where(least.c.value.is_not(None)))
    values = connection.execute(select(walk.c.value).limit(most)).scalars()
    return [value for value in values if value is not None]


def holders(
    connection: Connection, table: Table, column: str, values: Iterable[str]
) -> dict[str, str]:
    """Return value -> id of the living record that holds it in a unique column."""
    wanted = {"wanted": keys(connection, sorted(set(values)))}
    return {row[0]: row[1] for row in connection.execute(_holding(table, column), wanted)}


@lru_cache(maxsize=64)
def _holding(table: Table, column: str) -> Executable:
    return select(table.c[column], table.c.id).where(
        among(table.c[column], "wanted"), table.c.deleted_at.is_(None)
    )


def hold_tree(connection: Connection, table: Table) -> None:
    """Let nobody else move records below others until this transaction ends.

    On SQLite there is one writer anyway. The rows themselves stay free for every other change.
    """
    if connection.dialect.name == "postgresql":
        place = func.hashtextextended(func.current_schema() + f"|tree|{table.name}", 0)
        connection.execute(select(func.pg_advisory_xact_lock(place)))


def parents(
    connection: Connection, table: Table, column: str, lowest: Iterable[str]
) -> dict[str, Json]:
    """Return id -> parent of the living records with these ids and of all that stand above them."""
    wanted = {"wanted": keys(connection, sorted(set(lowest)))}
    return {row[0]: row[1] for row in connection.execute(_climbing(table, column), wanted)}


@lru_cache(maxsize=16)
def _climbing(table: Table, column: str) -> Executable:
    """One seek a level; `union` ends where a ring would go on for ever."""
    living = table.c.deleted_at.is_(None)
    pair = select(table.c.id, table.c[column].label("parent"))
    above = pair.where(among(table.c.id, "wanted"), living).cte("above", recursive=True)
    climb = above.union(pair.where(table.c.id == above.c.parent, living))
    return select(climb.c.id, climb.c.parent)


def first_user_of(connection: Connection, table: Table, column: str, record_id: str) -> str | None:
    """Return the id of a living record that links to `record_id`."""
    statement = (
        select(table.c.id)
        .where(table.c[column] == record_id, table.c.deleted_at.is_(None))
        .order_by(table.c.id)
        .limit(1)
    )
    found: str | None = connection.execute(statement).scalar()
    return found


def add_records(
    connection: Connection, kind: RecordKind, table: Table, records: Sequence[Record]
) -> None:
    """Insert new records."""
    insert_many(connection, table, [_row(kind, record) for record in records])


def change_records(
    connection: Connection,
    kind: RecordKind,
    table: Table,
    records: Sequence[Record],
    read: Mapping[str, int],
) -> bool:
    """Write new versions over the versions in `read` (by id); False if any has moved since."""
    rows = [_row(kind, record) | {"expected_version": read[record.id]} for record in records]
    updated = update_many(connection, table, ["id"], rows, expect="version")
    return len(updated) == len(rows)


def _row(kind: RecordKind, record: Record) -> dict[str, Any]:
    values = record.values
    row = {name: getattr(record, name) for name in _HEAD if name != "body"}
    for field in kind.fields:
        if field.column:
            row[field.name] = values.get(field.name)
    row["search"] = search_text(kind, values)
    row["body"] = values
    return row


def managed_fields(
    connection: Connection, table: Table, collection: str
) -> dict[str, ManagedField]:
    """Return the managed fields of a collection by name."""
    rows = connection.execute(_managed(table), {"of": collection})
    return {row[0]: ManagedField(*row) for row in rows}


@lru_cache(maxsize=8)
def _managed(table: Table) -> Executable:
    return select(table.c.field, table.c.kept_by, table.c.text, table.c.set_by).where(
        table.c.collection == bindparam("of")
    )


def replace_managed_fields(
    connection: Connection,
    table: Table,
    collection: str,
    fields: Sequence[ManagedField],
) -> None:
    """Make these the managed fields of a collection."""
    connection.execute(delete(table).where(table.c.collection == collection))
    rows = [
        {
            "collection": collection,
            "field": each.field,
            "kept_by": each.kept_by,
            "text": each.text,
            "set_by": each.set_by,
        }
        for each in fields
    ]
    insert_many(connection, table, rows)


def has_tables(connection: Connection, tables: Iterable[Table]) -> bool:
    """Tell whether the database has these tables."""
    found = inspect(connection)
    return all(found.has_table(table.name) for table in tables)


def take_numbers(connection: Connection, table: Table, series: str, count: int) -> int:
    """Return the first of `count` numbers nobody else will get."""
    insert_many(connection, table, [{"name": series, "next": 1}], on_conflict="nothing")
    statement = (
        update(table)
        .where(table.c.name == series)
        .values(next=table.c.next + count)
        .returning(table.c.next)
    )
    after: int = connection.execute(statement).scalar_one()
    return after - count
