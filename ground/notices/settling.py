"""What becomes of a notice, its changes and its endpoint after an attempt."""

import random
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Row, delete, select, update

from ground.env import Env
from ground.notices import rules
from ground.notices.claims import Claim
from ground.notices.rules import Attempt, Outcome
from ground.notices.tables import LONGEST_ANSWER, EndpointState, NoticeState, NoticeTables

_OUTAGE = 3
"""Failures in a row after which a success makes everything due at once."""

_log = structlog.get_logger(__name__)


class Settling:
    """Settles attempts, each with the fence of its claim."""

    def __init__(self, env: Env, tables: NoticeTables) -> None:
        self._db = env.db
        self._rng: random.Random = env.rng
        self._tables = tables

    def settle(self, connection: Connection, claim: Claim, attempt: Attempt) -> None:
        """Write down how an attempt ended, unless another process has claimed the notice since."""
        notices, now = self._tables.notices, self._db.now(connection)
        notice = connection.execute(
            select(notices.c.id, notices.c.attempts, notices.c.created_at)
            .where(
                notices.c.id == claim.notice_id,
                notices.c.lease == claim.lease,
                notices.c.state == NoticeState.OPEN,
            )
            .with_for_update()
        ).one_or_none()
        if notice is None:
            _log.info("notice.overtaken", notice=claim.notice_id)
            return
        match attempt.outcome:
            case Outcome.DELIVERED:
                self._close(connection, notice, NoticeState.DELIVERED, attempt, now)
                self._recover(connection, claim.endpoint_id, now)
            case Outcome.LATE:
                self._change(connection, notice, lease_until=now)
            case Outcome.UNREACHABLE:
                answer = attempt.answer[:LONGEST_ANSWER]
                self._change(connection, notice, lease_until=now, due_at=now, answer=answer)
                self._fail(connection, claim.endpoint_id, attempt, now)
            case Outcome.REFUSED:
                self._refuse(connection, notice, attempt, now)
                self._fail(connection, claim.endpoint_id, attempt, now)
            case Outcome.GONE:
                self._close(connection, notice, NoticeState.DEAD, attempt, now)
                self._forget(connection, claim.endpoint_id, attempt, now)

    def _refuse(
        self, connection: Connection, notice: Row[*tuple[Any, ...]], attempt: Attempt, now: datetime
    ) -> None:
        if now - notice.created_at >= rules.GIVE_UP_NOTICE:
            self._close(connection, notice, NoticeState.DEAD, attempt, now)
            _log.warning("notice.dead", notice=notice.id, answer=attempt.answer)
            return
        attempts = notice.attempts + 1
        self._change(
            connection,
            notice,
            attempts=attempts,
            lease_until=now,
            due_at=now + rules.retry_delay(attempts, self._rng),
            answer=attempt.answer[:LONGEST_ANSWER],
        )

    def _close(
        self,
        connection: Connection,
        notice: Row[*tuple[Any, ...]],
        state: NoticeState,
        attempt: Attempt,
        now: datetime,
    ) -> None:
        """Settle a notice for good; what changed again since then waits for the next one."""
        values: dict[str, Any] = {
            "state": state,
            "attempts": notice.attempts + 1,
            "lease_until": now,
            "answer": attempt.answer[:LONGEST_ANSWER],
            "settled_at": now,
        }
        if state is NoticeState.DELIVERED:
            values["body"] = None
        self._change(connection, notice, **values)
        pending = self._tables.pending
        mine = pending.c.notice_id == notice.id
        told = pending.c.version == pending.c.notice_version
        connection.execute(delete(pending).where(mine, told))
        connection.execute(update(pending).where(mine).values(notice_id=None, notice_version=None))

    def _change(self, connection: Connection, notice: Row[*tuple[Any, ...]], **values: Any) -> None:  # noqa: ANN401
        notices = self._tables.notices
        connection.execute(update(notices).where(notices.c.id == notice.id).values(values))

    # The endpoint

    def _recover(self, connection: Connection, endpoint_id: str, now: datetime) -> None:
        endpoint = self._endpoint(connection, endpoint_id)
        if endpoint is None:
            return
        values = {"failures": 0, "failing_since": None, "next_at": now, "delivered_at": now}
        self._change_endpoint(connection, endpoint_id, values)
        if endpoint.failures >= _OUTAGE:
            notices = self._tables.notices
            connection.execute(
                update(notices)
                .where(notices.c.endpoint_id == endpoint_id, notices.c.state == NoticeState.OPEN)
                .values(due_at=now)
            )
            _log.info("endpoint.recovered", endpoint=endpoint_id, failures=endpoint.failures)

    def _fail(
        self, connection: Connection, endpoint_id: str, attempt: Attempt, now: datetime
    ) -> None:
        endpoint = self._endpoint(connection, endpoint_id)
        if endpoint is None:
            return
        failures = endpoint.failures + 1
        since = endpoint.failing_since or now
        values = {"failures": failures, "failing_since": since, "next_at": now}
        if attempt.outcome is Outcome.UNREACHABLE:
            values["next_at"] = now + rules.probe_delay(failures, attempt.after, self._rng)
        reason = rules.reason_to_disable(since, now, attempt.answer)
        if reason is not None:
            values |= {"state": EndpointState.DISABLED, "reason": reason}
            _log.warning("endpoint.disabled", endpoint=endpoint_id, reason=reason)
        self._change_endpoint(connection, endpoint_id, values)

    def _forget(
        self, connection: Connection, endpoint_id: str, attempt: Attempt, now: datetime
    ) -> None:
        """Keep nothing for an endpoint that wants no more."""
        notices, pending = self._tables.notices, self._tables.pending
        connection.execute(delete(pending).where(pending.c.endpoint_id == endpoint_id))
        connection.execute(
            update(notices)
            .where(notices.c.endpoint_id == endpoint_id, notices.c.state == NoticeState.OPEN)
            .values(state=NoticeState.DEAD, settled_at=now, answer=attempt.answer)
        )
        reason = f"The endpoint wants no more notices ({attempt.answer})."
        self._change_endpoint(
            connection, endpoint_id, {"state": EndpointState.GONE, "reason": reason}
        )
        _log.warning("endpoint.gone", endpoint=endpoint_id)

    def _endpoint(self, connection: Connection, endpoint_id: str) -> Row[*tuple[Any, ...]] | None:
        endpoints = self._tables.endpoints
        return connection.execute(
            select(endpoints.c.failures, endpoints.c.failing_since)
            .where(endpoints.c.id == endpoint_id)
            .with_for_update(key_share=True)
        ).one_or_none()

    def _change_endpoint(
        self, connection: Connection, endpoint_id: str, values: dict[str, Any]
    ) -> None:
        endpoints = self._tables.endpoints
        connection.execute(update(endpoints).where(endpoints.c.id == endpoint_id).values(values))
