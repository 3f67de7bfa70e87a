"""The claims of one process, which of them a database that went away may have left, and whose.

A server that restarts may forget the end of a claim that was told done, or keep one whose beginning
nobody heard of. This process knows that nobody works under such a token any more: what it holds can
be given back at once, without waiting for the end of its lease. A token ends with the worker that
holds it, so that others can do the same once they know that its process has ended.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from ground.env import Clock
from ground.ids import Ids

__all__ = ["Claims", "tail_of"]

_REMEMBERED = 10.0
"""Seconds for which a claim that ended may still be forgotten by a server that crashes."""


class Claims:
    """Tokens of this process. Each step is one operation on a dict: threads need no lock."""

    def __init__(self) -> None:
        self.worker_id: str | None = None
        """Whose claims these are; None: nobody can know when this process has ended."""
        self._working: dict[str, None] = {}
        self._tainted: dict[str, None] = {}
        self._ended: dict[str, float] = {}
        self._left: dict[str, None] = {}

    def token(self, ids: Ids) -> str:
        """Return a new token."""
        return ids.new("le") + (tail_of(self.worker_id) if self.worker_id else "")

    @contextmanager
    def held(self, clock: Clock, *tokens: str) -> Iterator[Callable[[str], str]]:
        """Work under tokens for the length of the block; what it gives takes further ones."""
        mine: list[str] = []

        def hold(token: str) -> str:
            mine.append(token)
            self._working[token] = None
            return token

        for each in tokens:
            hold(each)
        try:
            yield hold
        finally:
            self._end(mine, clock.monotonic())

    def _end(self, tokens: Iterable[str], now: float) -> None:
        for token in tokens:
            del self._working[token]
            if self._tainted.pop(token, ...) is None:
                self._left[token] = None
            else:
                self._ended[token] = now
        for old in [each for each, at in list(self._ended.items()) if at < now - _REMEMBERED]:
            self._ended.pop(old, None)

    def doubt(self) -> None:
        """Note that the database was away: of no claim of these seconds is known what it holds."""
        self._tainted.update(dict.fromkeys(list(self._working)))
        for token in list(self._ended):
            self._left[token] = None
            self._ended.pop(token, None)

    @property
    def left(self) -> list[str]:
        """Return the tokens that are to be given back."""
        return list(self._left)

    def given_back(self, tokens: list[str]) -> None:
        """Forget tokens."""
        for token in tokens:
            self._left.pop(token, None)


def tail_of(worker_id: str) -> str:
    """Return how the tokens of a worker end."""
    return f"@{worker_id}"
