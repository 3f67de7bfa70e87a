"""`bench load`: the first reading of a system that holds many records, killed on the way.

The systems are bare peers, so the figures are the hub's: web process and one worker. The records
are read and matched, the plan is approved, and all goes to the other system by the steps of the
ramp. The worker is killed once while it reads and once while it delivers.
"""

import json
import os
import signal
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from urllib.request import urlopen

from hub.connections import service as connections
from hub.connections.model import NewConnection
from hub.connections.rules import State
from hub.onboarding import store as onboarding
from hub.start import open_hub
from hub.wiring import Hub
from rectoverso.bench.figures import machine
from rectoverso.bench.installation import HOST, free_port, listens, started, until
from rectoverso.bench.processes import Usage, usage
from rectoverso.bench.sync import Tell
from rectoverso.errors import NotPossible
from rectoverso.preparation import prepare
from rectoverso.settings import Settings
from rectoverso.wiring import Houses

_SHOP, _BOOKS = "shop", "books"
_LOOK = 0.5
_PATIENCE = 1800.0
_KEY = b64encode(b"a key that all machines of a load share"[:32]).decode()


@dataclass(frozen=True, kw_only=True)
class LoadSize:
    """How much is loaded, by whom, into what.

    `latency`: seconds the target takes to answer a write. `postgresql` (an empty database) and
    `redis` are URLs; with them each worker has a process group and a folder of its own, as on
    another machine.
    """

    customers: int = 100_000
    products: int = 20_000
    kills: bool = True
    latency: float = 0.0
    senders: int = 2
    workers: int = 1
    postgresql: str | None = field(default=None, repr=False)
    redis: str | None = field(default=None, repr=False)

    @property
    def records(self) -> int:
        """Return how many records there are."""
        return self.customers + self.products


def bench_load(size: LoadSize, tell: Tell) -> dict[str, Any]:
    """Measure; return the figures with settings."""
    with TemporaryDirectory(prefix="rectoverso-load-") as name, _running(Path(name), size) as run:
        return _Load(run, size, tell).all()


@dataclass(slots=True)
class _Running:
    """A hub between two peers, with workers that may be killed."""

    hub: Hub
    peers: int
    commands: list[list[str]]
    folder: Path
    lives: ExitStack = field(default_factory=ExitStack)
    workers: list[int] = field(default_factory=list)
    spent: float = 0.0
    """Seconds of processor time of workers that were killed."""

    def begin_work(self) -> None:
        self.workers = [
            self.lives.enter_context(started(command, self.folder / f"worker{number}.log")).pid
            for number, command in enumerate(self.commands)
        ]

    def kill_work(self) -> None:
        self.spent += self.used().cpu_s
        for worker in self.workers:
            os.kill(worker, signal.SIGKILL)
        self.begin_work()

    def used(self) -> Usage:
        """Return what all workers use."""
        all_of_them = [usage(worker) for worker in self.workers]
        return Usage(
            cpu_s=sum(each.cpu_s for each in all_of_them),
            rss_mb=sum(each.rss_mb for each in all_of_them),
        )


