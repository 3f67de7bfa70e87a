"""What a web process does beside answering: keep the directory fresh, pass rings on to Redis."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import dramatiq
import structlog

from ground.database import Watch
from ground.env import Bell, spawn
from hub.broker import EmbeddedBroker, ring
from hub.wiring import Hub
from hub.worker import AFTER_COMMIT

__all__ = ["attending"]

_LOOK_EVERY = 0.25
_LOOK_PAUSE = 0.05  # under load every group of notices is a commit
_RING_PAUSE = 0.005
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Attendant:
    hub: Hub
    broker: dramatiq.Broker
    stopped: bool = False
    next_look: float = 0.0

    def attend(self) -> None:
        watch = self.hub.db.watch()
        bell = self.hub.doorbell.listen()
        try:
            while not self.stopped:
                self._once(bell, watch)
        finally:
            self.hub.doorbell.leave(bell)
            watch.close()

    def _once(self, bell: Bell, watch: Watch) -> None:
        clock = self.hub.env.clock
        rang = bell.wait(_LOOK_EVERY)
        if rang and not isinstance(self.broker, EmbeddedBroker):
            ring(self.broker, AFTER_COMMIT)
            clock.sleep(_RING_PAUSE)
        elif rang:
            clock.sleep(_LOOK_PAUSE)  # nobody here needs the ring itself
        if clock.monotonic() < self.next_look:
            return
        self.next_look = clock.monotonic() + _LOOK_PAUSE
        try:
            if watch.changed():
                self.hub.directory.refresh()
        except Exception as error:  # noqa: BLE001 - it looks again in a moment
            _log.warning("directory.not_refreshed", error=type(error).__name__)


@contextmanager
def attending(hub: Hub, broker: dramatiq.Broker) -> Iterator[None]:
    """Attend in a thread of its own for the length of the block, then close the broker."""
    attendant = _Attendant(hub, broker)
    thread = spawn("hub-attendant", attendant.attend)
    try:
        yield
    finally:
        attendant.stopped = True
        thread.join(2.0)
        broker.close()
