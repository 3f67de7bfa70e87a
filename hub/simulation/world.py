"""One seed from beginning to end: faults for a while, then none, and then everything must agree."""

import importlib
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import structlog

import hub
from connectors.kit.memory import MemorySystem
from ground.database import MemoryStore
from ground.ids import TimeOrderedIds
from hub.connections import store as connections
from hub.connections.model import StoredConnection
from hub.connections.rules import State
from hub.housekeeping import service as housekeeping
from hub.simulation.checks import differences, lasting
from hub.simulation.hosts import Ground, Process, start_web, start_worker
from hub.simulation.kernel import Kernel, OutOfSteps, SimulatedClock
from hub.simulation.people import History, Integrator, Post, Steward, Users
from hub.simulation.profile import Options, Profile, draw
from hub.simulation.records import FILLS, OBJECTS
from hub.simulation.systems import SimulatedSystem, normal_form
from master_data.tables import METADATA

__all__ = ["Ending", "run_seed"]

_MOST_STEPS = 25_000
_MOST_CHAOS = 240.0
_CONVERGES_WITHIN = 300.0
_QUIET = 60.0
_WATCHES = (
    "create table decided_twice (event_id text, before text, after text)",
    (
        "create trigger watch_outcomes after update of outcome on event"
        " when old.outcome in ('applied', 'superseded', 'rejected', 'no_op') begin"
        " insert into decided_twice values (old.id, old.outcome, new.outcome); end"
    ),
)
_CHORES_EVERY = 30.0
_HARMLESS = {"DatabaseBusy"}


@dataclass(frozen=True, slots=True)
class Ending:
    """How one seed ended; `failures` says in words what did not hold."""

    seed: int
    failures: tuple[str, ...]
    trace_hash: str
    steps: int
    seconds: float
    edits: int
    kills: int
    writes: int
    on: tuple[str, ...]
    trace: tuple[str, ...] = ()


@dataclass(eq=False, slots=True)
class World:
    """Everything of one seed."""

    kernel: Kernel
    profile: Profile
    ground: Ground
    systems: dict[str, SimulatedSystem]
    history: History
    web: Process | None = None
    workers: list[Process | None] = field(default_factory=list)
    kills: int = 0
    broken: list[str] = field(default_factory=list)
    """What the hub logged that must never happen."""

    def start(self) -> None:
        """Start all processes of the hub."""
        self._boot_web()
        self.workers = [None, None]
        self._boot_worker(0)
        if self.profile.on("second_worker"):
            self._boot_worker(1)

    def _boot_web(self) -> None:
        self.web = start_web(self.ground, f"web{self.kernel.steps}")

    def _boot_worker(self, number: int) -> None:
        skewed = number == 1 and self.profile.on("clock_skew")
        name = f"work{number}.{self.kernel.steps}"
        skew = self.profile.skew if skewed else 0.0
        self.workers[number] = start_worker(self.ground, name, skew)

    def reap(self) -> None:
        """Kill processes and start others in their place, for ever."""
        rng = self.kernel.rng
        while self.ground.faulty:
            self.kernel.sleep(rng.expovariate(1 / self.profile.lifetime))
            self._strike()

    def _strike(self) -> None:
        rng = self.kernel.rng
        if self.ground.faulty:
            if self.profile.on("power_cut") and rng.random() < 0.3:  # noqa: PLR2004
                self._cut_power()
            elif self.profile.on("kill"):
                self._kill_one(rng.randrange(3))

    def _kill_one(self, number: int) -> None:
        rng = self.kernel.rng
        if number == 2:  # noqa: PLR2004 - the web process
            victim, boot = self.web, self._boot_web
        else:
            victim = self.workers[number]
            boot = lambda: self._boot_worker(number)  # noqa: E731
        if victim is None:
            return
        self.kernel.kill(victim.name)
        self.kills += 1
        self.kernel.sleep(rng.choice((0.1, 3.0, 12.0)) * rng.random())
        boot()

    def _cut_power(self) -> None:
        """Stop all at once; what the disk had not for certain is gone."""
        self.kernel.note("power cut")
        running = [self.web, *self.workers]
        for each in running:
            if each is not None:
                self.kernel.kill(each.name)
        self.ground.store.restore(self.ground.synced)
        self.kills += 1
        self.kernel.sleep(2.0)
        self._boot_web()
        for number, each in enumerate(self.workers):
            if each is not None:
                self._boot_worker(number)

    def calm(self) -> None:
        """End all faults."""
        self.kernel.note("calm")
        self.ground.faulty = False
        for system in self.systems.values():
            system.faulty = False
            system.memory.faults.clear()

    @property
    def hub(self) -> Any:  # noqa: ANN401 - hub.wiring.Hub
        """Return a hub to look through."""
        if self.web is None:
            raise TypeError("not started")
        return self.web.hub


