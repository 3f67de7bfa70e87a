"""Many accepted notices, one transaction: what comes while a commit runs goes with the next.

Lives on the event loop; only the unit of work itself runs elsewhere. There is never more than one
unit in flight, and no waiting for company: the commit before is the waiting. Each connection has
its own queue and an equal part of every group, so that a loud one does not delay a quiet one.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future

import structlog

from ground.database import Connection, Database
from hub.events import store
from hub.events.model import Acceptance, NewNotice

__all__ = ["GroupCommit"]

_LARGEST_GROUP = 400
_log = structlog.get_logger(__name__)
_Waiting = tuple[NewNotice, "asyncio.Future[Acceptance]"]


class GroupCommit:
    """Stores notices for many requests at once."""

    def __init__(self, db: Database, max_pending: int) -> None:
        self._db = db
        self._max_pending = max_pending
        self._queues: dict[str, deque[_Waiting]] = {}
        self._waiting = 0
        self._alone: deque[_Waiting] = deque()
        self._in_flight = 0

    @property
    def is_full(self) -> bool:
        """Say whether a further notice would wait behind too many."""
        return self._waiting + len(self._alone) + self._in_flight >= self._max_pending

    def is_full_for(self, connection_id: str) -> bool:
        """Say whether a connection waits with half of all there is room for: that is its share."""
        return len(self._queues.get(connection_id, ())) * 2 >= self._max_pending

    async def store(self, notice: NewNotice) -> Acceptance:
        """Return what became of the notice once it is durable; raise what stopped it."""
        answer: asyncio.Future[Acceptance] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(notice.connection, deque()).append((notice, answer))
        self._waiting += 1
        if not self._in_flight:
            self._send()
        return await answer

    def _send(self) -> None:
        group = [self._alone.popleft()] if self._alone else self._take()
        if not group:
            return
        self._in_flight = len(group)
        notices = [notice for notice, _ in group]
        loop = asyncio.get_running_loop()

        def store_group(connection: Connection) -> dict[str, Acceptance]:
            return store.accept(connection, notices, self._db.now(connection))

        def settle_soon(done: "Future[dict[str, Acceptance]]") -> None:
            loop.call_soon_threadsafe(self._settle, group, done)

        self._db.submit(store_group).add_done_callback(settle_soon)

    def _take(self) -> list[_Waiting]:
        """Take a group, the same number from each connection as long as it has some."""
        group: list[_Waiting] = []
        while self._queues and len(group) < _LARGEST_GROUP:
            share = max(1, (_LARGEST_GROUP - len(group)) // len(self._queues))
            for name in list(self._queues):
                queue = self._queues[name]
                many = min(share, len(queue), _LARGEST_GROUP - len(group))
                group += [queue.popleft() for _ in range(many)]
                if not queue:
                    del self._queues[name]
        self._waiting -= len(group)
        return group

    def _settle(self, group: Sequence[_Waiting], done: "Future[dict[str, Acceptance]]") -> None:
        self._in_flight = 0
        error = done.exception()
        if error is None:
            answers = done.result()
            for notice, answer in group:
                if not answer.done():
                    answer.set_result(answers[notice.id])
        elif len(group) > 1:
            self._alone.extend(group)  # one of them may be to blame: not its neighbours' fault
        else:
            _log.warning("notice.not_stored", error=type(error).__name__)
            _, answer = group[0]
            if not answer.done():
                answer.set_exception(error)
        self._send()
