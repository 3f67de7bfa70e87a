"""Rows as the database stores them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from sqlalchemy import Column, Dialect, LargeBinary, Table

Row: TypeAlias = Mapping[str, Any]
Key: TypeAlias = tuple[Any, ...]
OnConflict: TypeAlias = Literal["nothing"] | Sequence[str] | None
Processor: TypeAlias = Callable[[Any], Any] | None


def columns_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the columns that all rows have."""
    columns = tuple(sorted(rows[0]))
    for row in rows:
        if len(row) != len(columns):
            msg = "all rows of a batch need the same columns"
            raise ValueError(msg)
    return columns


def last_of_each(rows: Sequence[Row], key: tuple[str, ...]) -> list[Row]:
    """Return one row per key, in the order of keys: two batches lock in the same order."""
    chosen = {tuple(row[name] for name in key): row for row in rows}
    return [chosen[each] for each in sorted(chosen)]


def expected(expect: str) -> str:
    """Return the name of the value that a column must still have."""
    return f"expected_{expect}"


def stored_column(table: Table, name: str) -> Column[Any]:
    """Return the table's column that `name` or `expected_<name>` stands for."""
    found = table.c.get(name)
    return table.c[name.removeprefix("expected_")] if found is None else found


def processor(dialect: Dialect, table: Table, name: str) -> Processor:
    """Return what turns a value into the stored one; None: it is stored as it is."""
    implementation = stored_column(table, name).type.dialect_impl(dialect)
    return implementation.bind_processor(dialect)


def is_binary(dialect: Dialect, table: Table, name: str) -> bool:
    """Say whether a column holds bytes."""
    return isinstance(stored_column(table, name).type.dialect_impl(dialect), LargeBinary)
