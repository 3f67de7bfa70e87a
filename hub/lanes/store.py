"""Claims, fences and rings of lanes.

`due_at` is due time, lease and visibility in one: a claim moves it to the end of the lease and
sets `token`. A ring of a claimed lane counts `rung` up but never shortens the lease; whoever
serves the lane sees that it was rung meanwhile and leaves it due.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Text,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    select,
    text,
    update,
)

from ground.columns import Instant
from ground.database import Connection
from ground.instants import to_microseconds
from ground.statements import Prepared, among, keys
from ground.strict_json import dumps
from hub.lanes.tables import lane

__all__ = [
    "Lane",
    "Lease",
    "any_due",
    "claim",
    "give_back",
    "held",
    "make_due",
    "postpone",
    "release",
    "ring",
    "serve",
    "waiting_for",
    "waiting_on",
]


@dataclass(frozen=True, slots=True)
class Lease:
    """A claim in the making: who (`token`), from when, until when."""

    token: str
    now: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Lane:
    """One claimed lane; `rung` is how often it had been rung when claimed."""

    key: str
    connection: str
    rung: int
    attempts: int
    waits_for: str | None

    @property
    def object_type(self) -> str:
        """Return the object type in the key."""
        return self.key.split("|", 2)[1]

    @property
    def external_id(self) -> str:
        """Return the external id in the key."""
        return self.key.split("|", 2)[2]


_RING = """
insert into lane (key, connection, due_at, rung, attempts)
select {fields}, :at, 1, 0 from {source} order by 1
on conflict (key) do update set rung = lane.rung + 1, due_at = case
    when lane.token is null then {least}(lane.due_at, excluded.due_at) else lane.due_at end
