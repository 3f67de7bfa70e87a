"""A turn: one kind of work, done again and again while there is any, by few hands at a time."""

from collections import deque
from collections.abc import Callable

import structlog

from ground.database import DatabaseBusy
from ground.env import Clock

__all__ = ["Turn"]

_LITTLE = 10
_log = structlog.get_logger(__name__)


class Turn:
    """Runs `work` until it returns 0 (rows worked), by at most `hands` threads of this process.

    A run that finds all hands taken is not lost: one of them looks once more before it stops. A
    turn that did little and was short waits out `pace` seconds, so that the next has company.
    """

    def __init__(
        self, name: str, work: Callable[[], int], clock: Clock, *, pace: float, hands: int = 1
    ) -> None:
        self.name = name
        self.hands = hands
        self.begun = 0
        """How often work began; whoever watches it sees whether anybody serves."""
        self._work = work
        self._clock = clock
        self._pace = pace
        self._free = deque(range(hands))  # pop and append are atomic: a lock without waiting
        self._again = False
        self._stopping = False

    def run(self) -> None:
        """Work until nothing is due; never raises, for the rows say what is still due."""
        self._again = True
        while self._again and not self._stopping:
            try:
                hand = self._free.pop()
            except IndexError:
                return
            try:
                self._drain()
            except DatabaseBusy as error:
                self._again = False
                _log.warning("turn.database_busy", turn=self.name, reason=str(error))
            except Exception:  # noqa: BLE001 - whatever it was, the thread goes on
                self._again = False  # no busy loop: what is due is rung for again
                _log.exception("turn.failed", turn=self.name)
            finally:
                self._free.append(hand)

    def once(self) -> int:
        """Work one time in the caller's thread, if a hand is free; return the rows worked."""
        try:
            hand = self._free.pop()
        except IndexError:
            return 0
        try:
            self.begun += 1
            return self._work()
        finally:
            self._free.append(hand)

    def stop(self) -> None:
        """Begin no more work; what runs comes to its end."""
        self._stopping = True

    def _drain(self) -> None:
        worked = 1
        while (worked or self._again) and not self._stopping:
            self._again = False
            self.begun += 1
            started = self._clock.monotonic()
            worked = self._work()
            took = self._clock.monotonic() - started
            if 0 < worked < _LITTLE and took < self._pace:
                self._clock.sleep(self._pace - took)
