"""The claims of one process, and which of them a database that went away may have left behind.

A server that restarts may forget the end of a claim that was told done, or keep one whose beginning
nobody heard of. This process knows that nobody works under such a token any more: what it holds can
be given back at once, without waiting for the end of its lease.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from ground.env import Clock

__all__ = ["Claims"]

_REMEMBERED = 10.0
"""Seconds for which a claim that ended may still be forgotten by a server that crashes."""


class Claims:
    """Tokens of this process. Each step is one operation on a dict: threads need no lock."""

    def __init__(self) -> None:
        self._working: dict[str, None] = {}
        self._tainted: dict[str, None] = {}
        self._ended: dict[str, float] = {}
        self._left: dict[str, None] = {}

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
