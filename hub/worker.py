"""A worker process, or the worker thread of a single process: rings, and serves what rings.

Own commits ring at once; other processes' commits are seen by watching the database; what only time
makes due is found by the sweeper. Where nobody answers (Redis away), the sweeper serves itself.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import dramatiq
import structlog

from ground.database import Connection, DatabaseBusy, PatientDatabase, Watch
from ground.env import Bell
from hub.broker import Crew, ring, was_emptied
from hub.bulk.waiting import await_bulk
from hub.chores import store as chores
from hub.connections import store as connections
from hub.effects.due import store as effects
from hub.effects.tasks import deliver_turn
from hub.housekeeping.tasks import chores_turn
from hub.keeping.service import must_tell
from hub.keeping.tasks import keep_turn
from hub.lanes import store as lanes
from hub.mapping_versions import store as mapping_versions
from hub.polling import store as polls
from hub.polling.service import schedule
from hub.polling.tasks import poll_turn
from hub.probing.tasks import probe_turn
from hub.publishing.tasks import laws_turn
from hub.remapping.tasks import remap_turn
from hub.replanning import store as replanning
from hub.sync.tasks import decide_turn, replan_turn
from hub.turns import Turn
from hub.wiring import Hub
from hub.workers import store as workers
from hub.workers.service import give_back

__all__ = ["AFTER_COMMIT", "all_turns", "run"]

AFTER_COMMIT = ("decide", "deliver")
"""Turns for which a commit may have made work."""
_WATCH_EVERY = 0.01
_RING_PAUSE = 0.005
_SIGN_EVERY = 5.0
_log = structlog.get_logger(__name__)


def all_turns(hub: Hub) -> list[Turn]:
    """Return every kind of work of a worker."""
    makers = (
        decide_turn,
        deliver_turn,
        poll_turn,
        probe_turn,
        keep_turn,
        replan_turn,
        chores_turn,
        remap_turn,
        laws_turn,
    )
    return [make(hub) for make in makers]


def run(hub: Hub, broker: dramatiq.Broker, stop: Callable[[], bool]) -> None:
    """Work until `stop()` says so, then finish what is in hand and close the broker."""
    await_bulk(hub, stop)
    turns = all_turns(_patient(hub, stop))
    crew = Crew(broker, turns)
    sweeper = Sweeper(hub, broker, {turn.name: turn for turn in turns})
    watch = hub.db.watch()
    bell = hub.doorbell.listen()
    crew.start()
    _log.info("worker.started")
    try:
        _attend(hub, broker, sweeper, bell, watch, stop)
    finally:
        hub.doorbell.leave(bell)
        crew.stop()
        broker.close()
        sweeper.leave()
        watch.close()
        _log.info("worker.stopped")


def _patient(hub: Hub, stop: Callable[[], bool]) -> Hub:
    """Return the hub for turns: what they hold a claim on outlives a database that restarts."""
    patient = PatientDatabase(hub.db, hub.settings.lease / 2, stop, hub.claims.doubt)
    return replace(hub, env=hub.env.with_db(patient))


def _attend(  # noqa: PLR0913, PLR0917 - the parts of one loop
    hub: Hub,
    broker: dramatiq.Broker,
    sweeper: "Sweeper",
    bell: Bell,
    watch: Watch,
    stop: Callable[[], bool],
) -> None:
    clock = hub.env.clock
    next_sweep = clock.monotonic()
    while not stop():
        if bell.wait(_WATCH_EVERY) or watch.changed():
            ring(broker, AFTER_COMMIT)
            clock.sleep(_RING_PAUSE)
        if clock.monotonic() >= next_sweep:
            sweeper.sweep()
            next_sweep = clock.monotonic() + hub.settings.sweep_every


class Sweeper:
    """Finds in rows what is due and rings for it; serves itself what nobody began since."""

    def __init__(self, hub: Hub, broker: dramatiq.Broker, turns: dict[str, Turn]) -> None:
        self._hub = hub
        self._broker = broker
        self._turns = turns
        self._rung: dict[str, int] = {}
        self._next_sign = 0.0
        self._unheard_since: float | None = None
        self._unheard_told = False
        self.worker_id = hub.env.ids.new("wo")
        self._process = hub.env.processes.mine()
        if self._process is not None:
            hub.claims.worker_id = self.worker_id

    def sweep(self) -> None:
        """Look once."""
        try:
            self._hub.directory.refresh()
            schedule(self._hub)
            self._live()
            give_back(self._hub)
            due = self._hub.db.read(self._due)
            if due:  # who rings for nothing learns nothing of the doorbell
                self._note(heard=ring(self._broker, due))
        except Exception as error:  # noqa: BLE001 - the next sweep looks again
            _log.warning("sweep.failed", error=type(error).__name__)
            return
        neglected = [name for name in due if self._rung.get(name) == self._turns[name].begun]
        self._rung = {name: self._turns[name].begun for name in due}
        self._serve([self._turns[name] for name in neglected])

    def _note(self, *, heard: bool) -> None:
        """Note since when the doorbell does not ring: work is found by sweeps alone, later."""
        if heard:
            self._unheard_since = None
        elif self._unheard_since is None:
            self._unheard_since = self._hub.env.clock.monotonic()
            self._live()

    def _live(self) -> None:
        """Give a sign of life now and then."""
        now = self._hub.env.clock.monotonic()
        since = self._unheard_since
        if now < self._next_sign and self._unheard_told is (since is not None):
            return
        self._next_sign, self._unheard_told = now + _SIGN_EVERY, since is not None
        if emptied := was_emptied(self._broker):
            _log.warning("doorbell.emptied")
        unheard = None if since is None else timedelta(seconds=now - since)

        def note(connection: Connection) -> None:
            at = self._hub.db.now(connection)
            since = None if unheard is None else at - unheard
            workers.seen(connection, self.worker_id, at, since, self._process)
            if emptied:
                workers.found_empty(connection, self.worker_id, at)

        self._hub.db.write(note)

    def leave(self) -> None:
        """Say goodbye; a worker that cannot is forgotten in time."""
        try:
            self._hub.db.write(lambda connection: workers.leave(connection, self.worker_id))
        except DatabaseBusy:
            _log.info("worker.left_silently")

    def _serve(self, neglected: list[Turn]) -> None:
        """Work in rounds, so that no kind of work starves another, until the next sweep is due."""
        clock = self._hub.env.clock
        until = clock.monotonic() + self._hub.settings.sweep_every
        try:
            worked = True
            while worked and clock.monotonic() < until:
                worked = sum(turn.once() for turn in neglected) > 0
        except Exception:  # noqa: BLE001 - the next sweep looks again
            _log.exception("sweep.turn_failed")

    def _due(self, connection: Connection) -> list[str]:
        now = self._hub.db.now(connection)
        workable, writable = self._hub.workable, self._hub.writable
        found = {
            "decide": lanes.any_due(connection, workable, now),
            "deliver": effects.any_due(connection, writable, now),
            "poll": polls.any_due(connection, workable, now),
            "probe": connections.any_probe_due(connection, now),
            "chores": chores.any_due(connection, now),
            "replan": replanning.any_due(connection, writable, now),
            "remap": mapping_versions.any_remapping_due(connection, now),
            "laws": mapping_versions.any_laws_due(connection),
            "keep": bool(must_tell(self._hub)),
        }
        return [name for name, is_due in found.items() if is_due]
