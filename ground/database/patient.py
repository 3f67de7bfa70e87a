"""For work in the background: what the database cannot take now is tried again for a while."""

import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, MetaData

from ground.database.contract import Database, DatabaseBusy, Watch, Work

T = TypeVar("T")
_PAUSE = 0.25


class PatientDatabase(Database):
    """Another database whose reads and writes wait until it answers, or `seconds` have passed.

    Whoever holds a claim keeps it so over a restart of the server, and settles what was answered.
    `hurried()` ends the patience: a process that is asked to stop waits no more. `doubted()` is
    called whenever the database did not answer.
    """

    def __init__(
        self,
        inner: Database,
        seconds: float,
        hurried: Callable[[], bool],
        doubted: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self.dialect = inner.dialect
        self._inner = inner
        self._seconds = seconds
        self._hurried = hurried
        self._doubted = doubted

    def read(self, work: Work[T]) -> T:
        """Return `work`'s result on one snapshot."""
        return self._insist(lambda: self._inner.read(work))

    def write(self, work: Work[T], *, synced: bool = True) -> T:
        """Return `work`'s result once it is durable."""
        return self._insist(lambda: self._inner.write(work, synced=synced))

    def _insist(self, attempt: Callable[[], T]) -> T:
        give_up = time.monotonic() + self._seconds
        while True:
            try:
                return attempt()
            except DatabaseBusy:
                self._doubted()
                if self._hurried() or time.monotonic() + _PAUSE > give_up:
                    raise
            time.sleep(_PAUSE)

    def submit(self, work: Work[T], *, urgent: bool = False) -> "Future[T]":
        """Begin a write without waiting."""
        return self._inner.submit(work, urgent=urgent)

    def watch(self) -> Watch:
        """Return a new watch."""
        return self._inner.watch()

    def now(self, connection: Connection) -> datetime:
        """Return the database's time."""
        return self._inner.now(connection)

    def maintain(self, work: Work[T]) -> T:
        """Run a migration."""
        return self._inner.maintain(work)

    def close(self) -> None:
        """Close the other database."""
        self._inner.close()

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each commit of this process."""
        self._inner.on_commit(listener)

    def create_all(self, metadata: MetaData) -> None:
        """Create the tables without migrations; for tests."""
        self._inner.create_all(metadata)
