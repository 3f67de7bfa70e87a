"""Any number of keys as one parameter, so that the SQL text does not depend on how many."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    Text,
    bindparam,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator, TypeEngine

from ground import strict_json

__all__ = ["among", "keys"]


class _Among(FunctionElement[bool]):
    """`column` is one of the values of one parameter."""

    type = Boolean()
    inherit_cache = True
    name = "among"

    def self_group(self, against: OperatorType | None = None) -> "_Among":
        """Stand as it is beside other conditions.

        Else SQLAlchemy compares it with 1 on SQLite, and no index would be used.
        """
        del against
        return self


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
