"""SQLite: many rows in one statement, in chunks of a few sizes so that prepared ones are reused.

A statement with all its rows is one step of the driver. Row by row each step would let go of the
interpreter's lock and wait to get it back, which costs a busy process more than the work itself.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Table, bindparam
from sqlalchemy.dialects import sqlite

from ground.statements import driver
from ground.statements.values import Key, Processor, Row, expected, processor

_LARGEST = 64
_STEP = 16
_DIALECT = sqlite.dialect()


def insert_rows(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    conflict_key: tuple[str, ...] | None,
    rows: Sequence[Row],
) -> int:
    """Insert; return how many were inserted or updated."""
    names, _ = _insert_parts(table, columns, conflict_key)
    done = 0
    for chunk in _chunks(_packed(table, names, rows)):
        statement = _insert_text(table, columns, conflict_key, len(chunk))
        done += driver.run(connection, statement, tuple(chain.from_iterable(chunk))).rowcount
    return done


def update_rows(  # noqa: PLR0913, PLR0917 - the parts of one statement
    connection: Connection,
    table: Table,
    key: tuple[str, ...],
    columns: tuple[str, ...],
    rows: Sequence[Row],
    expect: str | None,
) -> set[Key]:
    """Update; return the keys of those that were there, as expected."""
    places = [columns.index(name) for name in key]
    packed = _packed(table, columns, rows)
    done: set[Key] = set()
    for chunk in _chunks(packed):
        statement = _update_text(table, key, columns, expect, len(chunk))
        found = driver.run(connection, statement, tuple(chain.from_iterable(chunk)))
        done.update(found.fetchall())
    return {
        tuple(row[name] for name in key)
        for row, stored in zip(rows, packed, strict=True)
        if tuple(stored[place] for place in places) in done
    }


def delete_rows(
    connection: Connection, table: Table, key: tuple[str, ...], rows: Sequence[Row]
) -> int:
    """Delete; return how many there were."""
    done = 0
    for chunk in _chunks(_packed(table, key, rows)):
        statement = _delete_text(table, key, len(chunk))
        done += driver.run(connection, statement, tuple(chain.from_iterable(chunk))).rowcount
    return done


def _chunks(rows: list[list[Any]]) -> Iterator[list[list[Any]]]:
    """Part rows into few chunks of few sizes: up to 16, 32, 48 or 64 rows."""
    start = 0
    while left := len(rows) - start:
        size = left if left < _STEP else min(_LARGEST, left // _STEP * _STEP)
        yield rows[start : start + size]
        start += size


def _packed(table: Table, columns: tuple[str, ...], rows: Sequence[Row]) -> list[list[Any]]:
    """Return each row's values as the database stores them."""
    processors = _processors(table, columns)
    return [
        [row[name] if process is None else process(row[name]) for name, process in processors]
        for row in rows
    ]


@lru_cache(maxsize=512)
def _processors(table: Table, columns: tuple[str, ...]) -> list[tuple[str, Processor]]:
    return [(name, processor(_DIALECT, table, name)) for name in columns]


@lru_cache(maxsize=512)
def _insert_parts(
    table: Table, columns: tuple[str, ...], conflict_key: tuple[str, ...] | None
) -> tuple[tuple[str, ...], str]:
    """Return the columns in the order of the parameters, and the statement for one row."""
    statement = sqlite.insert(table).values({name: bindparam(name) for name in columns})
    others = [name for name in columns if name not in (conflict_key or ())]
    if conflict_key is not None and (not conflict_key or not others):
        statement = statement.on_conflict_do_nothing()
    elif conflict_key is not None:
        changes = {name: statement.excluded[name] for name in others}
        statement = statement.on_conflict_do_update(index_elements=conflict_key, set_=changes)
    compiled: Any = statement.compile(dialect=_DIALECT)
    return tuple(compiled.positiontup), str(compiled)


@lru_cache(maxsize=2048)
def _insert_text(
    table: Table, columns: tuple[str, ...], conflict_key: tuple[str, ...] | None, size: int
) -> str:
    _, statement = _insert_parts(table, columns, conflict_key)
    one = _row(len(columns))
    return statement.replace(f"VALUES {one}", f"VALUES {', '.join([one] * size)}", 1)


@lru_cache(maxsize=2048)
def _update_text(
    table: Table, key: tuple[str, ...], columns: tuple[str, ...], expect: str | None, size: int
) -> str:
    given = {name: f"given.column{place}" for place, name in enumerate(columns, start=1)}
    fence = [(name, name) for name in key]
    if expect:
        fence.append((expect, expected(expect)))
    fixed = {name for _, name in fence} | set(key)
    name_of = table.name
    changes = ", ".join(f'"{name}" = {given[name]}' for name in columns if name not in fixed)
    where = " AND ".join(f'"{name_of}"."{name}" = {given[value]}' for name, value in fence)
    rows = ", ".join([_row(len(columns))] * size)
    returned = ", ".join(f'"{name}"' for name in key)
    return (
        f'UPDATE "{name_of}" SET {changes} FROM (VALUES {rows}) AS given '  # noqa: S608 - our names
        f"WHERE {where} RETURNING {returned}"
    )


@lru_cache(maxsize=512)
def _delete_text(table: Table, key: tuple[str, ...], size: int) -> str:
    names = ", ".join(f'"{name}"' for name in key)
    rows = ", ".join([_row(len(key))] * size)
    given = ", ".join(f"column{place}" for place in range(1, len(key) + 1))
    # Bare VALUES on the right, and no index is used.
    return (
        f'DELETE FROM "{table.name}" WHERE ({names}) IN '  # noqa: S608 - our names
        f"(SELECT {given} FROM (VALUES {rows}))"
    )


def _row(width: int) -> str:
    return f"({', '.join('?' * width)})"
