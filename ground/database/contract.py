"""What a database promises, whichever it is."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from typing import Literal, Protocol, TypeAlias, TypeVar

import structlog
from sqlalchemy import Connection, MetaData

T = TypeVar("T")
Work: TypeAlias = Callable[[Connection], T]

MOST_PENDING = 2000
"""Submitted units that wait at most; beyond it the database is busy."""

_log = structlog.get_logger(__name__)


class DatabaseBusy(Exception):
    """The database cannot take this now: locked, full, unreachable or too much waiting.

    Nothing was promised; the same unit may be tried again after a second.
    """


class NestedUnit(RuntimeError):
    """A unit of work began inside another one of the same database; pass its connection on."""


class Watch(Protocol):
    """Tells one thread whether anybody committed since it last asked."""

    def changed(self) -> bool:
        """Tell whether something may have been committed, by this process or another one."""
        ...

    def close(self) -> None:
        """Give its connection back."""
        ...


class Database(ABC):
    """One house's database."""

    dialect: Literal["sqlite", "postgresql"]

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []
        self._busy = threading.local()

    @abstractmethod
    def read(self, work: Work[T]) -> T:
        """Return `work`'s result on one snapshot; it cannot write. Sees all this process wrote."""

    @abstractmethod
    def write(self, work: Work[T], *, synced: bool = True) -> T:
        """Return `work`'s result once it is durable; if it raises, it alone is undone.

        With synced=False it returns once it is committed: no kill of the process undoes it, a power
        cut may, and then all that came after it too. The next synced write makes it durable. For
        steps that are simply done again, like claims; not for what was promised to somebody.
        """

    @abstractmethod
    def submit(self, work: Work[T], *, urgent: bool = False) -> "Future[T]":
        """Begin a write without waiting; an urgent one goes before those that wait."""

    @abstractmethod
    def watch(self) -> Watch:
        """Return a new watch; it has changed once already."""

    @abstractmethod
    def now(self, connection: Connection) -> datetime:
        """Return the database's time: the one clock that all processes on it share."""

    @abstractmethod
    def maintain(self, work: Work[T]) -> T:
        """Run a migration: alone, in one transaction, foreign keys checked only at its end."""

    @abstractmethod
    def close(self) -> None:
        """Finish what was submitted, then let go of all connections."""

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each commit of this process; it must be quick, as a bell is."""
        self._listeners.append(listener)

    def create_all(self, metadata: MetaData) -> None:
        """Create the tables without migrations; for tests."""
        self.maintain(metadata.create_all)

    def _announce_commit(self) -> None:
        for listener in self._listeners:
            try:
                listener()
            except Exception:  # noqa: BLE001 - the commit stands
                _log.exception("database.listener_failed")

    @contextmanager
    def _unit(self) -> Iterator[None]:
        """Mark this thread as inside a unit."""
        self._refuse_nesting()
        self._busy.unit = True
        try:
            yield
        finally:
            self._busy.unit = False

    def _refuse_nesting(self) -> None:
        if getattr(self._busy, "unit", False):
            raise NestedUnit
