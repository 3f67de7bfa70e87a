"""The log of match decisions and stop keys <-> rows."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from ground.database import Connection
from ground.statements import insert_many
from hub.matching.model import NewDecision, StopKey
from hub.matching.tables import match_decision, stop_key

__all__ = ["decisions_of", "log", "note_stopped", "stop_keys"]

_DECISION = [each.name for each in fields(NewDecision)]


def log(connection: Connection, decisions: Sequence[NewDecision], at: datetime) -> None:
    """Store decisions; they are never changed."""
    rows = [{name: getattr(each, name) for name in _DECISION} | {"at": at} for each in decisions]
    if rows:
        insert_many(connection, match_decision, rows, on_conflict=None)


def decisions_of(
    connection: Connection, golden_ids: Sequence[str], most: int = 100
) -> list[dict[str, Any]]:
    """Return the latest decisions about golden records, the newest first."""
    query = (
        select(match_decision)
        .where(
            or_(
                match_decision.c.golden_id.in_(golden_ids),
                match_decision.c.other_id.in_(golden_ids),
            )
        )
        .order_by(match_decision.c.id.desc())
        .limit(most)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def note_stopped(
    connection: Connection, stopped: Iterable[tuple[int, str, str]], at: datetime
) -> None:
    """Note stop keys: (key, entity, kind). The value itself is not kept."""
    rows = [
        {"key": key, "entity": entity, "kind": kind, "first_at": at}
        for key, entity, kind in sorted(set(stopped))
    ]
    if rows:
        insert_many(connection, stop_key, rows, on_conflict="nothing")


def stop_keys(connection: Connection) -> list[StopKey]:
    """Return for each kind of key how many of its values are shared by too many records."""
    query = (
        select(stop_key.c.entity, stop_key.c.kind, func.count(), func.min(stop_key.c.first_at))
        .group_by(stop_key.c.entity, stop_key.c.kind)
        .order_by(stop_key.c.entity, stop_key.c.kind)
    )
    return [StopKey(*row) for row in connection.execute(query)]
