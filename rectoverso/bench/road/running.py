"""The hub of the road: web process and workers between two bare peers, on either database."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pydantic import SecretStr

from hub.connections import service as connections
from hub.connections.model import NewConnection
from hub.connections.rules import State
from hub.start import open_hub
from hub.wiring import Hub
from rectoverso.bench.installation import HOST, free_port, listens, started, until
from rectoverso.bench.processes import usage
from rectoverso.bench.servers import redis
from rectoverso.preparation import prepare
from rectoverso.settings import Settings
from rectoverso.wiring import Houses

__all__ = ["SHOP", "Road", "running"]

SHOP, _BOOKS = "shop", "books"
_PROGRAM = [sys.executable, "-m", "rectoverso"]


class Road:
    """A running hub between two peers; its workers may be sent away for a while."""

    def __init__(self, hub: Hub, ports: tuple[int, int], workers: int, folder: Path) -> None:
        self.port, self.peers = ports
        self._hub = hub
        self._workers = workers
        self._folder = folder
        self._lives = ExitStack()
        self._command: list[str] = []
        self._web = 0
        self._pids: list[int] = []

    def begin(self, stack: ExitStack, environment: Mapping[str, str], options: list[str]) -> None:
        """Start the web process and the workers until the stack is left."""
        given = [f"{name}={value}" for name, value in environment.items()]
        program = ["/usr/bin/env", *given, *_PROGRAM]
        self._command = [*program, "work", *options]
        web = started([*program, "serve", *options], self._folder / "web.log")
        self._web = stack.enter_context(web).pid
        stack.callback(self.end_work)
        self.begin_work()
        until(lambda: listens(self.port), "The web process")

    def begin_work(self) -> None:
        """Start the workers."""
        for number in range(self._workers):
            worker = started(self._command, self._folder / f"worker-{number}.log")
            self._pids.append(self._lives.enter_context(worker).pid)

    def end_work(self) -> None:
        """Stop the workers."""
        self._lives.close()
        self._pids.clear()

    def write_one_by_one(self, *, one_by_one: bool) -> None:
        """Write to the books with a request for each change, or with batches again."""
        at_once = 1 if one_by_one else None
        connections.set_setting(self._hub, _BOOKS, "records_per_write", at_once)

    def cpu_s(self) -> float:
        """Return the seconds of processor time that all processes of the hub took."""
        return sum(usage(pid).cpu_s for pid in (self._web, *self._pids))

    def memory_mb(self) -> list[float]:
        """Return the resident megabytes of each process of the hub."""
        return [usage(pid).rss_mb for pid in (self._web, *self._pids)]


@contextmanager
def running(folder: Path, *, url: str | None, workers: int, backlog: int) -> Iterator[Road]:
    """Yield a running hub; on PostgreSQL, where the workers share a Redis, if there is a URL.

    `backlog`: undecided events from which its notices are refused.
    """
    ports = free_port(), free_port()
    allowed = f"{HOST}:{ports[1]}"
    environment = {
        "RECTOVERSO_ALLOW": f'["{allowed}"]',
        "RECTOVERSO_MAX_BACKLOG": str(backlog),
        "RECTOVERSO_DATABASE_URL": url or "",
        "RECTOVERSO_REDIS_URL": "",
    }
    with ExitStack() as stack:
        if url:
            environment["RECTOVERSO_REDIS_URL"] = stack.enter_context(redis(free_port())) or ""
        secret = SecretStr(url) if url else None
        settings = Settings(
            data=folder, port=ports[0], host=HOST, allow=(allowed,), database_url=secret
        )
        peers = [sys.executable, "-m", "rectoverso.bench.peers", str(ports[1])]
        stack.enter_context(started(peers, folder / "peers.log"))
        until(lambda: listens(ports[1]), "The peers")
        prepare(settings)
        houses = Houses(settings)
        stack.callback(houses.close)
        hub = open_hub(houses.hub_settings, houses.env("hub"))
        _connect(hub, ports[1])
        road = Road(hub, ports, workers, folder)
        road.begin(stack, environment, settings.options())
        yield road


def _connect(hub: Hub, peers: int) -> None:
    """Connect both peers; neither says how many calls a second it bears."""
    for rank, (name, system) in enumerate(((SHOP, "simple_crm"), (_BOOKS, "simple_erp"))):
        new = NewConnection(
            id=name,
            system=system,
            title=name.title(),
            base_url=f"http://{HOST}:{peers}/{name}",
            rank=20 - 10 * rank,
            key="bench",
            settings={"calls_per_second": 10_000},
            state=State.LIVE,
        )
        connections.add_connection(hub, new)
        connections.subscribe(hub, name)
