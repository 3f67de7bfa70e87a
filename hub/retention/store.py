"""Thins out old rows: payloads go, rows and outcomes stay."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, select

from ground.database import Connection
from ground.ids import first_of
from ground.statements import update_many
from hub.deletes.tables import deletion
from hub.effects.rules import EffectState
from hub.effects.tables import effect
from hub.events.rules import CLOSED
from hub.events.tables import event, notice

__all__ = ["drop_bodies", "drop_frozen", "drop_states", "forget_deletions"]

_HASHED = "sha256:"


def drop_bodies(
    connection: Connection, after: str, before: datetime, limit: int
) -> Mapping[str, int]:
    """Replace the bodies of notices by their hash; return id -> size of those looked at."""
    query = (
        select(notice.c.id, notice.c.body)
        .where(notice.c.id > after, notice.c.id < first_of("no", before))
        .order_by(notice.c.id)
        .limit(limit)
    )
    found = {row.id: row.body for row in connection.execute(query)}
    rows = [
        {"id": name, "body": _HASHED + sha256(body.encode()).hexdigest()}
        for name, body in found.items()
        if not body.startswith(_HASHED)
    ]
    if rows:
        update_many(connection, notice, ["id"], rows)
    return {name: len(body) for name, body in found.items()}


def drop_states(connection: Connection, after: str, before: datetime, limit: int) -> list[str]:
    """Drop the states of closed events; return the ids of those looked at."""
    query = (
        select(event.c.id, event.c.outcome, event.c.state)
        .where(event.c.id > after, event.c.id < first_of("ev", before))
        .order_by(event.c.id)
        .limit(limit)
    )
    found = connection.execute(query).all()
    closed = {each.value for each in CLOSED}
    rows = [
        {"id": row.id, "state": None}
        for row in found
        if row.outcome in closed and row.state is not None
    ]
    if rows:
        update_many(connection, event, ["id"], rows)
    return [row.id for row in found]


def drop_frozen(connection: Connection, after: str, before: datetime, limit: int) -> list[str]:
    """Drop the values of effects that ended well; return the ids of those looked at."""
    query = (
        select(effect.c.id, effect.c.state, effect.c.frozen)
        .where(effect.c.id > after, effect.c.id < first_of("ef", before))
        .order_by(effect.c.id)
        .limit(limit)
    )
    found = connection.execute(query).all()
    ended = (EffectState.CONFIRMED.value, EffectState.SUPERSEDED.value)
    rows = [
        {"id": row.id, "frozen": None}
        for row in found
        if row.state in ended and row.frozen is not None
    ]
    if rows:
        update_many(connection, effect, ["id"], rows)
    return [row.id for row in found]


def forget_deletions(connection: Connection, before: datetime) -> None:
    """Forget deletes that count against no fuse any more."""
    old = deletion.c.at < before
    connection.execute(delete(deletion).where(old, ~deletion.c.held))
