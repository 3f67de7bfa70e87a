"""Who is let in when there is too much: bounded memory, a share for each connection, a backlog.

Lives on the event loop. Memory is bounded in bytes of bodies, read or waiting to be stored. A
connection whose undecided events pile up is told to come back later; the others do not notice.
"""

import asyncio
from collections.abc import Callable, Mapping

from hub.webhooks.rules import Refusal

__all__ = ["Admission"]

_LOOK_EVERY = 1.0


class Admission:
    """Lets requests in or says why not; `look` returns connection -> undecided events."""

    def __init__(
        self, look: Callable[[], Mapping[str, int]], *, most_bytes: int, most_backlog: int
    ) -> None:
        self._look = look
        self._most_bytes = most_bytes
        self._most_backlog = most_backlog
        self._bytes = 0
        self._full: frozenset[str] = frozenset()
        self._looked = 0.0
        self._looking = False

    def refuse(self, connection_id: str) -> Refusal | None:
        """Return why a notice of this connection must wait, before its body is read."""
        self._look_soon()
        if self._bytes >= self._most_bytes:
            return Refusal.BUSY
        return Refusal.TOO_MANY if connection_id in self._full else None

    def take(self, size: int) -> bool:
        """Count bytes of a body in; False if there is no room for them."""
        self._bytes += size
        return self._bytes <= self._most_bytes

    def give_back(self, size: int) -> None:
        """Count bytes out again."""
        self._bytes -= size

    def _look_soon(self) -> None:
        """Count the backlog in another thread, at most once a second."""
        loop = asyncio.get_running_loop()
        if self._looking or loop.time() - self._looked < _LOOK_EVERY:
            return
        self._looking = True
        loop.run_in_executor(None, self._look).add_done_callback(self._seen)

    def _seen(self, done: "asyncio.Future[Mapping[str, int]]") -> None:
        self._looking = False
        self._looked = asyncio.get_running_loop().time()
        if done.cancelled() or done.exception() is not None:
            return  # the next look may see more; letting in is safe, for memory is bounded
        found = done.result()
        self._full = frozenset(each for each, many in found.items() if many >= self._most_backlog)
