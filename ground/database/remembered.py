"""Look-ups that are remembered until anybody commits."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from ground.database.contract import Database, Watch, Work

K = TypeVar("K")
V = TypeVar("V")

_MOST = 1000


class Remembered(Generic[K, V]):
    """Remembers what `look_up` found, exactly as long as the database stays as it is.

    A commit of whatever process makes it forget all. On a server database, where asking for changes
    is as dear as the look-up, nothing is kept.
    """

    def __init__(self, database: Database, look_up: Callable[[K], Work[V]]) -> None:
        self._database = database
        self._look_up = look_up
        self._known: dict[K, V] = {}
        self._watch: Watch | None = None
        self._lock = threading.Lock()

    def find(self, key: K) -> V:
        """Return what the database holds for this key now."""
        if self._database.dialect != "sqlite":
            return self._database.read(self._look_up(key))
        with self._lock:
            if self._watch is None:
                self._watch = self._database.watch()
            # Asked before the look-up: a commit between the two is seen the next time.
            if self._watch.changed() or len(self._known) >= _MOST:
                self._known.clear()
            if key not in self._known:
                self._known[key] = self._database.read(self._look_up(key))
            return self._known[key]
