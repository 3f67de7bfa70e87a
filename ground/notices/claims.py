"""Claiming notices to send and settling what came of them: the rows of a Sender's turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from ground.env import Env
from ground.notices.building import LoadRecords, build
from ground.notices.outbox import Change, Outbox
from ground.notices.queries import MOST_OPEN, Queries
from ground.notices.tables import NoticeState
from ground.statements import insert_many, keys

LEASE = timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class Claim:
    """A notice that this process may send until its lease ends; `lease` is the fence."""

    notice_id: str
    endpoint_id: str
    lease: int
    url: str
    secrets: Sequence[str]
    body: bytes


class Claims:
    """Claims for one app's outbox."""

    def __init__(self, env: Env, outbox: Outbox, load: LoadRecords) -> None:
        self._env = env
        self._outbox = outbox
        self._queries = Queries(outbox.tables)
        self._load = load

    def waiting(self, connection: Connection) -> tuple[bool, float | None]:
        """Tell whether there is something to claim, else in how many seconds there may be."""
        now = self._env.db.now(connection)
        if connection.execute(self._queries.ready, {"now": now}).first() is not None:
            return True, None
        times = connection.execute(self._queries.times, {"now": now}).one()
        coming = [each for each in times if each is not None]
        if not coming:
            return False, None
        return False, max((min(coming) - now).total_seconds(), 0.0)

    def claim(self, connection: Connection, room: int) -> list[Claim]:
        """Return at most `room` notices to send now; build those that are not built yet."""
        now = self._env.db.now(connection)
        claims: list[Claim] = []
        for endpoint in connection.execute(self._queries.lock_ready, {"now": now}).all():
            claims += self._claim_for(connection, endpoint, now, room - len(claims))
        return claims

    def _claim_for(
        self, connection: Connection, endpoint: Row[*tuple[Any, ...]], now: datetime, most: int
    ) -> list[Claim]:
        # Counted only now, under the endpoint's lock: another process may have claimed.
        asked = {"endpoint": endpoint.id, "now": now}
        flying, unsettled = connection.execute(self._queries.counts, asked).one()
        most = min(most, (1 if endpoint.failures else 2) - flying)  # a failing one is only probed
        if most <= 0:
            return []
        again = connection.execute(self._queries.due, asked | {"most": most}).all()
        claims = [self._lease(connection, endpoint, notice, now) for notice in again]
        while len(claims) < most and unsettled < MOST_OPEN:
            built = self._build(connection, endpoint, now)
            if built is None:
                break
            claims.append(built)
            unsettled += 1
        return claims

    def _lease(
        self,
        connection: Connection,
        endpoint: Row[*tuple[Any, ...]],
        notice: Row[*tuple[Any, ...]],
        now: datetime,
    ) -> Claim:
        lease = notice.lease + 1
        asked = {"notice": notice.id, "given": lease, "until": now + LEASE}
        connection.execute(self._queries.lease, asked)
        return self._claim(endpoint, notice.id, lease, notice.body)

    def _build(
        self, connection: Connection, endpoint: Row[*tuple[Any, ...]], now: datetime
    ) -> Claim | None:
        rows = connection.execute(self._queries.fresh, {"endpoint": endpoint.id}).all()
        if not rows:
            return None
        changes = [
            Change(row.object, row.record_id, row.version, row.at, row.actor) for row in rows
        ]
        notice = build(connection, changes, self._load)
        notice_id = self._env.ids.new("no")
        row = {
            "id": notice_id,
            "endpoint_id": endpoint.id,
            "state": NoticeState.OPEN,
            "body": notice.body,
            "changes": len(notice.changes),
            "created_at": now,
            "due_at": now,
            "attempts": 0,
            "lease": 1,
            "lease_until": now + LEASE,
        }
        insert_many(connection, self._outbox.tables.notices, [row])
        self._mark(connection, endpoint.id, notice_id, notice.changes)
        return self._claim(endpoint, notice_id, 1, notice.body)

    def _mark(
        self, connection: Connection, endpoint_id: str, notice_id: str, changes: Sequence[Change]
    ) -> None:
        """Note which changes are in the notice, and which version of them."""
        by_object: dict[str, list[str]] = {}
        for change in changes:
            by_object.setdefault(change.object, []).append(change.id)
        for name, ids in by_object.items():
            asked = {"endpoint": endpoint_id, "name": name, "ids": keys(connection, ids)}
            connection.execute(self._queries.mark, asked | {"notice": notice_id})

    def _claim(
        self, endpoint: Row[*tuple[Any, ...]], notice_id: str, lease: int, body: bytes
    ) -> Claim:
        secrets = self._outbox.secrets(endpoint.id, endpoint.secrets)
        return Claim(notice_id, endpoint.id, lease, endpoint.url, secrets, body)
