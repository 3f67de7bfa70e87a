"""Processes of the hub in the simulator: the product's own turns, sweeper and webhook route."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any, cast

from connectors import registry
from ground.database import Database, DatabaseBusy, MemoryDatabase, MemoryStore
from ground.env import Bell, Env
from ground.ids import TimeOrderedIds
from hub.broker import ring
from hub.connections import store as connections
from hub.connections.secrets import SealedVault
from hub.settings import HubSettings
from hub.simulation.kernel import Kernel, SimulatedClock, Task
from hub.simulation.profile import Profile
from hub.simulation.systems import SimulatedConnector, SimulatedSystem
from hub.turns import Turn
from hub.webhooks.api import WebhookRoute
from hub.wiring import Hub, OpenConnection
from hub.worker import AFTER_COMMIT, Sweeper, all_turns
from mappings import CompiledMapping, compile_mapping, parse

__all__ = ["SECRET", "Ground", "Process", "start_web", "start_worker"]

SECRET = "whsec_" + "c2VjcmV0" * 5 + "MDE="
_PACE = 0.02


@cache
def _mappings(system: str) -> dict[str, CompiledMapping]:
    texts = registry.find(system).mappings
    return {
        object_type: compile_mapping(parse(text, name=f"{system}/{object_type}"))
        for object_type, text in texts.items()
    }


@dataclass(eq=False, slots=True)
class Ground:
    """What all processes of one simulated installation stand on."""

    kernel: Kernel
    profile: Profile
    store: MemoryStore
    systems: Mapping[str, SimulatedSystem]
    ids: TimeOrderedIds
    faulty: bool = True
    synced: bytes = b""
    """The data as the disk has it for certain."""
    listeners: list[Callable[[], None]] = field(default_factory=list)

    def chance(self, fault: str) -> bool:
        """Say whether a fault happens now."""
        rate = self.profile.rates.get(fault, 0.0)
        return self.kernel.rng.random() < rate and self.faulty

    def reach_disk(self) -> None:
        """Note that everything so far survives a power cut."""
        if self.profile.on("power_cut"):
            self.synced = self.store.image()


class _SimulatedDoorbell:
    """Commits ring through the kernel; nobody listens to a bell of threads."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def ring(self) -> None:
        for listener in list(self._ground.listeners):
            listener()

    def listen(self) -> Bell:
        return Bell()

    def leave(self, bell: Bell) -> None:
        del bell


class _Connections:
    """The connections of one process: state and health as their rows say, systems simulated."""

    def __init__(self, ground: Ground, db: Database, clock: SimulatedClock) -> None:
        self._ground = ground
        self._db = db
        self._clock = clock
        self._open: dict[str, OpenConnection] = {}

    def connections(self) -> Mapping[str, OpenConnection]:
        return self._open

    def refresh(self) -> None:
        for stored in self._db.read(connections.all_connections):
            known = self._open.get(stored.id) or self._opened(stored.id, stored.system)
            self._open[stored.id] = replace(
                known,
                state=stored.state.value,
                health=stored.health.value,
                rank=stored.rank,
                skew_ms=stored.skew_ms,
                kept=stored.kept,
                version=stored.version,
            )

    def _opened(self, connection_id: str, system: str) -> OpenConnection:
        at = self._ground.systems[connection_id]
        wanted = at.memory.object_types
        return OpenConnection(
            id=connection_id,
            system=system,
            title=connection_id.upper(),
            state="",
            health="ok",
            rank=0,
            skew_ms=0,
            settings={},
            version=0,
            connector=SimulatedConnector(at, self._clock),
            webhook_secrets=(SECRET,),
            mappings={k: m for k, m in _mappings(system).items() if k in wanted},
        )


@dataclass(eq=False, slots=True)
class Process:
    """One process of the hub and its own way to everything."""

    ground: Ground
    name: str
    hub: Hub
    route: WebhookRoute | None = None

    @property
    def is_alive(self) -> bool:
        """Say whether it was not killed."""
        return not self.ground.kernel.is_dead(self.name)


