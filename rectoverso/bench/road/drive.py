"""Drives the road: sends notices of the shop and watches what comes to the books."""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from ground import strict_json
from rectoverso.bench.figures import quantile_ms
from rectoverso.bench.installation import HOST
from rectoverso.bench.notices import post
from rectoverso.bench.road.customers import Arrivals, notice_of
from rectoverso.bench.road.running import Road
from rectoverso.bench.sync import Tell
from rectoverso.bench.wire import Line, closed_loop, open_line, request
from rectoverso.errors import NotPossible

__all__ = ["Drive", "RoadSize"]

_AT_ONCE = 100
_EACH, _EACH_OF_MANY = 2, 5
"""Changes of each customer, steadily and of too many: more than six writes are taken for a loop."""
_PATIENCE = 180.0
_REST_PATIENCE = 60.0
_SLOW_RATE = 100.0
_MOST_LINES = 1500  # more than a connection may have waiting, less than a server's queue of lines
_AT_REST = 0.12  # seconds of processor time in one
_ACCEPTED = range(200, 300)
_REFUSED = (429, 503)
_Change = tuple[int, int]
"""(customer, version)"""


@dataclass(frozen=True, kw_only=True)
class RoadSize:
    """How much is done; the defaults take about three minutes.

    `singles`: changes that are written to the target one by one. `rest`: seconds of rest before the
    low rate, longer than the pause of any chore that looks at what changed. `overload`: changes a
    second, for as many seconds as the steady rate; `backlog`: undecided events from which notices
    are refused, less than by default, so that it comes to it in so short a time.
    """

    customers: int = 4000
    notices: int = 10_000
    concurrency: int = 32
    singles: int = 1000
    rate: float = 1000.0
    seconds: float = 10.0
    rest: int = 11
    overload: float = 5_000.0
    backlog: int = 20_000


@dataclass(slots=True)
class _Sent:
    """What became of changes that were sent at a rate."""

    changes: list[_Change]
    at: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    status: list[int] = field(default_factory=list)
    waiting: int = 0
    """Changes that had not come when the last was sent."""
    seconds: float = 0.0

    def __post_init__(self) -> None:
        many = len(self.changes)
        self.at, self.answered, self.status = [0.0] * many, [0.0] * many, [0] * many

    def accepted(self) -> list[int]:
        """Return the places of the changes that were accepted."""
        return [n for n, status in enumerate(self.status) if status in _ACCEPTED]


