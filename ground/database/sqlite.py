"""SQLite: one writer thread, several units in one commit, reads on query-only snapshots."""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from sqlalchemy import URL, Connection, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from ground.database.contract import MOST_PENDING, Database, DatabaseBusy, Watch, Work
from ground.database.group import Unit, run_group

T = TypeVar("T")

_LOCK_RETRY = 0.0005
_LOCK_PATIENCE = 10.0
_IDLE_READERS = 8
_BUSY_CODES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_CANTOPEN,
}
_PRAGMAS = (
    "journal_mode = wal",
    "synchronous = full",
    "foreign_keys = on",
    "cache_size = -16384",  # KiB
    "journal_size_limit = 67108864",
    "wal_autocheckpoint = 4000",  # pages; the default stalls a writer four times as often
)


class SqliteDatabase(Database):
    """One file, which other processes may share."""

    dialect: Literal["sqlite"] = "sqlite"

    def __init__(self, url: URL, *, now: Callable[[], datetime] | None = None) -> None:
        super().__init__()
        if not url.database or url.database == ":memory:":
            msg = "a SQLite database needs a file"
            raise ValueError(msg)
        self._path = Path(url.database)
        self._now = now or _machine_time
        self.lock_patience = _LOCK_PATIENCE
        self._engine = create_engine(
            url.set(drivername="sqlite+pysqlite"),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",  # transactions are begun here, never by the driver
            connect_args={"timeout": 10, "check_same_thread": False, "cached_statements": 512},
            query_cache_size=1500,
            hide_parameters=True,  # they would reach logs with the error
        )
        event.listen(self._engine, "connect", _prepare)
        self._readers: deque[Connection] = deque()
        self._watches: list[_FileWatch] = []
        self._writer = _Writer(self)

    def read(self, work: Work[T]) -> T:
        """Return `work`'s result on one snapshot."""
        with self._unit(), self._reader() as connection:
            driver = _driver(connection)
            driver.execute("BEGIN")
            try:
                return work(connection)
            finally:
                if driver.in_transaction:
                    driver.execute("ROLLBACK")

    def write(self, work: Work[T], *, synced: bool = True) -> T:
        """Return `work`'s result once it is durable, or committed."""
        self._refuse_nesting()
        return self._writer.enqueue(work, urgent=False, synced=synced).result()

    def submit(self, work: Work[T], *, urgent: bool = False) -> "Future[T]":
        """Begin a write without waiting."""
        if self._writer.pending() >= MOST_PENDING:
            refused: Future[T] = Future()
            refused.set_exception(DatabaseBusy("too much is waiting"))
            return refused
        return self._writer.enqueue(work, urgent=urgent)

    def watch(self) -> Watch:
        """Return a watch on the file's version counter."""
        watch = _FileWatch(self.connect(writing=False))
        self._watches.append(watch)
        return watch

    def now(self, connection: Connection) -> datetime:  # noqa: ARG002 - the file has no clock
        """Return the machine's time: every process on the file shares it."""
        return self._now()

    def maintain(self, work: Work[T]) -> T:
        """Run a migration on a connection of its own."""
        with self._unit(), self.connect(writing=True) as connection:
            driver = _driver(connection)
            driver.execute("PRAGMA foreign_keys = off")  # rebuilding a table must not cascade
            self.begin(connection)
            try:
                result = work(connection)
                broken = driver.execute("PRAGMA foreign_key_check").fetchone()
                if broken is not None:
                    msg = f"the migration leaves a broken reference in {broken[0]}"
                    raise RuntimeError(msg)
                driver.execute("COMMIT")
            finally:
                if driver.in_transaction:
                    driver.execute("ROLLBACK")
        self._announce_commit()
        return result

    def close(self) -> None:
        """Finish what was submitted, then close."""
        self._writer.stop()
        for watch in self._watches:
            watch.close()
        while self._readers:
            self._readers.pop().close()
        self._engine.dispose()

    def connect(self, *, writing: bool) -> Connection:
        """Return a new connection outside any transaction."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with _busy_errors():
            connection = self._engine.connect()
        connection.begin()  # for SQLAlchemy it is always inside one: nobody begins another
        # Writers retry on their own (`begin`): mixed with SQLite's handler they would starve.
        driver = _driver(connection)
        driver.execute("PRAGMA busy_timeout = 0" if writing else "PRAGMA query_only = on")
        return connection

    def sync(self, connection: Connection, *, synced: bool) -> None:
        """Let the next commits wait for the disk, or not; the order of commits holds either way."""
        _driver(connection).execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")

    def begin(self, connection: Connection) -> None:
        """Take the write lock; raise DatabaseBusy when others keep it too long."""
        driver = _driver(connection)
        give_up = time.monotonic() + self.lock_patience
        while True:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if time.monotonic() > give_up or not _locked(error):
                    raise DatabaseBusy(str(error)) from error
                time.sleep(_LOCK_RETRY)
            else:
                return

    def run(
        self,
        connection: Connection,
        take: Callable[[], "Unit[Any] | None"],
        more: Callable[[], bool],
    ) -> bool:
        """Run and settle one group; tell whether the connection may be used again."""
        return run_group(
            _driver(connection),
            connection,
            take,
            more=more,
            begin=lambda: self.begin(connection),
            guard=self._unit,
            after_commit=self._announce_commit,
        )

    @contextmanager
    def _reader(self) -> Iterator[Connection]:
        try:
            connection = self._readers.pop()
        except IndexError:
            connection = self.connect(writing=False)
        try:
            with _busy_errors():
                yield connection
        finally:
            if len(self._readers) < _IDLE_READERS:
                self._readers.append(connection)
            else:
                connection.close()


class _Writer:
    """The thread that owns the writing connection; it starts with the first unit."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self._urgent: deque[Unit[Any]] = deque()
        self._waiting: deque[Unit[Any]] = deque()
        self._relaxed: deque[Unit[Any]] = deque()
        self._synced = True
        self._bell = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def pending(self) -> int:
        return len(self._urgent) + len(self._waiting) + len(self._relaxed)

    def enqueue(self, work: Work[T], *, urgent: bool, synced: bool = True) -> "Future[T]":
        unit = Unit(work)
        with self._lock:
            if self._stopped:
                msg = "the database is closed"
                raise RuntimeError(msg)
            queue = self._waiting if synced else self._relaxed
            (self._urgent if urgent else queue).append(unit)
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="writer", daemon=True)
                self._thread.start()
        self._bell.set()
        return unit.future

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
        self._bell.set()
        if self._thread is not None:
            self._thread.join()

    def _take(self) -> "Unit[Any] | None":
        """Return the next unit; a group that does not sync takes no unit that wants it."""
        queues = [self._relaxed]
        if self._synced:
            queues = [self._urgent, self._waiting, self._relaxed]
        for queue in queues:
            while queue:
                unit = queue.popleft()
                if unit.future.set_running_or_notify_cancel():
                    return unit
        return None

    def _loop(self) -> None:
        connection: Connection | None = None
        while True:
            self._bell.wait()
            self._bell.clear()
            while self.pending():
                connection = self._one_group(connection)
            if self._stopped and not self.pending():
                break
        if connection is not None:
            connection.close()

    def _one_group(self, connection: Connection | None) -> Connection | None:
        try:
            connection = self._ready(connection)
        except Exception as error:  # noqa: BLE001 - it goes to whoever waits
            self._synced = True
            if (unit := self._take()) is not None:
                unit.future.set_exception(error)
            return None
        if self._database.run(connection, self._take, lambda: self.pending() > 0):
            return connection
        connection.close()
        return None

    def _ready(self, connection: Connection | None) -> Connection:
        """Return the connection, set to sync if any unit that waits wants it."""
        if connection is None:
            connection, self._synced = self._database.connect(writing=True), True
        wanted = bool(self._urgent or self._waiting)
        if wanted != self._synced:
            self._database.sync(connection, synced=wanted)
            self._synced = wanted
        return connection


class _FileWatch:
    """SQLite counts, per connection, the commits of all other connections."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._seen: int | None = None

    def changed(self) -> bool:
        (version,) = _driver(self._connection).execute("PRAGMA data_version").fetchone()
        seen, self._seen = self._seen, int(version)
        return seen != self._seen

    def close(self) -> None:
        self._connection.close()


def _machine_time() -> datetime:
    return datetime.now(UTC)


def _prepare(driver: sqlite3.Connection, _record: object) -> None:
    for pragma in _PRAGMAS:
        driver.execute(f"PRAGMA {pragma}")


def _driver(connection: Connection) -> sqlite3.Connection:
    """Return the driver's connection: BEGIN, SAVEPOINT and COMMIT go past SQLAlchemy."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError(driver)
    return driver


def _code(error: sqlite3.Error) -> int:
    """Return the primary result code; errors of the driver itself have none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _locked(error: sqlite3.Error) -> bool:
    return _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _is_busy(error: DBAPIError | sqlite3.Error) -> bool:
    """Tell whether an error means "not now" and nothing about the statement."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, sqlite3.Error) and _code(cause) in _BUSY_CODES


@contextmanager
def _busy_errors() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        if _is_busy(error):
            raise DatabaseBusy(str(error)) from error
        raise
