"""Runs finished SQL on SQLite's driver: SQLAlchemy's way costs more than SQLite's own work."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

__all__ = ["run"]


def run(connection: Connection, sql: str, values: Sequence[Any] | Mapping[str, Any]) -> Any:  # noqa: ANN401 - the driver's cursor
    """Return the cursor of a statement. Raises what SQLAlchemy would raise, without the values."""
    driver: Any = connection.connection.driver_connection
    try:
        return driver.execute(sql, values)
    except sqlite3.Error as error:
        raise DBAPIError.instance(
            sql, None, error, sqlite3.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
