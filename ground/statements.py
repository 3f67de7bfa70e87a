"""Statements over many rows whose SQL text does not depend on how many.

The text stays the same, so compiled and prepared statements are reused, and one batch is one or two
statements: on PostgreSQL all rows travel as one JSON parameter.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, TypeAlias

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    LargeBinary,
    Table,
    Text,
    and_,
    bindparam,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from ground import strict_json

Row: TypeAlias = Mapping[str, Any]
Key: TypeAlias = tuple[Any, ...]
OnConflict: TypeAlias = Literal["nothing"] | Sequence[str] | None

_ROWS = "rows"
_WHERE = "where_"
_COUNTED = {"preserve_rowcount": True}


class _Among(FunctionElement[bool]):
    """`column` is one of the values of one parameter."""

    type = Boolean()
    inherit_cache = True
    name = "among"


@compiles(_Among, "sqlite")
def _among_sqlite(element: _Among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    left, right = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{left} IN (SELECT value FROM json_each({right}))"  # noqa: S608 - compiled clauses


@compiles(_Among, "postgresql")
def _among_postgresql(element: _Among, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    left, right = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{left} = ANY ({right})"


class _Keys(TypeDecorator[Any]):
    """What keys() gives: an array on PostgreSQL, JSON text on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, *, numbers: bool) -> None:
        super().__init__()
        self.numbers = numbers

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the array type where there is one."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(ARRAY(BigInteger() if self.numbers else Text()))


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Return "column is one of :name"; bind `name` to keys(connection, values).

    For text and integer columns; values are given as the database stores them.
    """
    numbers = isinstance(column.type, Integer)
    return _Among(column, bindparam(name, type_=_Keys(numbers=numbers)))


def keys(connection: Connection, values: Iterable[str | int]) -> str | list[str | int]:
    """Return the value of among()'s parameter."""
    chosen = list(values)
    if connection.dialect.name == "sqlite":
        return strict_json.dumps(chosen).decode()
    return chosen


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
    columns = _columns(rows)
    if on_conflict is None or isinstance(on_conflict, str):
        conflict_key: tuple[str, ...] | None = None if on_conflict is None else ()
    else:
        conflict_key = tuple(on_conflict)
        rows = _last_of_each(rows, conflict_key)
    if connection.dialect.name == "sqlite":
        statement = _sqlite_insert(table, columns, conflict_key)
        return connection.execute(statement, list(rows), execution_options=_COUNTED).rowcount
    statement = _postgresql_insert(table, columns, conflict_key)
    packed = _pack(connection.dialect, table, columns, rows)
    return connection.execute(statement, {_ROWS: packed}, execution_options=_COUNTED).rowcount


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
    columns = _columns(rows)
    rows = _last_of_each(rows, key)
    if connection.dialect.name == "sqlite":
        return _sqlite_update(connection, table, key, rows, expect)
    statement = _postgresql_update(table, key, columns, expect)
    packed = _pack(connection.dialect, table, columns, rows)
    return {tuple(row) for row in connection.execute(statement, {_ROWS: packed})}


def _columns(rows: Sequence[Row]) -> tuple[str, ...]:
    columns = tuple(sorted(rows[0]))
    for row in rows:
        if len(row) != len(columns):
            msg = "all rows of a batch need the same columns"
            raise ValueError(msg)
    return columns


def _last_of_each(rows: Sequence[Row], key: tuple[str, ...]) -> list[Row]:
    """Return one row per key, in the order of keys: two batches lock in the same order."""
    chosen = {tuple(row[name] for name in key): row for row in rows}
    return [chosen[each] for each in sorted(chosen)]


def _expected(expect: str) -> str:
    return f"expected_{expect}"


def _stored_column(table: Table, name: str) -> Column[Any]:
    """Return the table's column that `name` or `expected_<name>` stands for."""
    found = table.c.get(name)
    return table.c[name.removeprefix("expected_")] if found is None else found


# SQLite: executemany, and reading first where the answer must name the rows


@lru_cache(maxsize=512)
def _sqlite_insert(
    table: Table, columns: tuple[str, ...], conflict_key: tuple[str, ...] | None
) -> Executable:
    statement = sqlite.insert(table).values({name: bindparam(name) for name in columns})
    if conflict_key is None:
        return statement
    others = [name for name in columns if name not in conflict_key]
    if not conflict_key or not others:
        return statement.on_conflict_do_nothing()
    changes = {name: statement.excluded[name] for name in others}
    return statement.on_conflict_do_update(index_elements=conflict_key, set_=changes)


