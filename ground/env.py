"""Env: the only road to clock, randomness, identifiers, network and database.

Everything that the simulator must control is made here and passed in; no other house touches
time, randomness, threads or the environment.
"""

from __future__ import annotations

import collections
import dataclasses
import random
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import structlog

from ground.ids import Ids, TimeOrderedIds
from ground.processes import Processes, Strangers, SystemProcesses

if TYPE_CHECKING:  # both stand on Clock: importing them here would close a circle
    from collections.abc import Callable

    from ground.database import Database
    from ground.door import SafeHttp

_log = structlog.get_logger(__name__)
_WORD = 64
_FETCHED = 2048
"""Bytes, a multiple of eight."""


class Clock(Protocol):
    """Time as the rest of the product knows it."""

    def now(self) -> datetime:
        """Return the present instant, UTC and aware."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never step back; only differences mean something."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since some fixed point."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block this thread."""
        time.sleep(seconds)


@dataclasses.dataclass(frozen=True, slots=True)
class Env:
    """What one house was given to live on; `db` is that house's own database."""

    clock: Clock
    rng: random.Random
    ids: Ids
    http: SafeHttp
    db: Database
    processes: Processes = dataclasses.field(default_factory=Strangers, repr=False)

    def with_db(self, db: Database) -> Env:
        """Return the same Env over another house's database."""
        return dataclasses.replace(self, db=db)


def system_env(*, db: Database, http: SafeHttp) -> Env:
    """Return the Env of a running process: the machine's clock and its entropy."""
    rng = random.SystemRandom()
    return Env(
        clock=SystemClock(),
        rng=rng,
        ids=system_ids(),
        http=http,
        db=db,
        processes=SystemProcesses(),
    )


def system_ids() -> Ids:
    """Return identifiers from the machine's clock and entropy."""
    return TimeOrderedIds(time.time_ns, Entropy().bits, threading.Lock())


class Entropy:
    """The machine's entropy, fetched for many identifiers at once.

    Each fetch lets other threads run: one per identifier made a busy process wait at every one.
    """

    def __init__(self) -> None:
        self._source = random.SystemRandom()
        self._pool: collections.deque[int] = collections.deque()

    def bits(self, count: int) -> int:
        """Return so many random bits, 64 at most; safe for threads, for `pop` takes one once."""
        while True:
            try:
                return self._pool.pop() >> (_WORD - count)
            except IndexError:
                fetched = self._source.randbytes(_FETCHED)
                self._pool.extend(memoryview(fetched).cast("Q"))


def seeded(seed: int) -> random.Random:
    """Return randomness that is the same for the same seed: for simulation."""
    return random.Random(seed)  # noqa: S311 - not for secrets


class Bell:
    """A wake-up that coalesces: many rings before a wait are one."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def ring(self) -> None:
        """Wake whoever waits, or the next one who will."""
        self._event.set()

    def wait(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds; return whether it rang, and forget the ring."""
        rang = self._event.wait(timeout)
        if rang:
            self._event.clear()
        return rang


class Spawned(Protocol):
    """A running thread."""

    def join(self, timeout: float | None = None) -> None:
        """Wait until it has ended or `timeout` seconds have passed."""
        ...

    def is_alive(self) -> bool:
        """Tell whether it still runs."""
        ...


def spawn(name: str, target: Callable[[], None]) -> Spawned:
    """Run `target` in a daemon thread; its failure is logged and reaches threading.excepthook."""

    def run() -> None:
        try:
            target()
        except BaseException:
            _log.exception("thread.failed", thread=name)
            raise

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread
