"""Notices and events <-> rows."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, func, literal_column, select, text, union_all

from connectors.contract import ChangeKind
from ground.database import Connection
from ground.ids import first_of
from ground.statements import Prepared, among, insert_many, keys, update_many
from hub.events.model import Acceptance, Decided, Event, NewEvent, NewNotice
from hub.events.rules import Balance, Outcome, balance
from hub.events.tables import DELETED, event, notice
from hub.lanes import store as lanes

__all__ = [
    "accept",
    "backlogs",
    "balance_sheet",
    "event_by_id",
    "event_of",
    "events_of",
    "first_received",
    "insert",
    "oldest_undecided",
    "settle",
    "to_judge",
    "told_deleted",
    "undecided_versions",
]

_NAMES = [field.name for field in fields(Event)]
_COLUMNS = [event.c[name] for name in _NAMES]


def accept(
    connection: Connection, notices: Sequence[NewNotice], at: datetime
) -> dict[str, Acceptance]:
    """Store notices not seen before with their events, and ring their lanes; by notice row id."""
    rows = [_notice_row(each, at) for each in notices]
    known: Sequence[NewNotice] = ()
    if insert_many(connection, notice, rows, on_conflict="nothing") < len(rows):
        query = select(notice.c.id).where(among(notice.c.id, "ids"))
        ids = keys(connection, [each.id for each in notices])
        stored = set(connection.scalars(query, {"ids": ids}))
        known = [each for each in notices if each.id not in stored]
        notices = [each for each in notices if each.id in stored]
    _insert_rows(
        connection, [_event_row(new, at, each.id) for each in notices for new in each.events]
    )
    lanes.ring(connection, _lanes_of([new for each in notices for new in each.events]), at)
    answers = {each.id: Acceptance.NEW for each in notices}
    return answers | (_recognise(connection, known) if known else {})


def _recognise(connection: Connection, notices: Sequence[NewNotice]) -> dict[str, Acceptance]:
    query = select(notice.c.connection, notice.c.notice_id, notice.c.body).where(
        among(notice.c.notice_id, "names")
    )
    names = keys(connection, sorted({each.notice_id or "" for each in notices}))
    bodies = {(row[0], row[1]): row[2] for row in connection.execute(query, {"names": names})}
    return {
        each.id: Acceptance.REPEATED
        if bodies.get((each.connection, each.notice_id)) == each.body
        else Acceptance.CONTRADICTED
        for each in notices
    }


def insert(connection: Connection, events: Sequence[NewEvent], at: datetime) -> None:
    """Store events that came without a notice (a poll, a person) and ring their lanes."""
    _insert_rows(connection, [_event_row(new, at, None) for new in events])
    lanes.ring(connection, _lanes_of(events), at)


def _insert_rows(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        insert_many(connection, event, rows, on_conflict=None)


def _lanes_of(events: Sequence[NewEvent]) -> set[str]:
    return {new.lane for new in events if new.outcome is None}


def _notice_row(new: NewNotice, at: datetime) -> dict[str, Any]:
    return {
        "id": new.id,
        "connection": new.connection,
        "notice_id": new.notice_id,
        "received_at": at,
        "size": len(new.body),
        "event_count": len(new.events),
        "body": new.body,
    }


def _event_row(new: NewEvent, at: datetime, notice_id: str | None) -> dict[str, Any]:
    return {
        "id": new.id,
        "connection": new.connection,
        "object_type": new.object_type,
        "external_id": new.external_id,
        "lane": new.lane,
        "outcome": new.outcome and new.outcome.value,
        "received_at": at,
        "decided_at": at if new.outcome else None,
        "golden_id": None,
        "notice_id": notice_id,
        "position": new.position,
        "kind": new.kind.value,
        "version": new.version,
        "changed_at": new.changed_at,
        "read_at": new.read_at,
        "client_key": new.client_key,
        "actor": new.actor,
        "detail": new.detail,
        "state": new.state,
    }


_OF_LANES = select(*_COLUMNS).where(among(event.c.lane, "ks"))
_TO_JUDGE = Prepared(
    union_all(
        _OF_LANES.where(event.c.decided_at.is_(None)),
        _OF_LANES.where(
            text("outcome in ('waiting', 'held', 'conflict')"),  # the words of the partial index
            event.c.outcome == literal_column(f"'{Outcome.WAITING.value}'"),
        ),
    )
)


def to_judge(connection: Connection, lane_keys: Sequence[str]) -> dict[str, list[Event]]:
    """Return per lane the events without outcome and those that wait, oldest first."""
    found: dict[str, list[Event]] = {}
    for row in _TO_JUDGE.rows(connection, ks=keys(connection, list(lane_keys))):
        told = event_of(dict(zip(_NAMES, row, strict=True)))
        found.setdefault(told.lane, []).append(told)
    for told_of_lane in found.values():
        told_of_lane.sort(key=lambda each: (each.received_at, each.id))
    return found


def undecided_versions(
    connection: Connection, lane_keys: Sequence[str]
) -> set[tuple[str, str | None]]:
    """Return (lane, version) of the events that wait for a decision anyway."""
    query = select(event.c.lane, event.c.version).where(
        among(event.c.lane, "ks"), event.c.decided_at.is_(None)
    )
    rows = connection.execute(query, {"ks": keys(connection, list(lane_keys))})
    return {(row.lane, row.version) for row in rows}


_DELETED = select(event.c.lane).where(among(event.c.lane, "ks"), DELETED)


def told_deleted(connection: Connection, lane_keys: Sequence[str]) -> set[str]:
    """Return the lanes of records that were told of as deleted, ever."""
    return set(connection.scalars(_DELETED, {"ks": keys(connection, list(lane_keys))}))


def told_with(connection: Connection, client_keys: Sequence[str], since: datetime) -> set[str]:
    """Return the external ids of records that were told of since then with one of these keys."""
    query = select(event.c.external_id).where(
        event.c.id >= first_of("ev", since), among(event.c.client_key, "ks")
    )
    found = connection.scalars(query, {"ks": keys(connection, list(client_keys))})
    return {each for each in found if each is not None}


def settle(connection: Connection, decided: Sequence[Decided], at: datetime) -> None:
    """Give events their outcome."""
    rows = [
        {
            "id": each.event_id,
            "outcome": each.outcome.value,
            "golden_id": each.golden_id,
            "detail": each.detail,
            "decided_at": at,
        }
        for each in decided
    ]
    if rows:
        update_many(connection, event, ["id"], rows)


def event_by_id(connection: Connection, event_id: str) -> Event | None:
    """Return one event."""
    query = select(*_COLUMNS).where(event.c.id == bindparam("wanted"))
    row = connection.execute(query, {"wanted": event_id}).mappings().one_or_none()
    return event_of(row) if row else None


def events_of(connection: Connection, golden_id: str, limit: int) -> list[Event]:
    """Return the latest events of a golden record, newest first."""
    query = (
        select(*_COLUMNS)
        .where(event.c.golden_id == bindparam("golden"))
        .order_by(event.c.received_at.desc(), event.c.id.desc())
        .limit(bindparam("many"))
    )
    rows = connection.execute(query, {"golden": golden_id, "many": limit}).mappings()
    return [event_of(row) for row in rows]


def balance_sheet(connection: Connection, connection_id: str | None = None) -> Balance:
    """Add up what came in and what became of it, from rows, for one connection or all.

    What came in is counted on its own: items of notices, and events that came without one.
    """
    noticed = select(func.coalesce(func.sum(notice.c.event_count), 0))
    counted = select(event.c.outcome, event.c.notice_id.is_(None), func.count()).group_by(
        event.c.outcome, event.c.notice_id.is_(None)
    )
    if connection_id is not None:
        noticed = noticed.where(notice.c.connection == connection_id)
        counted = counted.where(event.c.connection == connection_id)
    received = int(connection.scalar(noticed) or 0)
    counts: dict[str | None, int] = {}
    for outcome, unnoticed, many in connection.execute(counted):
        counts[outcome] = counts.get(outcome, 0) + many
        received += many if unnoticed else 0
    return balance(received, counts)


def backlogs(connection: Connection, connection_ids: Sequence[str], most: int) -> dict[str, int]:
    """Return connection -> its undecided events, counted up to `most`."""
    found = {}
    for connection_id in connection_ids:
        some = (
            select(event.c.lane)
            .where(
                event.c.lane >= f"{connection_id}|",
                event.c.lane < f"{connection_id}}}",
                event.c.decided_at.is_(None),
            )
            .limit(most)
            .subquery()
        )
        found[connection_id] = connection.scalar(select(func.count()).select_from(some)) or 0
    return found


def first_received(connection: Connection) -> datetime | None:
    """Return when the first event or notice came in."""
    times = [
        connection.scalar(select(table.c.received_at).order_by(table.c.id).limit(1))
        for table in (event, notice)
    ]
    return min((each for each in times if each is not None), default=None)


def oldest_undecided(connection: Connection) -> datetime | None:
    """Return when the event that waits longest for a decision came in."""
    query = select(func.min(event.c.received_at)).where(event.c.decided_at.is_(None))
    found: datetime | None = connection.scalar(query)
    return found


def event_of(row: RowMapping | dict[str, Any]) -> Event:
    """Return the event in a row of all its columns."""
    values: dict[str, Any] = dict(row)
    values["kind"] = ChangeKind(values["kind"])
    values["outcome"] = Outcome(values["outcome"]) if values["outcome"] else None
    return Event(**values)
