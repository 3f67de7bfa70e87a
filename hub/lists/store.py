"""Pages of rows by keyset: newest events, effects and conflicts first, golden records by title."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Column, RowMapping, Select, Table, select, tuple_

from ground.database import Connection
from hub.conflicts.tables import conflict
from hub.effects.tables import effect
from hub.events.model import Event
from hub.events.store import event_of
from hub.events.tables import event
from hub.lists.rules import Page, page_of, read_cursor
from master_data.normalise import fold
from master_data.tables import golden

__all__ = ["Listed", "conflicts", "effects", "events", "goldens"]

_EVENT = [event.c[field.name] for field in fields(Event)]
_GOLDEN = [
    golden.c[name]
    for name in ("id", "version", "state", "title", "folded", "body", "created_at", "updated_at")
]


@dataclass(frozen=True, slots=True)
class Listed:
    """Which part of a list is asked for. `filters`: column -> the value it has, or some it may."""

    filters: Mapping[str, str | tuple[str, ...] | None]
    after: str | None
    limit: int


def events(connection: Connection, wanted: Listed) -> Page[Event]:
    """Return events, the newest first; the filter `outcome=undecided` finds those without one."""
    query = select(*_EVENT)
    filters = dict(wanted.filters)
    if filters.get("outcome") == "undecided":
        del filters["outcome"]
        query = query.where(event.c.decided_at.is_(None))
    rows = _newest(connection, query, event, Listed(filters, wanted.after, wanted.limit))
    return page_of([event_of(row) for row in rows], wanted.limit, lambda each: [each.id])


def effects(connection: Connection, wanted: Listed) -> Page[RowMapping]:
    """Return effects, the newest first."""
    rows = _newest(connection, select(effect), effect, wanted)
    return page_of(rows, wanted.limit, lambda row: [row["id"]])


def conflicts(connection: Connection, wanted: Listed) -> Page[RowMapping]:
    """Return conflicts, the newest first; the filter `state` is `open` or `closed`."""
    query = select(conflict)
    filters = dict(wanted.filters)
    state = filters.pop("state", None)
    if state is not None:
        closed = conflict.c.closed_at.is_not(None)
        query = query.where(closed if state == "closed" else ~closed)
    rows = _newest(connection, query, conflict, Listed(filters, wanted.after, wanted.limit))
    return page_of(rows, wanted.limit, lambda row: [row["id"]])


def goldens(connection: Connection, entity: str, text: str | None, wanted: Listed) -> Page[Any]:
    """Return golden records of an entity by title; `text`: those whose title holds it."""
    query = select(*_GOLDEN).where(golden.c.entity == entity)
    query = _filtered(query, golden, wanted.filters)
    if wanted.filters.get("state") is None:
        query = query.where(golden.c.state.in_(["active", "unconfirmed"]))
    if text:
        query = query.where(golden.c.folded.contains(fold(text), autoescape=True))
    if wanted.after is not None:
        folded, last = read_cursor(wanted.after, 2)
        query = query.where(tuple_(golden.c.folded, golden.c.id) > tuple_(folded, last))
    query = query.order_by(golden.c.folded, golden.c.id).limit(wanted.limit + 1)
    rows = connection.execute(query).mappings().all()
    return page_of(rows, wanted.limit, lambda row: [row["folded"], row["id"]])


def _newest(
    connection: Connection, query: Select[Any], table: Table, wanted: Listed
) -> Sequence[RowMapping]:
    """Ids rise with time, so they are order and cursor in one."""
    query = _filtered(query, table, wanted.filters)
    if wanted.after is not None:
        (last,) = read_cursor(wanted.after, 1)
        query = query.where(table.c.id < last)
    return (
        connection.execute(query.order_by(table.c.id.desc()).limit(wanted.limit + 1))
        .mappings()
        .all()
    )


def _filtered(
    query: Select[Any], table: Table, filters: Mapping[str, str | tuple[str, ...] | None]
) -> Select[Any]:
    for name, value in filters.items():
        if value is not None:
            column: Column[Any] = table.c[name]
            query = query.where(column.in_(value) if isinstance(value, tuple) else column == value)
    return query
