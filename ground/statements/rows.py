"""Inserts and updates of many rows."""

from collections.abc import Sequence

from sqlalchemy import Connection, Table

from ground.statements import postgresql, sqlite
from ground.statements.values import Key, OnConflict, Row, columns_of, last_of_each

__all__ = ["delete_many", "insert_many", "update_many"]


def insert_many(
    connection: Connection, table: Table, rows: Sequence[Row], *, on_conflict: OnConflict = None
) -> int:
    """Insert rows that all have the same columns; return how many were inserted or updated.

    `on_conflict`: None lets a duplicate fail, "nothing" skips it, key columns update the other
    given columns (of rows with equal keys the last one counts). Every row says every value it
    means; Python-side column defaults do not apply.
    """
    if not rows:
        return 0
    columns = columns_of(rows)
    if on_conflict is None or isinstance(on_conflict, str):
        conflict_key: tuple[str, ...] | None = None if on_conflict is None else ()
    else:
        conflict_key = tuple(on_conflict)
        rows = last_of_each(rows, conflict_key)
    insert_rows = sqlite.insert_rows if _is_sqlite(connection) else postgresql.insert_rows
    return insert_rows(connection, table, columns, conflict_key, rows)


def update_many(
    connection: Connection,
    table: Table,
    key: Sequence[str],
    rows: Sequence[Row],
    *,
    expect: str | None = None,
) -> set[Key]:
    """Update each row by its key columns to its other values; return the keys that were updated.

    With `expect="version"` a row is updated only while the stored version equals the row's
    `expected_version`. Of rows with equal keys the last one counts.
    """
    if not rows:
        return set()
    key = tuple(key)
    columns = columns_of(rows)
    rows = last_of_each(rows, key)
    update_rows = sqlite.update_rows if _is_sqlite(connection) else postgresql.update_rows
    return update_rows(connection, table, key, columns, rows, expect)


def delete_many(
    connection: Connection, table: Table, key: Sequence[str], rows: Sequence[Row]
) -> int:
    """Delete rows by their key columns; return how many there were."""
    if not rows:
        return 0
    key = tuple(key)
    delete_rows = sqlite.delete_rows if _is_sqlite(connection) else postgresql.delete_rows
    return delete_rows(connection, table, key, last_of_each(rows, key))


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
