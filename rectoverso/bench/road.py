"""`bench road`: the hub's own road, from a signed notice to a write in another system.

The systems are bare peers (peers.py), so the figures are the hub's: web process and worker; the
processor time of load and peers is not counted, but they share the machine. The floor relays the
same bytes in the same run.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import uvloop

from ground import strict_json
from hub.connections import service as connections
from hub.connections.model import NewConnection
from hub.connections.rules import State
from hub.start import open_hub
from rectoverso.bench.figures import floor_per_s, machine, quantile_ms
from rectoverso.bench.installation import HOST, free_port, listens, started, until
from rectoverso.bench.notices import post, signed
from rectoverso.bench.peers import SECRET
from rectoverso.bench.processes import usage
from rectoverso.bench.sync import Tell
from rectoverso.bench.wire import closed_loop, open_line, request
from rectoverso.errors import NotPossible
from rectoverso.preparation import prepare
from rectoverso.settings import Settings
from rectoverso.wiring import Houses

_SHOP, _BOOKS = "shop", "books"
_PATH = f"/hub/webhooks/{_SHOP}"
_AT_ONCE = 100
_PATIENCE = 180.0
_SLOW_RATE = 100.0
_AT_REST = 0.12  # seconds of processor time in one


@dataclass(frozen=True, kw_only=True)
class RoadSize:
    """How much is done; the defaults take about two minutes.

    `rest`: seconds of rest before the low rate, longer than the pause of any chore that looks at
    what changed.
    """

    customers: int = 4000
    notices: int = 10_000
    concurrency: int = 32
    rate: float = 1000.0
    seconds: float = 10.0
    rest: int = 11


class _Road:
    """A running hub between two peers; its worker may be sent away for a while."""

    def __init__(self, port: int, peers: int, web: int, worker: list[str], folder: Path) -> None:
        self.port = port
        self.peers = peers
        self._web = web
        self._command = worker
        self._log = folder / "worker.log"
        self._worker = ExitStack()
        self._worker_pid = 0

    def begin_work(self) -> None:
        self._worker_pid = self._worker.enter_context(started(self._command, self._log)).pid

    def end_work(self) -> None:
        self._worker.close()

    def cpu_s(self) -> float:
        return usage(self._web).cpu_s + usage(self._worker_pid).cpu_s


def bench_road(size: RoadSize, tell: Tell) -> dict[str, Any]:
    """Measure; return the figures with settings."""
    with TemporaryDirectory(prefix="rectoverso-road-") as name:
        folder = Path(name)
        with _running(folder) as road:
            figures = uvloop.run(_Drive(road, size, tell).all())
        tell("The floor…")
        relayed = floor_per_s(folder, count=size.notices, concurrency=size.concurrency)
    return {
        **figures,
        "floor_per_s": round(relayed, 1),
        "ratio_to_floor": round(figures["batched_per_s"] / relayed, 3),
        "settings": {**asdict(size), **machine(), "processes": "web, worker; writes by 100"},
    }


class _Drive:
    """Sends notices of the shop and watches the books."""

    def __init__(self, road: _Road, size: RoadSize, tell: Tell) -> None:
        self._road = road
        self._size = size
        self._tell = tell
        self._version = 1
        self._sent = 0
        self._arrivals: dict[str, float] = {}
        self._seen = 0

    async def all(self) -> dict[str, Any]:
        """Return every figure of the road."""
        self._tell(f"{self._size.customers} customers come to be…")
        await self._seed()
        self._tell("Notices as fast as they are stored, the worker standing still…")
        accepted = await self._accept()
        await self._drained()
        self._tell("Changes as fast as they come…")
        burst = await self._burst()
        self._tell("A steady rate…")
        steady = await self._open_loop(self._size.rate)
        self._tell("A low one, once all chores of so many changes are done…")
        await self._at_rest()
        slow = await self._open_loop(_SLOW_RATE)
        first = {"accepted_per_s": round(accepted, 1), **burst}
        return first | {"open_loop": steady, "at_100": slow}

    async def _seed(self) -> None:
        numbers = range(self._size.customers)
        jobs = [
            self._notice([self._change(number) for number in numbers[start : start + _AT_ONCE]])
            for start in range(0, len(numbers), _AT_ONCE)
        ]
        await closed_loop((HOST, self._road.port), jobs, 2, post)
        await self._until({_name(number, self._version) for number in numbers})

    async def _accept(self) -> float:
        """Return notices a second while nothing else works: changes that the burst goes on with."""
        self._version += 1
        count = self._size.notices
        jobs = [self._notice([self._change(n % self._size.customers)]) for n in range(count)]
        self._road.end_work()
        begin = perf_counter()
        await closed_loop((HOST, self._road.port), jobs, self._size.concurrency, post)
        accepted = count / (perf_counter() - begin)
        self._road.begin_work()
        return accepted

    async def _drained(self) -> None:
        await self._until({_name(n, self._version) for n in range(self._size.customers)})

    async def _burst(self) -> dict[str, Any]:
        self._version += 1
        count = self._size.customers
        jobs = [self._notice([self._change(number)]) for number in range(count)]
        cpu, begin = self._road.cpu_s(), perf_counter()
        await closed_loop((HOST, self._road.port), jobs, self._size.concurrency, post)
        await self._drained()
        seconds = max(self._arrivals[_name(n, self._version)] for n in range(count)) - begin
        return {
            "batched_per_s": round(count / seconds, 1),
            "burst_cpu_ms_per_change": round(1000 * (self._road.cpu_s() - cpu) / count, 3),
        }

    async def _open_loop(self, rate: float) -> dict[str, Any]:
        """Send at a rate, whatever the answers; each customer changes at most once."""
        self._version += 1
        count = min(int(rate * self._size.seconds), self._size.customers)
        jobs = [self._notice([self._change(number)]) for number in range(count)]
        lines = [await open_line(HOST, self._road.port) for _ in range(self._size.concurrency)]
        sent, answered = [0.0] * count, [0.0] * count
        cpu, begin = self._road.cpu_s(), perf_counter()

        async def tell(number: int) -> None:
            await asyncio.sleep(max(0.0, begin + number / rate - perf_counter()))
            free = lines.pop() if lines else await open_line(HOST, self._road.port)
            sent[number] = perf_counter()
            await post(free, jobs[number])
            answered[number] = perf_counter()
            lines.append(free)

        await asyncio.gather(*(tell(number) for number in range(count)))
        took = perf_counter() - begin
        await self._until({_name(number, self._version) for number in range(count)})
        for each in lines:
            each.close()
        came = [self._arrivals[_name(number, self._version)] for number in range(count)]
        ways = sorted(came[number] - sent[number] for number in range(count))
        acks = sorted(answered[number] - sent[number] for number in range(count))
        return {
            "rate": rate,
            "reached": round(count / took, 1),
            "p50_ms": quantile_ms(ways, 0.50),
            "p95_ms": quantile_ms(ways, 0.95),
            "ack_p99_ms": quantile_ms(acks, 0.99),
            "cpu_ms_per_change": round(1000 * (self._road.cpu_s() - cpu) / count, 3),
        }

    async def _at_rest(self) -> None:
        """Wait until the hub has been at rest for a while, or for the whole patience."""
        still, end = 0, perf_counter() + _PATIENCE
        while still < self._size.rest and perf_counter() < end:
            before = self._road.cpu_s()
            await asyncio.sleep(1.0)
            still = still + 1 if self._road.cpu_s() - before < _AT_REST else 0

    async def _until(self, names: set[str]) -> None:
        """Wait until the books have all of them."""
        end = perf_counter() + _PATIENCE
        line = await open_line(HOST, self._road.peers)
        while not names <= self._arrivals.keys():
            if perf_counter() > end:
                missing = len(names - self._arrivals.keys())
                raise NotPossible(f"{missing} of {len(names)} changes never came to the books.")
            await asyncio.sleep(0.02)
            _, answer = await line.ask(request("GET", HOST, f"/arrivals?from={self._seen}"))
            told = strict_json.loads(answer, max_bytes=64 * 1024 * 1024)
            self._seen += len(told)
            for name, at in told:
                self._arrivals.setdefault(name, float(at))
        line.close()

    def _change(self, number: int) -> dict[str, Any]:
        return {
            "object": "customers",
            "id": f"cu_{number}",
            "version": self._version,
            "kind": "changed",
            "record": _customer(number, self._version),
        }

    def _notice(self, changes: list[dict[str, Any]]) -> bytes:
        self._sent += 1
        body = strict_json.dumps({"type": "records.changed", "changes": changes})
        return signed(_PATH, f"road-{self._sent}", SECRET, body)


@contextmanager
def _running(folder: Path) -> Iterator[_Road]:
    """Yield a hub with a web process and a worker, connected to the two peers."""
    port, peers = free_port(), free_port()
    settings = Settings.load(data=folder, port=port, host=HOST, allow=(f"{HOST}:{peers}",))
    options = settings.options()
    program = [sys.executable, "-m", "rectoverso"]
    with ExitStack() as stack:
        own = [sys.executable, "-m", "rectoverso.bench.peers", str(peers)]
        stack.enter_context(started(own, folder / "peers.log"))
        until(lambda: listens(peers), "The peers")
        prepare(settings)
        _connect(settings, peers)
        program = ["/usr/bin/env", f'RECTOVERSO_ALLOW=["{HOST}:{peers}"]', *program]
        web = started([*program, "serve", *options], folder / "web.log")
        web_pid = stack.enter_context(web).pid
        road = _Road(port, peers, web_pid, [*program, "work", *options], folder)
        stack.callback(road.end_work)
        road.begin_work()
        until(lambda: listens(port), "The web process")
        yield road


def _connect(settings: Settings, peers: int) -> None:
    """Connect both peers."""
    houses = Houses(settings)
    try:
        hub = open_hub(houses.hub_settings, houses.env("hub"))
        for rank, (name, system) in enumerate(((_SHOP, "simple_crm"), (_BOOKS, "simple_erp"))):
            new = NewConnection(
                id=name,
                system=system,
                title=name.title(),
                base_url=f"http://{HOST}:{peers}/{name}",
                rank=20 - 10 * rank,
                key="bench",
                state=State.LIVE,
            )
            connections.add_connection(hub, new)
            connections.subscribe(hub, name)
    finally:
        houses.close()


def _name(number: int, version: int) -> str:
    return f"Customer {number} as of {version}"


def _customer(number: int, version: int) -> dict[str, Any]:
    """Return a record of about a kilobyte; from version to version five of its fields differ."""
    values: dict[str, Any] = {"kind": "organisation", "name": _name(number, version)}
    values |= {"legal_name": f"Customer {number} S.L.", "lifecycle": "customer", "language": "es"}
    values |= {"roles": ["customer"], "owner": f"Owner {version}", "timezone": "Europe/Madrid"}
    values |= {"segment": f"Segment {version}", "industry": f"Industry {version}"}
    values |= {"notes": f"Seen {version} times.", "source": "fair"}
    street = {"uses": ["billing"], "street": f"Calle Mayor {number}", "city": "Madrid"}
    street |= {"postal_code": f"{number % 100_000:05d}", "country": "ES", "id": f"ad_{number}"}
    mail = {"kind": "email", "value": f"c{number}@example.com", "preferred": True}
    phone = {"kind": "phone", "value": f"+3491{number:07d}", "preferred": False}
    points = [mail | {"id": f"ma_{number}"}, phone | {"id": f"ph_{number}"}]
    lists = {"addresses": [street], "contact_points": points, "tax_ids": [], "other_ids": []}
    return {"id": f"cu_{number}", "version": version, **values, **lists, "consents": []}
