"""Many accepted notices, one transaction: what comes while a commit runs goes with the next.

Lives on the event loop; only the unit of work itself runs elsewhere. There is never more than one
unit in flight, and no waiting for company: the commit before is the waiting.
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
        self._pending: deque[_Waiting] = deque()
        self._alone: deque[_Waiting] = deque()
        self._in_flight = 0

    @property
    def is_full(self) -> bool:
        """Say whether a further notice would wait behind too many."""
        waiting = len(self._pending) + len(self._alone) + self._in_flight
        return waiting >= self._max_pending

    async def store(self, notice: NewNotice) -> Acceptance:
        """Return what became of the notice once it is durable; raise what stopped it."""
        answer: asyncio.Future[Acceptance] = asyncio.get_running_loop().create_future()
        self._pending.append((notice, answer))
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
        many = min(len(self._pending), _LARGEST_GROUP)
        return [self._pending.popleft() for _ in range(many)]

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
