"""Effects that are due: what a turn finds to do, what makes it due, and how it went."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, case, exists, func, or_, select, update

from ground.columns import Instant
from ground.database import Connection
from ground.ids import first_of
from ground.statements import among, keys
from hub.effects.rules import EffectState
from hub.effects.store import FREE, OPEN, is_in
from hub.effects.tables import effect

__all__ = ["any_due", "any_untried", "how_they_went", "left_over", "make_due", "oldest_due"]

_ANY_DUE = select(
    exists().where(
        OPEN,
        among(effect.c.connection, "ids"),
        effect.c.due_at <= bindparam("now"),
        or_(is_in(effect, EffectState.SENT, EffectState.WAITING), FREE),
    )
)


def any_due(connection: Connection, connection_ids: Sequence[str], now: datetime) -> bool:
    """Say whether an effect of these connections is due and can be claimed."""
    values = {"ids": keys(connection, list(connection_ids)), "now": now}
    return bool(connection.scalar(_ANY_DUE, values))


_OVERDUE = (OPEN, effect.c.connection == bindparam("conn"), effect.c.due_at <= bindparam("now"))
_LEFT_OVER = select(
    exists().where(*_OVERDUE, is_in(effect, EffectState.SENT, EffectState.WAITING)),
    exists().where(*_OVERDUE, is_in(effect, EffectState.UNKNOWN)),
)


def left_over(connection: Connection, connection_id: str, now: datetime) -> tuple[bool, bool]:
    """Say whether effects are due that nobody answers for or that waited long; and unknown ones."""
    lost, unknown = connection.execute(_LEFT_OVER, {"conn": connection_id, "now": now}).one()
    return bool(lost), bool(unknown)


_ANY_UNTRIED = select(
    exists().where(
        OPEN,
        effect.c.connection == bindparam("conn"),
        is_in(effect, EffectState.PLANNED, EffectState.SENT),
        effect.c.attempts == 0,
        effect.c.planned_at <= bindparam("before"),
    )
)


def any_untried(connection: Connection, connection_id: str, before: datetime) -> bool:
    """Say whether a write planned before then was not tried, or not answered yet."""
    values = {"conn": connection_id, "before": before}
    return bool(connection.scalar(_ANY_UNTRIED, values))


def make_due(connection: Connection, connection_id: str, now: datetime) -> None:
    """Make every planned effect of a connection due: its system is back.

    Not those whose outcome is unknown: what was sent may still land, back or not.
    """
    statement = (
        update(effect)
        .where(
            OPEN,
            effect.c.connection == connection_id,
            is_in(effect, EffectState.PLANNED),
            effect.c.due_at > now,
            effect.c.token.is_(None),
        )
        .values(due_at=now)
    )
    connection.execute(statement)


def oldest_due(connection: Connection) -> datetime | None:
    """Return since when the oldest effect is due that is neither waiting nor under way.

    One that was tried before counts from its planning: each try puts off when it is due.
    """
    since = case((effect.c.attempts > 0, effect.c.planned_at), else_=effect.c.due_at)
    query = select(func.min(since, type_=Instant)).where(
        OPEN, is_in(effect, EffectState.PLANNED, EffectState.UNKNOWN), effect.c.token.is_(None)
    )
    found: datetime | None = connection.scalar(query)
    return found


def how_they_went(connection: Connection, connection_id: str, since: datetime) -> tuple[int, int]:
    """Return how many effects planned since then are under way, and how many were refused."""
    query = (
        select(effect.c.state, func.count())
        .where(
            effect.c.id >= first_of("ef", since),
            effect.c.connection == connection_id,
            effect.c.state != EffectState.WAITING.value,
        )
        .group_by(effect.c.state)
    )
    found = {EffectState(state): many for state, many in connection.execute(query)}
    under_way = sum(many for state, many in found.items() if state.is_open)
    failed = (EffectState.REJECTED, EffectState.DEAD)
    return under_way, sum(found.get(each, 0) for each in failed)
