"""The log of match decisions and stop keys <-> rows."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from ground.database import Connection
from ground.statements import insert_many
from hub.matching.model import NewDecision, StopKey
from hub.matching.tables import match_decision, stop_key

__all__ = ["decisions_of", "links_since", "log", "note_stopped", "stop_keys"]


def log(connection: Connection, decisions: Sequence[NewDecision], at: datetime) -> None:
    """Store decisions; they are never changed."""
    rows = [asdict(each) | {"at": at} for each in decisions]
    if rows:
        insert_many(connection, match_decision, rows, on_conflict=None)


def decisions_of(connection: Connection, golden_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the decisions about golden records, the newest first."""
    query = (
        select(match_decision)
        .where(
            or_(
                match_decision.c.golden_id.in_(golden_ids),
                match_decision.c.other_id.in_(golden_ids),
            )
        )
        .order_by(match_decision.c.id.desc())
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def links_since(connection: Connection, connection_id: str, since: datetime) -> dict[str, int]:
    """Return golden id -> how often a connection was linked to it, or suspected to be it."""
    query = (
        select(match_decision.c.other_id, func.count().label("many"))
        .where(match_decision.c.connection == connection_id, match_decision.c.at > since)
        .group_by(match_decision.c.other_id)
    )
    return {row.other_id: row.many for row in connection.execute(query)}


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
