"""Virtual time and processes that go on only at calls of Env; all order is drawn from the seed.

A process is a name with greenlets. A killed one is never resumed: no `finally` of it runs, as in
life. What it did before its last pause stands.
"""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from greenlet import GreenletExit, getcurrent, greenlet

from ground.env import seeded
from ground.instants import from_microseconds

__all__ = ["Kernel", "OutOfSteps", "SimulatedClock", "Task"]

_START = datetime(2026, 3, 2, 9, tzinfo=UTC)
_SECOND = 1_000_000


class OutOfSteps(Exception):
    """More steps than a seed may take: somebody runs in circles."""


@dataclass(eq=False, slots=True)
class Task:
    """One thread of a process."""

    process: str
    name: str
    body: greenlet = field(repr=False)
    asleep: bool = False
    """Waits to be woken, with or without an end of its patience."""
    turn: int = 0
    """Counts its wake-ups, so that one that is out of date finds nobody."""


class Kernel:
    """Runs tasks one at a time; `now` is microseconds since the beginning."""

    def __init__(self, seed: int, *, most_steps: int) -> None:
        self.rng: random.Random = seeded(seed)
        self.now = 0
        self.steps = 0
        self.trace: list[str] | None = None
        self._most_steps = most_steps
        self._queue: list[tuple[int, float, int, Task, int]] = []
        self._number = 0
        self._dead: set[str] = set()
        self._all: list[Task] = []
        self._current: Task | None = None
        self._over = False
        self._main = getcurrent()
        self._hash = blake2b(digest_size=16)

    # time

    def instant(self) -> datetime:
        """Return the present instant."""
        return _START + timedelta(microseconds=self.now)

    @property
    def seconds(self) -> float:
        """Return the seconds since the beginning."""
        return self.now / _SECOND

    # what a task does

    def pause(self, what: str) -> None:
        """Let others go on; the work between two pauses takes up to 2 ms."""
        self._leave(what, self.now + int(self.rng.random() * 2000))

    def sleep(self, seconds: float, what: str = "sleep") -> None:
        """Go on after `seconds`."""
        self._leave(what, self.now + max(0, int(seconds * _SECOND)))

    def wait(self, seconds: float | None = None) -> bool:
        """Go on when woken, or after `seconds` at the latest; say whether it was woken."""
        task = self.current
        task.asleep = True
        until = None if seconds is None else self.now + int(seconds * _SECOND) + 1
        self._leave("wait", until)
        woken = not task.asleep
        task.asleep = False
        return woken

    @property
    def current(self) -> Task:
        """Return the task that runs now. Raises GreenletExit when everything is over."""
        if self._current is None:
            raise GreenletExit
        return self._current

    def wake(self, task: Task, *, after: float = 0.0) -> None:
        """Let a task that waits go on."""
        if task.asleep:
            task.asleep = False
            self._enqueue(task, self.now + int(after * _SECOND))

    def _leave(self, what: str, until: int | None) -> None:
        task = self._current
        if self._over or task is None or task.process in self._dead:
            raise GreenletExit
        self.note(what)
        task.turn = 0
        if until is not None:
            self._enqueue(task, until)
        self._main.switch()
        if self._over:
            raise GreenletExit

    def _enqueue(self, task: Task, at: int) -> None:
        self._number += 1
        task.turn = self._number
        heapq.heappush(self._queue, (at, self.rng.random(), self._number, task, self._number))

    # what the world does

    def spawn(self, process: str, name: str, work: Callable[[], None]) -> Task:
        """Begin a task of a process; it starts with the next step."""
        task = Task(process, name, greenlet(work, parent=self._main))
        self._all.append(task)
        self._enqueue(task, self.now)
        return task

    def kill(self, process: str) -> None:
        """End a process where it stands; if it is the caller, at its next pause."""
        self.note(f"kill {process}")
        self._dead.add(process)

    def is_dead(self, process: str) -> bool:
        """Say whether a process was killed."""
        return process in self._dead

    def note(self, what: str) -> None:
        """Put a line into the trace and its hash."""
        task = self._current
        who = f"{task.process}/{task.name}" if task else "world"
        line = f"{self.now} {who} {what}"
        self._hash.update(line.encode())
        if self.trace is not None:
            self.trace.append(f"{self.seconds:10.4f} {who:<22} {what}")

    @property
    def trace_hash(self) -> str:
        """Return the hash of everything noted so far."""
        return self._hash.hexdigest()

    def run(self, seconds: float, until: Callable[[], bool] | None = None) -> bool:
        """Run for so long, or until `until()`, asked once a second; say whether it came true."""
        end = self.now + int(seconds * _SECOND)
        look = self.now
        while self._queue and self._queue[0][0] <= end:
            if until is not None and self._queue[0][0] >= look:
                if until():
                    return True
                look = max(look, self._queue[0][0]) + _SECOND
            self._step()
        self.now = end
        return until is not None and until()

    def _step(self) -> None:
        at, _, _, task, turn = heapq.heappop(self._queue)
        if task.process in self._dead or task.turn != turn:
            return
        self.steps += 1
        if self.steps > self._most_steps:
            raise OutOfSteps(f"more than {self._most_steps} steps")
        self.now = max(self.now, at)
        self._current = task
        try:
            task.body.switch()
        finally:
            self._current = None

    def end(self) -> None:
        """Let go of all tasks; whatever they still want of the kernel ends them."""
        self._over = True
        for task in self._all:
            if task.body and not task.body.dead:
                task.body.throw(GreenletExit)
        self._all.clear()
        self._queue.clear()


@dataclass(frozen=True, slots=True)
class SimulatedClock:
    """The clock of one host: the kernel's time, `skew` seconds ahead."""

    kernel: Kernel
    skew: float = 0.0

    def now(self) -> datetime:
        """Return the host's time."""
        return self.kernel.instant() + timedelta(seconds=self.skew)

    def monotonic(self) -> float:
        """Return seconds since the beginning."""
        return self.kernel.seconds

    def sleep(self, seconds: float) -> None:
        """Let others go on meanwhile."""
        self.kernel.sleep(seconds)

    def nanoseconds(self) -> int:
        """Return the host's time since 1970, for identifiers."""
        return (self.now() - from_microseconds(0)) // timedelta(microseconds=1) * 1000