class Drive:
    """One road, measured."""

    def __init__(self, road: Road, size: RoadSize, tell: Tell) -> None:
        self._road = road
        self._size = size
        self._tell = tell
        self._customers = range(0)
        self._version = 1
        self._notices = 0
        self._arrivals = Arrivals()

    async def all(self) -> dict[str, Any]:
        """Return every figure of the road."""
        size, tell = self._size, self._tell
        tell(f"{size.customers} customers come to be…")
        await self._seed(size.customers)
        tell("Notices as fast as they are stored, no worker running…")
        accepted = await self._accept()
        tell("Changes as fast as they come, written in batches…")
        batched, batched_cpu = await self._burst(size.customers)
        tell("The same, written one by one…")
        single, single_cpu = await self._singles()
        tell("A steady rate, of customers of their own…")
        await self._seed(max(size.customers, int(size.rate * size.seconds / _EACH)))
        steady = await self._steady(size.rate)
        tell("Far too many, of others…")
        await self._seed(max(size.customers, int(size.overload * size.seconds / _EACH_OF_MANY)))
        overload = await self._overload()
        tell("A low rate, once all chores of so many changes are done…")
        await self._at_rest()
        self._customers = range(size.customers)
        return {
            "accepted_per_s": accepted,
            "changes_per_s": single,
            "changes_cpu_ms": single_cpu,
            "batched_per_s": batched,
            "batched_cpu_ms": batched_cpu,
            "open_loop": steady,
            "overload": overload,
            "at_100": await self._steady(_SLOW_RATE),
        }

    async def _seed(self, many: int) -> None:
        """Make so many new customers, who are those that change from now on."""
        self._customers = range(self._customers.stop, self._customers.stop + many)
        changes = self._next(many)
        jobs = [
            self._notice(changes[start : start + _AT_ONCE])
            for start in range(0, len(changes), _AT_ONCE)
        ]
        await closed_loop((HOST, self._road.port), jobs, 2, post)
        await self._until(changes)

    async def _accept(self) -> float:
        """Return notices a second while nothing else works; all is delivered before the next."""
        changes = self._next(self._size.notices)
        self._road.end_work()
        begin = perf_counter()
        await self._post(changes)
        seconds = perf_counter() - begin
        self._road.begin_work()
        await self._until(changes)
        return round(len(changes) / seconds, 1)

    async def _burst(self, many: int) -> tuple[float, float]:
        """Return changes a second, from the first notice to the last write, and their ms of CPU."""
        changes = self._next(many)
        cpu, begin = self._road.cpu_s(), perf_counter()
        await self._post(changes)
        await self._until(changes)
        seconds = max(self._arrivals.at(*each) or 0.0 for each in changes) - begin
        return round(many / seconds, 1), round(1000 * (self._road.cpu_s() - cpu) / many, 3)

    async def _singles(self) -> tuple[float, float]:
        self._write_one_by_one(one_by_one=True)
        found = await self._burst(min(self._size.singles, self._size.customers))
        self._write_one_by_one(one_by_one=False)
        return found

    def _write_one_by_one(self, *, one_by_one: bool) -> None:
        self._road.end_work()
        self._road.write_one_by_one(one_by_one=one_by_one)
        self._road.begin_work()

    async def _steady(self, rate: float) -> dict[str, Any]:
        cpu = self._road.cpu_s()
        sent = await self._send(rate)
        await self._until(sent.changes)
        if len(sent.accepted()) < len(sent.changes):
            raise NotPossible(f"Notices were refused: {dict(Counter(sent.status))}.")
        many = len(sent.changes)
        came = [self._arrivals.at(*each) or 0.0 for each in sent.changes]
        ways = sorted(came[n] - sent.at[n] for n in range(many))
        acks = sorted(sent.answered[n] - sent.at[n] for n in range(many))
        return {
            "rate": rate,
            "reached": round(many / sent.seconds, 1),
            "waiting_at_end": sent.waiting,
            "p50_ms": quantile_ms(ways, 0.50),
            "p95_ms": quantile_ms(ways, 0.95),
            "ack_p99_ms": quantile_ms(acks, 0.99),
            "cpu_ms_per_change": round(1000 * (self._road.cpu_s() - cpu) / many, 3),
        }

    async def _overload(self) -> dict[str, Any]:
        """Send far more than can be done; what was accepted comes nevertheless."""
        before, watching = self._road.memory_mb(), True
        most = before

        async def watch() -> None:
            nonlocal most
            while watching:
                most = [max(pair) for pair in zip(most, self._road.memory_mb(), strict=True)]
                await asyncio.sleep(0.5)

        watcher = asyncio.create_task(watch())
        sent = await self._send(self._size.overload)
        end = perf_counter()
        await self._until([sent.changes[n] for n in sent.accepted()])
        recovered = perf_counter() - end
        watching = False
        await watcher
        statuses = Counter(sent.status)
        return {
            "rate": self._size.overload,
            "reached": round(len(sent.changes) / sent.seconds, 1),
            "accepted": len(sent.accepted()),
            "answered_429": statuses[_REFUSED[0]],
            "answered_503": statuses[_REFUSED[1]],
            "lines_closed": statuses[0],
            "recovered_s": round(recovered, 1),
            "rss_growth_mb": round(max(m - b for m, b in zip(most, before, strict=True)), 1),
        }

    async def _send(self, rate: float) -> _Sent:
        """Send at a rate for as long as asked for, whatever the answers."""
        sent = _Sent(self._next(max(1, int(rate * self._size.seconds))))
        jobs = [self._notice([each]) for each in sent.changes]
        lines = [await open_line(HOST, self._road.port) for _ in range(self._size.concurrency)]
        room = asyncio.Semaphore(_MOST_LINES)
        begin = perf_counter()

        async def tell(number: int) -> None:
            sent.at[number] = perf_counter()
            async with room:
                await ask(number)
            sent.answered[number] = perf_counter()

        async def ask(number: int) -> None:
            with suppress(ConnectionError):  # of what is refused the server reads no body
                free = lines.pop() if lines else await open_line(HOST, self._road.port)
                sent.status[number], _ = await free.ask(jobs[number])
                if sent.status[number] in _ACCEPTED:
                    lines.append(free)
                else:
                    free.close()

        tasks = []
        for number in range(len(sent.changes)):
            await asyncio.sleep(max(0.0, begin + number / rate - perf_counter()))
            tasks.append(asyncio.create_task(tell(number)))
        await asyncio.gather(*tasks)
        sent.seconds = perf_counter() - begin
        await self._look()
        accepted = [sent.changes[number] for number in sent.accepted()]
        sent.waiting = len(self._arrivals.missing(accepted))
        for each in lines:
            each.close()
        return sent

    async def _at_rest(self) -> None:
        """Wait until the hub has been at rest for a while, or for a minute."""
        still, end = 0, perf_counter() + _REST_PATIENCE
        while still < self._size.rest and perf_counter() < end:
            before = self._road.cpu_s()
            await asyncio.sleep(1.0)
            still = still + 1 if self._road.cpu_s() - before < _AT_REST else 0

    async def _until(self, changes: list[_Change]) -> None:
        """Wait until the books have all of them."""
        end = perf_counter() + _PATIENCE
        missing = changes
        while missing := self._arrivals.missing(missing):
            if perf_counter() > end:
                told = f"{len(missing)} of {len(changes)} changes never came to the books."
                raise NotPossible(told)
            await asyncio.sleep(0.02)
            await self._look()

    async def _look(self) -> None:
        """Ask the books what came since the last look."""
        line: Line = await open_line(HOST, self._road.peers)
        _, answer = await line.ask(request("GET", HOST, f"/arrivals?from={self._arrivals.seen}"))
        line.close()
        told = strict_json.loads(answer, max_bytes=64 * 1024 * 1024)
        self._arrivals.add([(str(name), float(at)) for name, at in told])

    async def _post(self, changes: list[_Change]) -> None:
        """Send a notice of each change as fast as they are answered."""
        jobs = [self._notice([each]) for each in changes]
        await closed_loop((HOST, self._road.port), jobs, self._size.concurrency, post)

    def _next(self, many: int) -> list[_Change]:
        """Return the next changes: of all customers in turn, as often as needed."""
        customers, first = self._customers, self._version
        self._version += -(-many // len(customers))
        return [(customers[n % len(customers)], first + n // len(customers)) for n in range(many)]

    def _notice(self, changes: list[_Change]) -> bytes:
        self._notices += 1
        return notice_of(str(self._notices), changes)
