"""The doorbell between threads and machines: dramatiq over our own bounded queue, or over Redis.

A message says only "there is work of this kind". It may be lost, doubled or late: rows hold the
truth, and the sweeper rings again for what is due.
"""

from collections.abc import Callable, Iterable, Sequence
from queue import Empty, Full, Queue

import dramatiq
import structlog
from dramatiq.broker import Consumer, MessageProxy

from hub.settings import HubSettings
from hub.turns import Turn

__all__ = ["Crew", "EmbeddedBroker", "open_broker", "redis_answers", "ring", "was_emptied"]

QUEUE = "hub"
_ROOM = 100
_STOP_MS = 10_000
_log = structlog.get_logger(__name__)


class EmbeddedBroker(dramatiq.Broker):
    """Messages in this process's memory: bounded, and one waiting message per actor and arguments.

    No delays, no dead letters. What a stopped worker had not begun goes back to its queue.
    """

    def __init__(self, room: int = _ROOM) -> None:
        super().__init__(middleware=[_Begun(self)])
        self._room = room
        self._lines: dict[str, Queue[dramatiq.Message[None]]] = {}
        self._waiting: set[str] = set()

    def declare_queue(self, queue_name: str) -> None:
        """Make a queue unless it is there."""
        if queue_name in self._lines:
            return
        self.emit_before("declare_queue", queue_name)
        self._lines[queue_name] = Queue(self._room)
        self.queues[queue_name] = None
        self.emit_after("declare_queue", queue_name)

    def enqueue(
        self, message: "dramatiq.Message[None]", *, delay: int | None = None
    ) -> "dramatiq.Message[None]":
        """Put a message in its queue, unless an equal one waits there or the queue is full."""
        if delay is not None:
            raise ValueError("there are no delays: due times are rows")
        key = _key(message)
        if key in self._waiting:
            return message
        self._waiting.add(key)
        try:
            self._lines[message.queue_name].put_nowait(message)
        except Full:
            self._waiting.discard(key)
            _log.warning("broker.full", actor=message.actor_name)
        return message

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 100) -> Consumer:
        """Return a consumer of a queue; at most `prefetch` messages are under way at a time."""
        return _Consumer(self, self._lines[queue_name], prefetch, timeout)

    def begin(self, message: "dramatiq.Message[None]") -> None:
        """Note that a message is not waiting any more: an equal one means new work."""
        self._waiting.discard(_key(message))

    def flush(self, queue_name: str) -> None:
        """Drop what waits in a queue."""
        line = self._lines[queue_name]
        while not line.empty():
            self.begin(line.get_nowait())

    def flush_all(self) -> None:
        """Drop what waits in all queues."""
        for queue_name in self._lines:
            self.flush(queue_name)


class _Begun(dramatiq.Middleware):
    def __init__(self, broker: EmbeddedBroker) -> None:
        self._broker = broker

    def before_process_message(self, broker: dramatiq.Broker, message: MessageProxy) -> None:
        del broker
        self._broker.begin(message._message)  # noqa: SLF001 - no other way to it


class _Consumer(Consumer):
    def __init__(
        self,
        broker: EmbeddedBroker,
        line: "Queue[dramatiq.Message[None]]",
        prefetch: int,
        timeout: int,
    ) -> None:
        self._broker = broker
        self._line = line
        self._timeout = timeout / 1000
        self._under_way: Queue[None] = Queue(prefetch)

    def ack(self, message: MessageProxy) -> None:
        del message
        self._under_way.get_nowait()

    def nack(self, message: MessageProxy) -> None:
        _log.warning("broker.message_failed", actor=message.actor_name)
        self._broker.begin(message._message)  # noqa: SLF001 - no other way to it
        self.ack(message)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        for message in messages:
            try:
                self._line.put_nowait(message._message)  # noqa: SLF001 - no other way to it
            except Full:
                _log.warning("broker.full", actor=message.actor_name)

    def __next__(self) -> MessageProxy | None:
        try:
            self._under_way.put(None, timeout=self._timeout)
        except Full:
            return None
        try:
            return MessageProxy(self._line.get(timeout=self._timeout))
        except Empty:
            self._under_way.get_nowait()
            return None


class Crew:
    """The worker threads of this process, one dramatiq worker for all turns."""

    def __init__(self, broker: dramatiq.Broker, turns: Sequence[Turn]) -> None:
        self._turns = turns
        for turn in turns:
            dramatiq.actor(actor_name=turn.name, queue_name=QUEUE, broker=broker)(turn.run)
        threads = sum(turn.hands for turn in turns)
        idle_ms = 200 if isinstance(broker, EmbeddedBroker) else 50  # Redis is asked, not heard
        self._worker = dramatiq.Worker(broker, worker_threads=threads, worker_timeout=idle_ms)
        self._worker.queue_prefetch = threads

    def start(self) -> None:
        """Begin to take messages."""
        self._worker.start()

    def stop(self) -> None:
        """Finish the work in hand, give back what was not begun."""
        for turn in self._turns:
            turn.stop()
        self._worker.stop(timeout=_STOP_MS)


def open_broker(settings: HubSettings) -> dramatiq.Broker:
    """Return the broker of this process; opening it does not need Redis to be there."""
    broker: dramatiq.Broker
    if settings.redis_url is None:
        broker = EmbeddedBroker()
    else:
        from hub.redis_broker import SharedBroker  # noqa: PLC0415  7 MB that one machine can spare

        broker = SharedBroker(settings.redis_url.get_secret_value())
    broker.declare_queue(QUEUE)
    return broker


def ring(broker: dramatiq.Broker, names: Iterable[str]) -> bool:
    """Ring for these turns; False if the broker could not be reached, which costs time only."""
    try:
        for name in names:
            broker.enqueue(
                dramatiq.Message(queue_name=QUEUE, actor_name=name, args=(), kwargs={}, options={})
            )
    except OSError as error:
        _log.info("broker.unreachable", error=type(error).__name__)
        return False
    return True


def was_emptied(broker: dramatiq.Broker) -> bool:
    """Say whether the doorbell between machines lost its memory: sweeps find what was rung."""
    look: Callable[[], bool] | None = getattr(broker, "was_emptied", None)
    return look is not None and look()


def redis_answers(url: str) -> bool:
    """Say whether the doorbell between machines can be reached."""
    from hub.redis_broker import SharedBroker  # noqa: PLC0415  as above

    broker = SharedBroker(url)
    try:
        return broker.answers()
    finally:
        broker.close()


def _key(message: "dramatiq.Message[None]") -> str:
    return f"{message.actor_name}{message.args!r}{sorted(message.kwargs.items())!r}"
