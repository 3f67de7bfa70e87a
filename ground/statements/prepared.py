"""A statement whose text is worked out once, for what a worker asks on every turn.

On a few rows SQLAlchemy's own way from a statement to its rows costs more than the database's work.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import CompoundSelect, Connection, Dialect, Select, TextClause
from sqlalchemy.sql.dml import UpdateBase

from ground.statements import driver

__all__ = ["Prepared"]

_Statement: TypeAlias = Select[Any] | CompoundSelect[Any] | UpdateBase | TextClause
_Change: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement as one dialect wants it."""

    sql: str
    order: tuple[str, ...] | None
    """The parameters by place; None: they go by name."""
    constants: dict[str, Any]
    given: list[tuple[str, _Change]]
    found: list[tuple[int, _Change]]
    """What turns given values, by name, and values of a row, by place, into each other's form."""


class Prepared:
    """A statement; its parameters are its `bindparam`s by name. Rows of a text come as stored."""

    def __init__(self, statement: _Statement) -> None:
        self._statement = statement
        self._texts: dict[str, _Text] = {}

    def rows(self, connection: Connection, **values: Any) -> list[Any]:  # noqa: ANN401
        """Return the rows, each a sequence of the selected or returned columns in their order."""
        text = self._text(connection.dialect)
        rows = self._run(connection, text, values).fetchall()
        return [_changed(row, text.found) for row in rows] if text.found else rows

    def scalars(self, connection: Connection, **values: Any) -> list[Any]:  # noqa: ANN401
        """Return the first column of the rows."""
        return [row[0] for row in self.rows(connection, **values)]

    def run(self, connection: Connection, **values: Any) -> int:  # noqa: ANN401
        """Return how many rows were changed."""
        return int(self._run(connection, self._text(connection.dialect), values).rowcount)

    def _run(self, connection: Connection, text: _Text, values: dict[str, Any]) -> Any:  # noqa: ANN401
        for name, change in text.given:
            if (value := values.get(name)) is not None:
                values[name] = change(value)
        values = {**text.constants, **values}
        if text.order is None:
            return connection.exec_driver_sql(text.sql, values)
        return driver.run(connection, text.sql, [values[name] for name in text.order])

    def _text(self, dialect: Dialect) -> _Text:
        if dialect.name not in self._texts:
            self._texts[dialect.name] = _compiled(self._statement, dialect)
        return self._texts[dialect.name]


def _compiled(statement: _Statement, dialect: Dialect) -> _Text:
    compiled: Any = statement.compile(dialect=dialect)
    kinds = {name: bind.type.dialect_impl(dialect) for name, bind in compiled.binds.items()}
    changes = [(name, kind.bind_processor(dialect)) for name, kind in kinds.items()]
    given = [(name, change) for name, change in changes if change is not None]
    told = () if isinstance(statement, TextClause) else statement.exported_columns
    columns = [column.type.dialect_impl(dialect) for column in told]
    reads = [(place, kind.result_processor(dialect, None)) for place, kind in enumerate(columns)]
    asked = {name for name, bind in compiled.binds.items() if bind.required}
    order = compiled.positiontup
    return _Text(
        sql=str(compiled),
        order=None if order is None else tuple(order),
        constants={name: value for name, value in compiled.params.items() if name not in asked},
        given=given,
        found=[(place, change) for place, change in reads if change is not None],
    )


def _changed(row: Any, found: list[tuple[int, _Change]]) -> list[Any]:  # noqa: ANN401
    values = list(row)
    for place, change in found:
        values[place] = change(values[place])
    return values