def _sqlite_update(
    connection: Connection,
    table: Table,
    key: tuple[str, ...],
    rows: Sequence[Row],
    expect: str | None,
) -> set[Key]:
    """Read what is stored, then update what fits: nobody else can write in between."""
    wanted = [[_stored(connection.dialect, table, name, row[name]) for name in key] for row in rows]
    statement = _sqlite_stored(table, key, expect)
    packed = strict_json.dumps(wanted).decode()
    stored = {
        tuple(row[: len(key)]): row[-1] for row in connection.execute(statement, {_ROWS: packed})
    }
    fitting = [
        row
        for row in rows
        if (each := tuple(row[name] for name in key)) in stored
        and (expect is None or stored[each] == row[_expected(expect)])
    ]
    if not fitting:
        return set()
    values = tuple(
        name
        for name in fitting[0]
        if name not in key and not (expect and name == _expected(expect))
    )
    parameters = [
        {**{name: row[name] for name in values}, **{_WHERE + name: row[name] for name in key}}
        for row in fitting
    ]
    connection.execute(_sqlite_update_statement(table, key, values), parameters)
    return {tuple(row[name] for name in key) for row in fitting}


@lru_cache(maxsize=512)
def _sqlite_stored(table: Table, key: tuple[str, ...], expect: str | None) -> Executable:
    asked = func.json_each(bindparam(_ROWS, type_=Text())).table_valued("value")
    parts = [
        table.c[name] == func.json_extract(asked.c.value, f"$[{position}]", type_=Text())
        for position, name in enumerate(key)
    ]
    answer = [table.c[name] for name in key] + ([table.c[expect]] if expect else [])
    return select(*answer).select_from(asked.join(table, and_(*parts)))


@lru_cache(maxsize=512)
def _sqlite_update_statement(
    table: Table, key: tuple[str, ...], values: tuple[str, ...]
) -> Executable:
    where = [table.c[name] == bindparam(_WHERE + name, type_=table.c[name].type) for name in key]
    return update(table).where(*where).values({name: bindparam(name) for name in values})


# PostgreSQL: one statement, one JSON parameter


@lru_cache(maxsize=512)
def _postgresql_insert(
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
def _postgresql_update(
    table: Table, key: tuple[str, ...], columns: tuple[str, ...], expect: str | None
) -> Executable:
    given = _recordset(table, columns)
    where = [table.c[name] == given.c[name] for name in key]
    unchanged = set(key)
    if expect:
        where.append(table.c[expect] == given.c[_expected(expect)])
        unchanged.add(_expected(expect))
    values = {name: given.c[name] for name in columns if name not in unchanged}
    returned = [table.c[name] for name in key]
    return update(table).where(*where).values(values).returning(*returned)


def _recordset(table: Table, columns: tuple[str, ...]) -> Any:  # noqa: ANN401 - SQLAlchemy's alias type
    typed = [column(name, _stored_column(table, name).type) for name in columns]
    rows = func.json_to_recordset(bindparam(_ROWS, type_=postgresql.JSON(none_as_null=True)))
    return rows.table_valued(*typed).render_derived(with_types=True)


def _pack(dialect: Dialect, table: Table, columns: tuple[str, ...], rows: Sequence[Row]) -> Any:  # noqa: ANN401
    """Return the rows as the recordset wants them: each value as the database stores it."""
    processors = [(name, _processor(dialect, _stored_column(table, name))) for name in columns]
    return [
        {name: row[name] if process is None else process(row[name]) for name, process in processors}
        for row in rows
    ]


def _stored(dialect: Dialect, table: Table, name: str, value: Any) -> Any:  # noqa: ANN401
    process = _processor(dialect, _stored_column(table, name))
    return value if process is None else process(value)


def _processor(dialect: Dialect, column: Column[Any]) -> Any:  # noqa: ANN401
    implementation = column.type.dialect_impl(dialect)
    if isinstance(implementation, LargeBinary):
        return _hex
    return implementation.bind_processor(dialect)


def _hex(value: bytes | None) -> str | None:
    return None if value is None else "\\x" + value.hex()
