"""The Sender: claims what waits (transaction), sends it (none), settles (transaction)."""

from collections import deque
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from queue import SimpleQueue

import structlog

from ground.database import Connection, DatabaseBusy, Watch
from ground.door import DoorError
from ground.env import Bell, Env, spawn
from ground.notices.answers import judge
from ground.notices.building import LoadRecords
from ground.notices.claims import LEASE, Claim, Claims
from ground.notices.outbox import Outbox
from ground.notices.rules import Attempt, Outcome
from ground.notices.settling import Settling
from ground.notices.signing import sign

_DEADLINE = 15.0  # seconds for one attempt
_LOOK = 0.01  # seconds between two looks at what other processes committed
_PACE = 0.02  # seconds between two turns: under load changes wait for company
_IDLE_AFTER = 2.0  # seconds without a turn
_IDLE_LOOK = {"sqlite": 0.025, "postgresql": 0.25}
"""The same while idle: waking up costs 0.1 ms, and asking PostgreSQL 2 ms. Commits of this process
ring and do not wait for a look.
"""
_DRAIN = 5.0  # seconds for attempts under way when asked to stop
_AFTER_TROUBLE = 1.0  # seconds
_THREADS = 8
_MOST_ANSWER = 65536  # bytes; the answer is not read

_log = structlog.get_logger(__name__)


class Sender:
    """Sends one app's notices. Several processes may run one each; leases keep them apart."""

    def __init__(self, env: Env, outbox: Outbox, load: LoadRecords) -> None:
        self._env = env
        self._claims = Claims(env, outbox, load)
        self._settling = Settling(env, outbox.tables)
        self._bell = Bell()
        self._jobs: SimpleQueue[tuple[Claim, datetime] | None] = SimpleQueue()
        self._done: deque[tuple[Claim, Attempt]] = deque()
        self._under_way = 0
        self._threads = 0
        self._turned_at = 0.0
        self._wake_at: float | None = None
        env.db.on_commit(self._bell.ring)

    def run_once(self) -> int:
        """Send what is due now, one notice after the other; return how many were tried."""
        claims, not_after = self._turn(_THREADS)
        for claim in claims:
            self._done.append((claim, self._send(claim, not_after)))
        self._turn(0)
        return len(claims)

    def run(self, stop: Callable[[], bool]) -> None:
        """Send until `stop()`: within milliseconds of a commit, idle at next to no cost."""
        with closing(self._env.db.watch()) as watch:
            while not stop():
                try:
                    if self._is_awake(watch):
                        self._work()
                except DatabaseBusy:
                    _log.warning("notices.database_busy")
                    self._rest()
                except Exception:  # noqa: BLE001 - logged; the next turn may go well
                    _log.exception("notices.turn_failed")
                    self._rest()
        self._finish()

    def _rest(self) -> None:
        """Wait after a turn that failed; what it would have done is still to be done."""
        self._env.clock.sleep(_AFTER_TROUBLE)
        self._bell.ring()

    def _is_awake(self, watch: Watch) -> bool:
        """Wait a moment; tell whether there may be something to do."""
        now = self._env.clock.monotonic()
        idle = now - self._turned_at > _IDLE_AFTER
        pause = _IDLE_LOOK[self._env.db.dialect] if idle else _LOOK
        if self._wake_at is not None:
            pause = min(pause, max(self._wake_at - now, 0.0))
        rang = self._bell.wait(pause)
        due = self._wake_at is not None and self._env.clock.monotonic() >= self._wake_at
        return watch.changed() or rang or due

    def _work(self) -> None:
        """Settle and claim if there is anything; hand the claims to threads."""
        clock = self._env.clock
        ready, seconds = self._env.db.read(self._claims.waiting)
        self._wake_at = None if seconds is None else clock.monotonic() + seconds
        room = _THREADS - self._under_way + len(self._done)
        if not self._done and not (ready and room):
            return
        rest = self._turned_at + _PACE - clock.monotonic()
        if rest > 0:
            clock.sleep(rest)
        claims, not_after = self._turn(room)
        self._turned_at = clock.monotonic()
        for claim in claims:
            self._hand_over(claim, not_after)

    def _turn(self, room: int) -> tuple[list[Claim], datetime]:
        """Settle what was sent and claim what is due; return the claims and how long they hold."""
        done = list(self._done)
        not_after = self._env.clock.now() + LEASE

        def unit(connection: Connection) -> list[Claim]:
            for claim, attempt in done:
                self._settling.settle(connection, claim, attempt)
            return self._claims.claim(connection, room) if room > 0 else []

        claims = self._env.db.write(unit, synced=False)
        for _ in done:
            self._done.popleft()
        self._under_way += len(claims) - len(done)
        return claims, not_after

    # Sending, in threads

    def _hand_over(self, claim: Claim, not_after: datetime) -> None:
        self._jobs.put((claim, not_after))
        if self._threads < self._under_way:
            self._threads += 1
            spawn(f"notices-{self._threads}", self._send_all)

    def _send_all(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._done.append((job[0], self._send(*job)))
            self._bell.ring()

    def _send(self, claim: Claim, not_after: datetime) -> Attempt:
        try:
            signed = sign(claim.secrets, claim.notice_id, self._env.clock.now(), claim.body)
            answer = self._env.http.request(
                "POST",
                claim.url,
                headers=signed | {"content-type": "application/json"},
                body=claim.body,
                deadline=_DEADLINE,
                not_after=not_after,
                max_body=_MOST_ANSWER,
            )
        except DoorError as error:
            return judge(error)
        except Exception:  # noqa: BLE001 - logged; one bad notice must not stop the others
            _log.exception("notice.failed", notice=claim.notice_id)
            return Attempt(Outcome.REFUSED, "not sent: an error of our own, see the log")
        return judge(answer)

    def _finish(self) -> None:
        """Wait a little for attempts under way; the others are sent again after their lease."""
        clock = self._env.clock
        end = clock.monotonic() + _DRAIN
        while self._under_way and clock.monotonic() < end:
            if self._done:
                self._turn(0)
            else:
                self._bell.wait(_LOOK)
        for _ in range(self._threads):
            self._jobs.put(None)
        self._threads = 0
