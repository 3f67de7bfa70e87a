"""SQLite in memory without threads: for the simulator, which decides who goes on and who dies.

`MemoryStore` is the data, as a file is; each simulated process has a `MemoryDatabase` over it.
"""

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Literal, TypeVar

from sqlalchemy import Connection, MetaData, StaticPool, create_engine

from ground.database.contract import Database, Watch, Work

T = TypeVar("T")


class MemoryStore:
    """One database in memory. `image` and `restore` copy all of it: a disk before a power cut."""

    def __init__(self) -> None:
        driver = sqlite3.connect(":memory:", isolation_level=None, cached_statements=512)
        engine = create_engine(
            "sqlite+pysqlite://",
            creator=lambda: driver,
            poolclass=StaticPool,
            isolation_level="AUTOCOMMIT",
            query_cache_size=1500,
        )
        self.driver = driver
        self.driver.execute("PRAGMA foreign_keys = on")
        self.connection: Connection = engine.connect()
        self.connection.begin()  # for SQLAlchemy it is always inside one, as in SqliteDatabase
        self.commits = 0

    def create_all(self, metadata: MetaData) -> None:
        """Create the tables."""
        metadata.create_all(self.connection)

    def image(self) -> bytes:
        """Return all data."""
        return self.driver.serialize()

    def restore(self, image: bytes) -> None:
        """Let the data be as it was."""
        source = sqlite3.connect(":memory:")
        source.deserialize(image)
        source.backup(self.driver)
        source.close()
        self.commits += 1


class MemoryDatabase(Database):
    """One simulated process's way to a `MemoryStore`; its time is `now`.

    `pause(what)` is called before a unit begins ("begin") and after it has committed ("commit",
    "synced"); it may let others go on, raise DatabaseBusy at "begin", or never return. Around what
    was submitted it is called with "submit" and "submitted", and returns or raises at once.
    """

    dialect: Literal["sqlite"] = "sqlite"

    def __init__(
        self, store: MemoryStore, *, now: Callable[[], datetime], pause: Callable[[str], None]
    ) -> None:
        super().__init__()
        self._store = store
        self._now = now
        self._pause = pause

    def read(self, work: Work[T]) -> T:
        """Return `work`'s result; what it wrote would be undone."""
        driver = self._store.driver
        with self._unit():
            driver.execute("BEGIN")
            try:
                return work(self._store.connection)
            finally:
                driver.execute("ROLLBACK")

    def write(self, work: Work[T], *, synced: bool = True) -> T:
        """Return `work`'s result once it is committed."""
        self._refuse_nesting()
        self._pause("begin")
        result = self._run(work)
        self._pause("synced" if synced else "commit")
        return result

    def submit(self, work: Work[T], *, urgent: bool = False) -> "Future[T]":  # noqa: ARG002
        """Write at once."""
        done: Future[T] = Future()
        try:
            self._pause("submit")
            result = self._run(work)
            self._pause("submitted")
            done.set_result(result)
        except Exception as error:  # noqa: BLE001 - it goes to whoever waits
            done.set_exception(error)
        return done

    def _run(self, work: Work[T]) -> T:
        driver = self._store.driver
        with self._unit():
            driver.execute("BEGIN IMMEDIATE")
            try:
                result = work(self._store.connection)
            except BaseException:
                driver.execute("ROLLBACK")
                raise
            driver.execute("COMMIT")
        self._store.commits += 1
        self._announce_commit()
        return result

    def watch(self) -> Watch:
        """Return a watch on the store's commits."""
        return _StoreWatch(self._store)

    def now(self, connection: Connection) -> datetime:  # noqa: ARG002 - the store has no clock
        """Return the time it was given."""
        return self._now()

    def maintain(self, work: Work[T]) -> T:
        """Run a migration; nobody else runs meanwhile."""
        return self._run(work)

    def close(self) -> None:
        """Do nothing: the store stays."""


class _StoreWatch:
    """Counts what all processes committed."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._seen: int | None = None

    def changed(self) -> bool:
        seen, self._seen = self._seen, self._store.commits
        return seen != self._seen

    def close(self) -> None:
        """Do nothing."""
