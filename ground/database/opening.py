"""From a URL to a database."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from sqlalchemy import make_url

from ground.database.contract import Database
from ground.database.postgresql import PostgresqlDatabase
from ground.database.sqlite import SqliteDatabase


class _Clock(Protocol):
    """The part of ground.env's Clock that a database may be given."""

    def now(self) -> datetime: ...


def open_database(url: str, *, schema: str, clock: _Clock | None = None) -> Database:
    """Return the database at `sqlite:///path` or `postgresql://…`; it connects when first used.

    On PostgreSQL all tables live in `schema`; a SQLite file is a schema by itself. With `clock`,
    the database's time is that clock's (tests and simulation).
    """
    now: Callable[[], datetime] | None = None if clock is None else clock.now
    parsed = make_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            return SqliteDatabase(parsed, now=now)
        case "postgresql":
            return PostgresqlDatabase(parsed, schema=schema, now=now)
        case other:
            msg = f"no such kind of database: {other}"
            raise ValueError(msg)