def _open_hub(ground: Ground, skew: float) -> Hub:
    kernel = ground.kernel
    clock = SimulatedClock(kernel, skew)

    def pause(what: str) -> None:
        if what in {"synced", "submitted"}:
            ground.reach_disk()
        if what in {"begin", "submit"} and ground.chance("database_busy"):
            raise DatabaseBusy("simulated")
        if what in {"submit", "submitted"}:
            return
        if what == "begin" and ground.chance("stall"):
            kernel.sleep(kernel.rng.choice((5.0, 35.0, 90.0)), "stall")
        kernel.pause(what)

    db = MemoryDatabase(ground.store, now=kernel.instant, pause=pause)
    nothing: Any = None
    env = Env(clock=clock, rng=kernel.rng, ids=ground.ids, http=nothing, db=db)
    profile = ground.profile
    settings = HubSettings.model_construct(
        **HubSettings.model_construct().model_dump()
        | {
            "poll_every": profile.poll_every,
            "sweep_every": profile.sweep_every,
            "lease": profile.lease,
            "pace": _PACE,
            "decision_pace": _PACE,
            "delivery_pace": _PACE,
        }
    )
    bell = _SimulatedDoorbell(ground)
    db.on_commit(bell.ring)
    directory = _Connections(ground, db, clock)
    directory.refresh()
    vault = SealedVault(bytes(32), kernel.rng)
    return Hub(env=env, settings=settings, directory=directory, doorbell=bell, vault=vault)


class _Broker:
    """Carries rings to the hands of one process; some are lost."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._idle: dict[str, list[Task]] = {}
        self._waiting: set[str] = set()

    def enqueue(self, message: Any) -> None:  # noqa: ANN401 - a dramatiq message
        """Wake a hand that waits for this kind of work; if all are busy, the message waits."""
        if self._ground.chance("bell_lost"):
            return
        name = message.actor_name
        idle = self._idle.get(name)
        if idle:
            self._ground.kernel.wake(idle.pop(0), after=0.001)
        else:
            self._waiting.add(name)

    def serve(self, turn: Turn) -> None:
        """Run a turn whenever there is a message for it, for ever."""
        kernel = self._ground.kernel
        while True:
            if turn.name in self._waiting:
                self._waiting.discard(turn.name)
            else:
                self._idle.setdefault(turn.name, []).append(kernel.current)
                kernel.wait()
            turn.run()


def start_worker(ground: Ground, name: str, skew: float = 0.0) -> Process:
    """Begin a worker process: hands for every turn, and the one who sweeps and rings."""
    hub = _open_hub(ground, skew)
    process = Process(ground, name, hub)
    kernel = ground.kernel
    turns = all_turns(hub)
    broker = _Broker(ground)
    for turn in turns:
        for hand in range(turn.hands):
            kernel.spawn(name, f"{turn.name}{hand}", partial(broker.serve, turn))
    bell = _Bell()
    attendant = kernel.spawn(name, "sweep", lambda: _attend(process, broker, turns, bell))

    def hear() -> None:
        bell.rung = True
        kernel.wake(attendant, after=0.005)

    ground.listeners.append(hear)
    return process


@dataclass(slots=True)
class _Bell:
    rung: bool = False


def _attend(process: Process, broker: _Broker, turns: Iterable[Turn], bell: _Bell) -> None:
    """Sweep now and then, and pass on at once what commits ring."""
    hub, kernel = process.hub, process.ground.kernel
    door = cast("Any", broker)
    sweeper = Sweeper(hub, door, {turn.name: turn for turn in turns})
    next_sweep = 0.0
    while True:
        if kernel.seconds >= next_sweep:
            sweeper.sweep()
            next_sweep = kernel.seconds + hub.settings.sweep_every
        if not bell.rung:
            kernel.wait(max(0.0, next_sweep - kernel.seconds))
        if bell.rung:
            bell.rung = False
            ring(door, AFTER_COMMIT)
            kernel.sleep(_PACE / 4)


def start_web(ground: Ground, name: str) -> Process:
    """Begin a web process."""
    hub = _open_hub(ground, 0.0)
    process = Process(ground, name, hub, WebhookRoute(hub))

    def attend() -> None:
        watch = hub.db.watch()
        while True:
            ground.kernel.sleep(1.0)
            if watch.changed():
                hub.directory.refresh()

    ground.kernel.spawn(name, "attend", attend)
    return process


def post(process: Process, connection_id: str, headers: Mapping[str, str], body: bytes) -> int:
    """Send one notice through the webhook route; return the status."""
    raw = {"content-type": "application/json", "content-length": str(len(body)), **headers}
    scope = {
        "method": "POST",
        "path": f"/hub/webhooks/{connection_id}",
        "headers": [(name.encode(), text.encode()) for name, text in raw.items()],
    }
    status: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:  # noqa: ANN401 - ASGI
        status.append(int(message.get("status", 0)))

    if process.route is None:
        raise TypeError(process.name)
    _loop().run_until_complete(process.route(scope, receive, send))
    return status[0]


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()