def run_seed(
    seed: int,
    options: Options | None = None,
    *,
    traced: bool = False,
) -> Ending:
    """Run one seed and judge it."""
    profile = draw(seed, options or Options())
    kernel = Kernel(seed, most_steps=_MOST_STEPS)
    kernel.trace = [] if traced else None
    world = _build(kernel, profile)
    with _listening(world), _seldom_chores():
        try:
            failures = _live(world)
        except OutOfSteps as error:
            failures = [f"runs in circles: {error}"]
        except Exception as error:  # noqa: BLE001 - whatever it was, the seed shows it
            failures = [_told(error)]
        except BaseException:
            _store.cache_clear()  # stopped anywhere: the next seed shall not stand on it
            raise
        finally:
            trace_hash = kernel.trace_hash
            kernel.end()
    return Ending(
        seed=seed,
        failures=tuple(dict.fromkeys([*world.broken, *failures])),
        trace_hash=trace_hash,
        steps=kernel.steps,
        seconds=kernel.seconds,
        edits=len(world.history.edits),
        kills=world.kills,
        writes=sum(len(each.writes) for each in world.systems.values()),
        on=tuple(profile.words()),
        trace=tuple(kernel.trace or ()),
    )


def _live(world: World) -> list[str]:
    """Chaos, then calm, then quiet; return what did not hold."""
    kernel = world.kernel
    world.start()
    users = Users(kernel, world.profile, world.systems, world.history)
    steward = Steward(kernel, world.history, lambda: world.web)
    integrator = Integrator(kernel, world.profile, lambda: world.web, lambda: world.ground.faulty)
    kernel.spawn("people", "users", users.work)
    kernel.spawn("people", "steward", steward.work)
    kernel.spawn("people", "integrator", integrator.work)
    kernel.spawn("fate", "reaper", world.reap)
    kernel.run(_MOST_CHAOS, lambda: users.done)
    kernel.run(10.0 * kernel.rng.random())
    world.calm()
    kernel.run(15.0)
    web = world.web
    if web is not None:
        kernel.spawn(web.name, "integrator", lambda: integrator.resume_all(web))
    kernel.run(1.0)
    settled = kernel.run(_CONVERGES_WITHIN, lambda: not differences(world))
    failures = (
        []
        if settled
        else [f"not settled after {_CONVERGES_WITHIN:.0f} s: {each}" for each in differences(world)]
    )
    writes = [len(each.writes) for each in world.systems.values()]
    kernel.run(_QUIET)
    for system, before in zip(world.systems.values(), writes, strict=True):
        if len(system.writes) != before and settled:
            failures.append(f"{system.name} is written to in a quiet minute")
    return failures + lasting(world)


def _build(kernel: Kernel, profile: Profile) -> World:
    store, image = _store()
    store.restore(image)
    clock = SimulatedClock(kernel)
    ids = TimeOrderedIds(clock.nanoseconds, kernel.rng.getrandbits, nullcontext())
    systems: dict[str, SimulatedSystem] = {}
    for traits in profile.systems:
        apart = {"el": 500_000 if traits.name == "crm" else 0}  # no system knows another's keys
        memory = MemorySystem(OBJECTS, clock, fills=FILLS[traits.name], _numbers=apart)
        if "normalising" in traits.has:
            memory.normal_form = normal_form
        systems[traits.name] = SimulatedSystem(kernel, profile, traits, memory)
    ground = Ground(kernel, profile, store, systems, ids)
    world = World(kernel, profile, ground, systems, History())
    for system in systems.values():
        system.tell = Post(kernel, system, world.history, lambda: world.web).tell
    _connect(world)
    return world


def _connect(world: World) -> None:
    """Store the connections, live from the beginning."""
    now = world.kernel.instant()
    connection = world.ground.store.connection
    for rank, name in enumerate(("erp", "crm")):
        stored = StoredConnection(
            id=name,
            system=f"simple_{name}",
            title=name.upper(),
            base_url="https://twin.example",
            state=State.LIVE,
            rank=rank,
            skew_ms=0,
            approved_at=now,
            created_at=now,
            updated_at=now,
        )
        connections.insert(connection, stored)
    world.ground.reach_disk()


@cache
def _store() -> tuple[MemoryStore, bytes]:
    """Return this process's store and its image with empty tables."""
    for each in sorted(Path(hub.__file__).parent.glob("*/tables.py")):
        importlib.import_module(f"hub.{each.parent.name}.tables")
    store = MemoryStore()
    store.create_all(METADATA)
    for statement in _WATCHES:
        store.connection.exec_driver_sql(statement)
    return store, store.image()


@contextmanager
def _listening(world: World) -> Iterator[None]:
    """Take what the hub logs: nothing is printed, and what must never happen is a failure."""

    def take(_logger: object, method: str, event: Any) -> Any:  # noqa: ANN401 - structlog's
        error = event.get("exc_info")
        if method in {"exception", "error"} or error:
            world.broken += _complaint(event)
        world.kernel.note(f"log {event.get('event')} {event.get('error', '')}")
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(
        processors=[take],
        wrapper_class=structlog.BoundLogger,
        logger_factory=structlog.ReturnLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    try:
        yield
    finally:
        structlog.configure(**before)


@contextmanager
def _seldom_chores() -> Iterator[None]:
    """Let each chore be done twice a minute at the most: most of an idle hub's time are chores."""
    before = housekeeping.CHORES
    housekeeping.CHORES = {
        name: replace(each, every=max(each.every, _CHORES_EVERY)) for name, each in before.items()
    }
    try:
        yield
    finally:
        housekeeping.CHORES = before


def _complaint(event: Any) -> list[str]:  # noqa: ANN401 - structlog's
    """Return a line about an error that was logged, unless it was simulated."""
    error = sys.exc_info()[1]
    if type(error).__name__ in _HARMLESS:
        return []
    return [f"logged {event.get('event')}: {_told(error) if error else event}"]


def _told(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    where = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))
    return f"{type(error).__name__}: {str(error)[:200]} at {where}"