class _Load:
    """Watches a load from outside, as a person does."""

    def __init__(self, running: _Running, size: LoadSize, tell: Tell) -> None:
        self._run = running
        self._size = size
        self._tell = tell
        self._memory: list[float] = []
        self._looks: list[tuple[float, int]] = []

    def all(self) -> dict[str, Any]:
        """Return every figure."""
        self._tell(f"{self._size.records} records are read and matched…")
        reading = self._until_matched()
        self._tell("The plan is approved…")
        connections.act(self._run.hub, _BOOKS, "approve")
        delivering = self._until_delivered()
        total = reading["seconds"] + delivering["seconds"]
        return {
            "records_per_s": round(self._size.records / total, 1),
            "read_and_matched": reading,
            "delivered": delivering,
            "memory_mb": self._memory[:: max(1, len(self._memory) // 20)],
            "memory_growth": self._growth(),
            "settings": self._settings(),
        }

    def _growth(self) -> float:
        """Return by what part memory grew after the first tenth of all looks."""
        tenth = max(1, len(self._memory) // 10)
        return round(max(self._memory[tenth:], default=0) / max(self._memory[:tenth]) - 1, 3)

    def _steady(self) -> float:
        """Return the rate of the last two thirds: the steps of the ramp are behind them."""
        seconds, there = next(each for each in self._looks if 3 * each[1] >= self._size.records)
        end, all_of_them = self._looks[-1]
        return round((all_of_them - there) / max(end - seconds, _LOOK), 1)

    def _settings(self) -> dict[str, Any]:
        told = {**asdict(self._size), **machine()}
        return told | {name: bool(told[name]) for name in ("postgresql", "redis")}

    def _until_matched(self) -> dict[str, Any]:
        begun, cpu = perf_counter(), self._cpu_s()
        goldens = self._watch("matched", begun, self._goldens)
        until(self._complete, "The matching plan", _PATIENCE)
        seconds = perf_counter() - begun
        plan = self._run.hub.db.read(lambda c: onboarding.matching_plan(c, _BOOKS))
        counts = {each.entity: asdict(each) for each in plan.entities}
        return {
            "seconds": round(seconds, 1),
            "per_s": round(goldens / seconds, 1),
            "cpu_ms_per_record": round(1000 * (self._cpu_s() - cpu) / goldens, 2),
            "plan": counts,
            "conflicts": plan.conflicts,
        }

    def _until_delivered(self) -> dict[str, Any]:
        begun, cpu = perf_counter(), self._cpu_s()
        self._watch("delivered", begun, self._brought, self._told)
        seconds = perf_counter() - begun
        counts = self._counts()
        if counts != {"customers": self._size.customers, "products": self._size.products}:
            raise NotPossible(f"The shop holds {counts}.")
        return {
            "seconds": round(seconds, 1),
            "per_s": round(self._size.records / seconds, 1),
            "cpu_ms_per_record": round(1000 * (self._cpu_s() - cpu) / self._size.records, 2),
            "steady_per_s": self._steady(),
            "made": counts,
        }

    def _cpu_s(self) -> float:
        return self._run.spent + self._run.used().cpu_s

    def _watch(
        self, what: str, begun: float, count: Callable[[], int], more: Callable[[], str] = str
    ) -> int:
        """Look each second until all are counted; kill the worker once, half way."""
        killed, told, many = not self._size.kills, 0, 0
        self._looks = []
        while many < self._size.records:
            if perf_counter() - begun > _PATIENCE:
                raise NotPossible(f"{many} of {self._size.records} were {what} in time.")
            self._run.hub.env.clock.sleep(_LOOK)
            many = count()
            self._looks.append((perf_counter() - begun, many))
            self._memory.append(round(self._run.used().rss_mb, 1))
            if not killed and many > self._size.records // 2:
                self._run.kill_work()
                killed = True
            if many >= told + self._size.records // 10:
                told = many
                seconds = perf_counter() - begun
                self._tell(f"  {many} {what} after {seconds:.0f} s{more()}")
        return many

    def _goldens(self) -> int:
        return self._progress(_BOOKS).total

    def _progress(self, connection_id: str) -> onboarding.Progress:
        hub = self._run.hub
        now = hub.env.clock.now()
        return hub.db.read(lambda c: onboarding.progress(c, connection_id, now))

    def _complete(self) -> bool | None:
        plan = self._run.hub.db.read(lambda c: onboarding.matching_plan(c, _BOOKS))
        return True if plan.complete else None

    def _brought(self) -> int:
        return sum(self._counts().values())

    def _told(self) -> str:
        """Return what the hub itself says of its progress."""
        found = self._progress(_SHOP)
        there = found.done - found.to_deliver
        return f", the hub says {there} of {found.total}, {found.eta} s to go"

    def _counts(self) -> dict[str, int]:
        with urlopen(f"http://{HOST}:{self._run.peers}/counts", timeout=30) as answer:
            counts: dict[str, int] = json.load(answer)
        return counts


@contextmanager
def _running(folder: Path, size: LoadSize) -> Iterator[_Running]:
    port, peers = free_port(), free_port()
    there = {
        "allow": (f"{HOST}:{peers}",),
        "database_url": size.postgresql,
        "redis_url": size.redis,
        "key": _KEY,
    }
    settings = Settings.load(data=folder, port=port, host=HOST, **there)
    program = [*_environment(size, there), sys.executable, "-m", "rectoverso"]
    peer = [sys.executable, "-m", "rectoverso.bench.load.peers", str(peers)]
    with ExitStack() as stack:
        own = [*peer, str(size.customers), str(size.products), str(size.latency)]
        stack.enter_context(started(own, folder / "peers.log"))
        until(lambda: listens(peers), "The peers")
        prepare(settings)
        houses = Houses(settings)
        stack.callback(houses.close)
        hub = open_hub(houses.hub_settings, houses.env("hub"))
        _connect(hub, peers)
        serve = [*program, "serve", *settings.options()]
        stack.enter_context(started(serve, folder / "web.log"))
        running = _Running(hub, peers, _workers(program, settings, size), folder)
        stack.enter_context(running.lives)
        running.begin_work()
        yield running


def _environment(size: LoadSize, there: Mapping[str, Any]) -> list[str]:
    """Return the words of `env` that give a process the same places."""
    told = {name: value for name, value in there.items() if isinstance(value, str)}
    told |= {"allow": json.dumps(there["allow"]), "senders": str(size.senders)}
    return ["/usr/bin/env", *(f"RECTOVERSO_{name.upper()}={told[name]}" for name in told)]


def _workers(program: list[str], settings: Settings, size: LoadSize) -> list[list[str]]:
    """Return the commands of the workers, each in a folder and a process group of its own."""
    folders = [settings.data] * size.workers
    if size.postgresql:
        folders = [settings.data / f"machine{number}" for number in range(size.workers)]
    for each in folders:
        each.mkdir(exist_ok=True)
    own = [settings.model_copy(update={"data": each}).options() for each in folders]
    return [["/usr/bin/setsid", *program, "work", *options] for options in own]


def _connect(hub: Hub, peers: int) -> None:
    states = {_SHOP: ("simple_crm", State.LIVE), _BOOKS: ("simple_erp", State.ONBOARDING)}
    for rank, (name, (system, state)) in enumerate(states.items()):
        new = NewConnection(
            id=name,
            system=system,
            title=name.title(),
            base_url=f"http://{HOST}:{peers}/{name}",
            rank=20 - 10 * rank,
            key="bench",
            state=state,
        )
        connections.add_connection(hub, new)
