"""Conflicts <-> rows."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, tuple_

from ground.database import Connection
from ground.statements import among, insert_many, keys, update_many
from hub.conflicts.model import Cause, Closing, Conflict, NewConflict
from hub.conflicts.rules import cause_of
from hub.conflicts.tables import conflict

__all__ = [
    "about",
    "causes",
    "close_many",
    "conflict_by_id",
    "count_of_cause",
    "count_open",
    "neighbours",
    "open_many",
    "open_of",
    "reopen",
    "with_cause",
]


def open_many(connection: Connection, new: Sequence[NewConflict], at: datetime) -> None:
    """Open conflicts; one that is open already takes the new rivals and events instead."""
    if not new:
        return
    known = {
        (each.golden_id, each.kind, each.subject): each
        for each in open_of(connection, {each.conflict.golden_id for each in new})
    }
    fresh: dict[tuple[str, str, str], dict[str, Any]] = {}
    moved: dict[str, dict[str, Any]] = {}
    for each in new:
        key = (each.conflict.golden_id, each.conflict.kind, each.conflict.subject)
        if key in known:
            moved[known[key].id] = renewed = _renewed(known[key], each)
            known[key] = replace(known[key], events=renewed["events"])
        else:
            events = fresh[key]["events"] if key in fresh else []
            fresh[key] = _new_row(each, at) | {"events": [*events, *_events(each)]}
    if fresh:
        insert_many(connection, conflict, list(fresh.values()), on_conflict=None)
    if moved:
        update_many(connection, conflict, ["id"], list(moved.values()))


def _events(each: NewConflict) -> list[str]:
    return [each.event_id] if each.event_id else []


def _renewed(known: Conflict, new: NewConflict) -> dict[str, Any]:
    return {
        "id": known.id,
        "rivals": [rival.to_json() for rival in new.conflict.rivals],
        "events": sorted({*known.events, *_events(new)}),
        "why": new.conflict.why,
        "cause": cause_of(known.kind, known.subject, new.conflict.why),
        "version": known.version + 1,
    }


def _new_row(each: NewConflict, at: datetime) -> dict[str, Any]:
    told = each.conflict
    return {
        "id": each.id,
        "kind": told.kind,
        "entity": told.entity,
        "golden_id": told.golden_id,
        "subject": told.subject,
        "connection": told.connection,
        "rule": told.rule,
        "why": told.why,
        "rivals": [rival.to_json() for rival in told.rivals],
        "events": _events(each),
        "version": 1,
        "opened_at": at,
        "cause": cause_of(told.kind, told.subject, told.why),
    }


def close_many(connection: Connection, closings: Sequence[Closing], at: datetime) -> None:
    """Close conflicts."""
    rows = [
        {
            "id": each.conflict_id,
            "closed_at": at,
            "closed_by": each.by,
            "resolution": each.resolution,
        }
        for each in closings
    ]
    if rows:
        update_many(connection, conflict, ["id"], rows)


def neighbours(connection: Connection, here: Conflict) -> tuple[str | None, str | None]:
    """Return the open conflicts before and after one in the list, the newest first."""
    place = tuple_(conflict.c.opened_at, conflict.c.id)
    mine = tuple_(
        bindparam("at", here.opened_at, type_=conflict.c.opened_at.type), bindparam("id", here.id)
    )
    opened = select(conflict.c.id).where(conflict.c.closed_at.is_(None)).limit(1)
    newer = opened.where(place > mine).order_by(conflict.c.opened_at, conflict.c.id)
    older = opened.where(place < mine).order_by(conflict.c.opened_at.desc(), conflict.c.id.desc())
    return connection.scalar(newer), connection.scalar(older)


def reopen(connection: Connection, closed: Conflict) -> Conflict | None:
    """Ask again; its events have their outcome already. None: the same is asked already."""
    same = [
        each
        for each in open_of(connection, [closed.golden_id])
        if (each.kind, each.subject) == (closed.kind, closed.subject)
    ]
    if same:
        return None
    again = replace(
        closed,
        events=[],
        version=closed.version + 1,
        closed_at=None,
        closed_by=None,
        resolution=None,
    )
    row = {
        "id": closed.id,
        "events": [],
        "version": again.version,
        "closed_at": None,
        "closed_by": None,
        "resolution": None,
    }
    update_many(connection, conflict, ["id"], [row])
    return again


_OPEN_OF = select(conflict).where(
    among(conflict.c.golden_id, "ids"), conflict.c.closed_at.is_(None)
)


def open_of(connection: Connection, golden_ids: Iterable[str]) -> list[Conflict]:
    """Return the open conflicts of golden records."""
    rows = connection.execute(_OPEN_OF, {"ids": keys(connection, sorted(set(golden_ids)))})
    return [Conflict(**row) for row in rows.mappings()]


def conflict_by_id(connection: Connection, conflict_id: str) -> Conflict | None:
    """Return one conflict."""
    found = connection.execute(select(conflict).where(conflict.c.id == conflict_id))
    row = found.mappings().one_or_none()
    return Conflict(**row) if row else None


def about(connection: Connection, golden_id: str) -> list[Conflict]:
    """Return every conflict of a golden record, newest first."""
    query = (
        select(conflict)
        .where(conflict.c.golden_id == bindparam("golden"))
        .order_by(conflict.c.opened_at.desc())
    )
    rows = connection.execute(query, {"golden": golden_id})
    return [Conflict(**row) for row in rows.mappings()]


def count_open(connection: Connection) -> int:
    """Return how many conflicts wait for a person."""
    query = select(func.count()).select_from(conflict).where(conflict.c.closed_at.is_(None))
    return int(connection.scalar(query) or 0)


def causes(connection: Connection) -> list[Cause]:
    """Return the causes of open conflicts that one repair ends, the most frequent first."""
    many = func.count()
    query = (
        select(
            conflict.c.cause,
            func.min(conflict.c.kind),
            func.min(conflict.c.connection),
            func.min(conflict.c.why),
            many,
            func.min(conflict.c.opened_at),
            func.min(conflict.c.id),
        )
        .where(conflict.c.closed_at.is_(None), conflict.c.cause.is_not(None))
        .group_by(conflict.c.cause)
        .order_by(many.desc(), conflict.c.cause)
        .limit(500)
    )
    return [Cause(*row) for row in connection.execute(query)]


def with_cause(connection: Connection, cause: str, after: str, limit: int) -> list[Conflict]:
    """Return open conflicts of one cause in the order of their ids, after the given one."""
    query = (
        select(conflict)
        .where(conflict.c.closed_at.is_(None), conflict.c.cause == cause, conflict.c.id > after)
        .order_by(conflict.c.id)
        .limit(limit)
    )
    return [Conflict(**row) for row in connection.execute(query).mappings()]


def count_of_cause(connection: Connection, cause: str) -> int:
    """Return how many open conflicts have this cause."""
    query = select(func.count()).where(conflict.c.closed_at.is_(None), conflict.c.cause == cause)
    return int(connection.scalar(query) or 0)
