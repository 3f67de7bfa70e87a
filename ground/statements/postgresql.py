"""PostgreSQL: one statement for all rows, which travel as one JSON parameter."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, bindparam, column, delete, func, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import Executable

from ground.statements.values import Key, Row, expected, is_binary, processor, stored_column

_ROWS = "rows"
_COUNTED = {"preserve_rowcount": True}


def insert_rows(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    conflict_key: tuple[str, ...] | None,
    rows: Sequence[Row],
) -> int:
    """Insert; return how many were inserted or updated."""
    statement = _insert_statement(table, columns, conflict_key)
    packed = _pack(connection.dialect, table, columns, rows)
    return connection.execute(statement, {_ROWS: packed}, execution_options=_COUNTED).rowcount


def update_rows(  # noqa: PLR0913, PLR0917 - the parts of one statement
    connection: Connection,
    table: Table,
    key: tuple[str, ...],
    columns: tuple[str, ...],
    rows: Sequence[Row],
    expect: str | None,
) -> set[Key]:
    """Update; return the keys of those that were there, as expected."""
    statement = _update_statement(table, key, columns, expect)
    packed = _pack(connection.dialect, table, columns, rows)
    return {tuple(row) for row in connection.execute(statement, {_ROWS: packed})}


def delete_rows(
    connection: Connection, table: Table, key: tuple[str, ...], rows: Sequence[Row]
) -> int:
    """Delete; return how many there were."""
    statement = _delete_statement(table, key)
    packed = _pack(connection.dialect, table, key, rows)
    return connection.execute(statement, {_ROWS: packed}).rowcount


@lru_cache(maxsize=512)
def _insert_statement(
    table: Table, columns: tuple[str, ...], conflict_key: tuple[str, ...] | None
) -> Executable:
    given = _recordset(table, columns)
    statement = postgresql.insert(table).from_select(
        list(columns), select(*(given.c[name] for name in columns)), include_defaults=False
    )
    if conflict_key is None:
        return statement
    others = [name for name in columns if name not in conflict_key]
    if not conflict_key or not others:
        return statement.on_conflict_do_nothing()
    changes = {name: statement.excluded[name] for name in others}
    return statement.on_conflict_do_update(index_elements=conflict_key, set_=changes)


@lru_cache(maxsize=512)
def _update_statement(
    table: Table, key: tuple[str, ...], columns: tuple[str, ...], expect: str | None
) -> Executable:
    given = _recordset(table, columns)
    where = [table.c[name] == given.c[name] for name in key]
    unchanged = set(key)
    if expect:
        where.append(table.c[expect] == given.c[expected(expect)])
        unchanged.add(expected(expect))
    values = {name: given.c[name] for name in columns if name not in unchanged}
    returned = [table.c[name] for name in key]
    return update(table).where(*where).values(values).returning(*returned)


@lru_cache(maxsize=512)
def _delete_statement(table: Table, key: tuple[str, ...]) -> Executable:
    given = _recordset(table, key)
    return delete(table).where(*(table.c[name] == given.c[name] for name in key))


def _recordset(table: Table, columns: tuple[str, ...]) -> Any:  # noqa: ANN401 - SQLAlchemy's alias type
    typed = [column(name, stored_column(table, name).type) for name in columns]
    rows = func.json_to_recordset(bindparam(_ROWS, type_=postgresql.JSON(none_as_null=True)))
    return rows.table_valued(*typed).render_derived(with_types=True)


def _pack(dialect: Dialect, table: Table, columns: tuple[str, ...], rows: Sequence[Row]) -> Any:  # noqa: ANN401
    """Return the rows as the recordset wants them: each value as the database stores it."""
    processors = [
        (name, _hex if is_binary(dialect, table, name) else processor(dialect, table, name))
        for name in columns
    ]
    return [
        {name: row[name] if process is None else process(row[name]) for name, process in processors}
        for row in rows
    ]


def _hex(value: bytes | None) -> str | None:
    return None if value is None else "\\x" + value.hex()