"""
_RING_BY_DIALECT = {
    "sqlite": Prepared(
        text(
            _RING.format(
                fields="json_extract(value, '$[0]'), json_extract(value, '$[1]')",
                source="json_each(:rows) where true",
                least="min",
            )
        )
    ),
    "postgresql": Prepared(
        text(
            _RING.format(
                fields="value ->> 0, value ->> 1",
                source="json_array_elements(cast(:rows as json)) as r(value)",
                least="least",
            )
        )
    ),
}


def ring(connection: Connection, lane_keys: Iterable[str], at: datetime) -> None:
    """Make lanes due at `at` (or earlier, if they were) and count the ring."""
    rows = [[key, key.partition("|")[0]] for key in sorted(set(lane_keys))]
    if not rows:
        return
    ringing = _RING_BY_DIALECT[connection.dialect.name]
    ringing.run(connection, rows=dumps(rows).decode(), at=to_microseconds(at))


def claim(
    connection: Connection, connection_ids: Sequence[str], *, limit: int, lease: Lease
) -> list[Lane]:
    """Claim up to `limit` due lanes, the oldest first, an equal share to each connection.

    What a quiet connection leaves of its share goes to the others.
    """
    claimed: list[Lane] = []
    hungry = list(connection_ids)
    while hungry and len(claimed) < limit:
        share = max(1, (limit - len(claimed)) // len(hungry))
        still: list[str] = []
        for connection_id in hungry:
            take = min(share, limit - len(claimed))
            lanes = _claim_of(connection, connection_id, take, lease) if take else []
            claimed += lanes
            if len(lanes) == take > 0:
                still.append(connection_id)
        hungry = still
    return claimed


_CLAIM = Prepared(
    update(lane)
    .where(
        lane.c.key.in_(
            select(lane.c.key)
            .where(lane.c.connection == bindparam("conn"), lane.c.due_at <= bindparam("now"))
            .order_by(lane.c.due_at)
            .limit(bindparam("take"))
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
    )
    .values(due_at=bindparam("until"), token=bindparam("new_token"))
    .returning(lane.c.key, lane.c.connection, lane.c.rung, lane.c.attempts, lane.c.waits_for)
)


def _claim_of(connection: Connection, connection_id: str, take: int, lease: Lease) -> list[Lane]:
    values = {
        "conn": connection_id,
        "now": lease.now,
        "take": take,
        "until": lease.until,
        "new_token": lease.token,
    }
    return [Lane(*row) for row in _CLAIM.rows(connection, **values)]


def _unmoved(name: str) -> ColumnElement[bool]:
    return among(lane.c.key + "|" + cast(lane.c.rung, Text), name)


_MINE = (among(lane.c.key, "ks"), lane.c.token == bindparam("held_by"))
_HELD = Prepared(select(lane.c.key).where(*_MINE).order_by(lane.c.key).with_for_update())
_SERVE = Prepared(delete(lane).where(*_MINE, _unmoved("pairs")))
_RELEASE = update(lane).where(*_MINE).values(due_at=bindparam("at"), token=None)
_POSTPONE = (
    update(lane)
    .where(*_MINE)
    .values(
        due_at=case(
            (_unmoved("pairs"), bindparam("later", type_=Instant)),
            else_=bindparam("at", type_=Instant),
        ),
        token=None,
        waits_for=bindparam("reason"),
        attempts=lane.c.attempts + 1,
    )
)
_FREE = (
    update(lane)
    .where(among(lane.c.waits_for, "names"))
    .values(
        waits_for=None,
        rung=lane.c.rung + 1,
        due_at=case((lane.c.token.is_(None), bindparam("at", type_=Instant)), else_=lane.c.due_at),
    )
)
_ANY_DUE = Prepared(
    select(exists().where(among(lane.c.connection, "ids"), lane.c.due_at <= bindparam("now")))
)


def held(connection: Connection, token: str, lane_keys: Iterable[str]) -> set[str]:
    """Return which of the lanes are still held under this token, and lock them here."""
    return set(_HELD.scalars(connection, ks=keys(connection, list(lane_keys)), held_by=token))


def serve(connection: Connection, token: str, lanes: Sequence[Lane], now: datetime) -> int:
    """End lanes that nobody rang since they were claimed; leave the others due now.

    Returns how many ended.
    """
    ended = _SERVE.run(connection, **_fence(connection, token, lanes))
    if ended < len(lanes):
        release(connection, token, [each.key for each in lanes], now)
    return ended


def release(connection: Connection, token: str, lane_keys: Sequence[str], now: datetime) -> None:
    """Give lanes back unserved: due now."""
    values = {"ks": keys(connection, list(lane_keys)), "held_by": token, "at": now}
    connection.execute(_RELEASE, values)


def postpone(
    connection: Connection,
    lease: Lease,
    lanes: Sequence[Lane],
    *,
    until: datetime,
    waits_for: str | None = None,
) -> None:
    """Give lanes back with their events open: due at `until`, or now if rung since the claim.

    `waits_for` names what frees them earlier (`waiting_for`); each postponement is an attempt.
    """
    values = {"later": until, "at": lease.now, "reason": waits_for}
    connection.execute(_POSTPONE, values | _fence(connection, lease.token, lanes))


def waiting_for(connection: Connection, names: Sequence[str], now: datetime) -> int:
    """Free the lanes that wait for any of these names; returns how many."""
    values = {"names": keys(connection, list(names)), "at": now}
    return int(connection.execute(_FREE, values).rowcount)


def waiting_on(connection: Connection, name: str) -> list[str]:
    """Return the external ids of the lanes that wait for a name."""
    found = connection.scalars(select(lane.c.key).where(lane.c.waits_for == name))
    return [key.split("|", 2)[2] for key in found]


def make_due(connection: Connection, connection_id: str, now: datetime) -> None:
    """Make every unclaimed lane of a connection due: its system is back."""
    statement = (
        update(lane)
        .where(
            lane.c.connection == bindparam("conn"),
            lane.c.token.is_(None),
            lane.c.due_at > bindparam("at"),
        )
        .values(due_at=bindparam("at"))
    )
    connection.execute(statement, {"conn": connection_id, "at": now})


def any_due(connection: Connection, connection_ids: Sequence[str], now: datetime) -> bool:
    """Say whether a lane of these connections is due."""
    ids = keys(connection, list(connection_ids))
    return bool(_ANY_DUE.scalars(connection, ids=ids, now=now)[0])


def count(connection: Connection) -> int:
    """Return how many lanes wait, due or not."""
    return int(connection.scalar(select(func.count()).select_from(lane)) or 0)


def _fence(connection: Connection, token: str, lanes: Sequence[Lane]) -> dict[str, object]:
    return {
        "ks": keys(connection, [each.key for each in lanes]),
        "pairs": keys(connection, [f"{each.key}|{each.rung}" for each in lanes]),
        "held_by": token,
    }


def give_back(connection: Connection, tokens: Sequence[str], now: datetime) -> int:
    """Make due what is claimed under these tokens; return how many."""
    statement = update(lane).where(among(lane.c.token, "tokens"))
    values = {"tokens": keys(connection, tokens)}
    return int(connection.execute(statement.values(due_at=now, token=None), values).rowcount)
