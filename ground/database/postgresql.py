"""PostgreSQL: a pool of connections, one transaction per unit, retried where it lost a race."""

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from datetime import UTC, datetime
from typing import Literal, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from ground import strict_json
from ground.database.contract import MOST_PENDING, Database, DatabaseBusy, Watch, Work

T = TypeVar("T")

_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_ATTEMPTS = 8
_WRITERS = 4
_WATCH_INTERVAL = 0.05
_LOST_RACE = {"40001", "40P01"}  # serialization failure, deadlock
_BUSY = {"55P03", "57014", "25P03"}  # lock timeout, statement timeout, idle in transaction
_BUSY_CLASSES = {"08", "53", "57"}  # connection, resources (disk full), shutdown
_SETTINGS = {
    "lock_timeout": "10s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
}


class PostgresqlDatabase(Database):
    """One schema of a PostgreSQL database."""

    dialect: Literal["postgresql"] = "postgresql"

    def __init__(self, url: URL, *, schema: str, now: Callable[[], datetime] | None = None) -> None:
        super().__init__()
        if not _SCHEMA.fullmatch(schema):
            msg = f"not a schema name: {schema!r}"
            raise ValueError(msg)
        self._schema = schema
        self._now = now
        self._engine = _engine(url, schema)
        self._snapshots = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._writers = ThreadPoolExecutor(_WRITERS, thread_name_prefix="writer")
        self._room = threading.BoundedSemaphore(MOST_PENDING)

    def read(self, work: Work[T]) -> T:
        """Return `work`'s result on one snapshot."""
        return self._run(self._snapshots, work)

    def write(self, work: Work[T], *, synced: bool = True) -> T:
        """Return `work`'s result once it is durable; `work` may run more than once."""
        result = self._run(self._engine, work if synced else _unsynced(work))
        self._announce_commit()
        return result

    def submit(self, work: Work[T], *, urgent: bool = False) -> "Future[T]":  # noqa: ARG002 - first come, first served
        """Begin a write without waiting."""
        if not self._room.acquire(blocking=False):
            refused: Future[T] = Future()
            refused.set_exception(DatabaseBusy("too much is waiting"))
            return refused
        future = self._writers.submit(copy_context().run, self.write, work)
        future.add_done_callback(lambda _: self._room.release())
        return future

    def watch(self) -> Watch:
        """Return a watch that says yes now and then: looking is cheap."""
        return _TimedWatch()

    def now(self, connection: Connection) -> datetime:
        """Return the server's clock at this moment, not at the transaction's begin."""
        if self._now is not None:
            return self._now()
        instant: datetime = connection.execute(_CLOCK).scalar_one()
        return instant.astimezone(UTC)

    def maintain(self, work: Work[T]) -> T:
        """Run a migration; others on this schema wait for it."""

        def alone(connection: Connection) -> T:
            connection.execute(_ALONE, {"name": f"rectoverso:{self._schema}"})
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {self._schema}"))
            return work(connection)

        return self.write(alone)

    def close(self) -> None:
        """Finish what was submitted, then close."""
        self._writers.shutdown(wait=True)
        self._engine.dispose()

    def _run(self, engine: Engine, work: Work[T]) -> T:
        """Run a unit; again after a lost race or a connection that died before the commit."""
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(random.uniform(0.0, 0.005 * 2**attempt))  # noqa: S311 - only spreads
            with self._unit(), _busy_errors():
                try:
                    return _transaction(engine, work)
                except DBAPIError as error:
                    if attempt == _ATTEMPTS - 1 or not _may_run_again(error):
                        raise
        raise DatabaseBusy


_CLOCK = text("SELECT clock_timestamp()")
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


_NOT_SYNCED = text("SET LOCAL synchronous_commit = off")


def _unsynced(work: Work[T]) -> Work[T]:
    def begin(connection: Connection) -> T:
        connection.execute(_NOT_SYNCED)
        return work(connection)

    return begin


class _CommitUnknownError(Exception):
    """The connection died while committing."""


def _transaction(engine: Engine, work: Work[T]) -> T:
    with engine.connect() as connection:
        result = work(connection)
        try:
            connection.commit()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise _CommitUnknownError from error
            raise
        return result


def _engine(url: URL, schema: str) -> Engine:
    given = url.query.get("options", "")
    settings = " ".join(f"-c{name}={value}" for name, value in _SETTINGS.items())
    return create_engine(
        url.set(drivername="postgresql+psycopg").difference_update_query(["options"]),
        connect_args={"options": f"{settings} {given} -csearch_path={schema}"},
        json_serializer=lambda value: strict_json.dumps(value).decode(),
        pool_size=8,
        max_overflow=8,
        pool_timeout=10,
        query_cache_size=1500,
        hide_parameters=True,  # they would reach logs with the error
    )


class _TimedWatch:
    """Says yes at most every 50 ms."""

    def __init__(self) -> None:
        self._next = 0.0

    def changed(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + _WATCH_INTERVAL
        return True

    def close(self) -> None:
        """Hold nothing."""


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _may_run_again(error: DBAPIError) -> bool:
    return error.connection_invalidated or _state(error) in _LOST_RACE


@contextmanager
def _busy_errors() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        state = _state(error)
        if (
            error.connection_invalidated
            or state in _BUSY | _LOST_RACE
            or state[:2] in _BUSY_CLASSES
            or _never_connected(error)
        ):
            raise DatabaseBusy(str(error.orig)) from error
        raise
    except PoolTimeoutError as error:
        raise DatabaseBusy("no connection is free") from error
    except _CommitUnknownError as error:
        raise DatabaseBusy("the connection was lost during the commit") from error


def _never_connected(error: DBAPIError) -> bool:
    """Tell whether the server could not be reached: such an error carries no statement."""
    return error.statement is None and type(error.orig).__name__ == "OperationalError"
