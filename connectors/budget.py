"""The rate budget of one connection: people's work before background work.

A token may be used again `burst / per_second` seconds after its use, so no window of that length
ever holds more than `burst` calls. Taking one is a single atomic step: threads need no lock.
"""

from collections import deque
from enum import StrEnum
from typing import Protocol

from connectors.errors import RetryLater

__all__ = ["Budget", "Lane", "Timer"]

_ALL_IN_USE = 0.001


class Lane(StrEnum):
    """Who waits for the call."""

    INTERACTIVE = "interactive"
    """Writes, reads of single lanes, and checks."""
    BACKGROUND = "background"
    """Polls and complete listings."""


class Timer(Protocol):
    """What a budget needs of the clock."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Budget:
    """How often a connection may be called."""

    def __init__(
        self, timer: Timer, *, per_second: float, burst: int, reserved: float, patience: float
    ) -> None:
        self._timer = timer
        self._reuse_after = burst / per_second
        self._reserve = min(int(burst * reserved), burst - 1)
        self._patience = patience
        self._free_at = deque([float("-inf")] * burst)
        self._closed_until = float("-inf")

    def wait(self, lane: Lane) -> float:
        """Return 0 and take a token, or the seconds until there may be one."""
        now = self._timer.monotonic()
        if self._closed_until > now:
            return self._closed_until - now
        try:
            if lane is Lane.BACKGROUND and self._free_at[self._reserve] > now:
                return self._free_at[self._reserve] - now
            free_at = self._free_at.popleft()
        except IndexError:
            return _ALL_IN_USE
        if free_at > now:
            self._free_at.appendleft(free_at)
            return free_at - now
        self._free_at.append(now + self._reuse_after)
        return 0.0

    def take(self, lane: Lane) -> None:
        """Take a token, waiting as long as the budget's patience; else raise `RetryLater`."""
        patience = self._patience
        while (wait := self.wait(lane)) > 0:
            if wait > patience:
                raise RetryLater(wait, "our rate budget for this system is used up")
            patience -= wait
            self._timer.sleep(wait)

    def close(self, seconds: float) -> None:
        """Let nobody through for some seconds: the system asked for it."""
        self._closed_until = max(self._closed_until, self._timer.monotonic() + seconds)
