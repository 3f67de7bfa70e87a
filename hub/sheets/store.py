"""Sheets <-> rows: whole hours are rolled up once, what closes later is added to its hour.

Identifiers rise with time, so an hour is a range of them. Everything below the mark is rolled up.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select

from ground.database import Connection
from ground.ids import first_of
from ground.instants import from_microseconds
from ground.statements import among, insert_many, keys
from hub.chores import store as chores
from hub.events.rules import CLOSED, Balance, balance
from hub.events.tables import event, notice
from hub.sheets.tables import balance_hour, balance_late

__all__ = ["HOUR", "NAME", "add_closed_late", "hours", "roll", "rolled_until", "sheet"]

NAME = "sheets"
HOUR = timedelta(hours=1)
_MICROS = HOUR // timedelta(microseconds=1)
_CLOSED = frozenset(each.value for each in CLOSED)
_Counts = Counter[tuple[str, str | None]]


def rolled_until(connection: Connection) -> datetime | None:
    """Return the hour before which everything is rolled up."""
    mark = chores.mark_of(connection, NAME)
    return from_microseconds(int(mark)) if mark else None


def roll(connection: Connection, hour: datetime) -> int:
    """Roll up one hour; return how many events came in it."""
    until = hour + HOUR
    received = _received(connection, hour, until)
    closed: dict[str, Counter[str]] = {}
    late = []
    query = select(event.c.id, event.c.connection, event.c.outcome).where(
        _between(event.c.id, "ev", hour, until)
    )
    for row in connection.execute(query):
        if row.outcome in _CLOSED:
            closed.setdefault(row.connection, Counter())[row.outcome] += 1
        else:
            late.append({"event_id": row.id, "connection": row.connection, "hour": hour})
    rows = [
        {
            "connection": name,
            "hour": hour,
            "received": received.get(name, 0),
            "counts": dict(closed.get(name, {})),
        }
        for name in sorted(received.keys() | closed.keys())
    ]
    insert_many(connection, balance_hour, rows, on_conflict=["connection", "hour"])
    insert_many(connection, balance_late, late, on_conflict="nothing")
    return sum(received.values())


def _received(connection: Connection, since: datetime, until: datetime | None) -> Counter[str]:
    """Count what came in: items of notices, and events that came without one."""
    noticed = select(notice.c.connection, func.sum(notice.c.event_count)).where(
        _between(notice.c.id, "no", since, until)
    )
    found: Counter[str] = Counter()
    for name, many in connection.execute(noticed.group_by(notice.c.connection)):
        found[name] += int(many or 0)
    plain = select(event.c.connection, func.count()).where(
        _between(event.c.id, "ev", since, until), event.c.notice_id.is_(None)
    )
    for name, many in connection.execute(plain.group_by(event.c.connection)):
        found[name] += many
    return found


def _between(
    column: ColumnElement[str], prefix: str, since: datetime, until: datetime | None
) -> ColumnElement[bool]:
    after = column >= first_of(prefix, since)
    return after if until is None else after & (column < first_of(prefix, until))


def add_closed_late(connection: Connection, limit: int) -> int:
    """Add events that were open when their hour was rolled up and are closed now."""
    query = (
        select(balance_late.c.event_id, balance_late.c.connection, balance_late.c.hour)
        .add_columns(event.c.outcome)
        .join(event, event.c.id == balance_late.c.event_id)
        .where(event.c.outcome.in_(sorted(_CLOSED)))
        .order_by(balance_late.c.event_id)
        .limit(limit)
    )
    found = connection.execute(query).all()
    sums: dict[tuple[str, datetime], Counter[str]] = {}
    for row in found:
        sums.setdefault((row.connection, row.hour), Counter())[row.outcome] += 1
    for (name, hour), counts in sorted(sums.items()):
        _add(connection, name, hour, counts)
    ids = keys(connection, [row.event_id for row in found])
    connection.execute(
        delete(balance_late).where(among(balance_late.c.event_id, "ids")), {"ids": ids}
    )
    return len(found)


def _add(connection: Connection, name: str, hour: datetime, counts: Counter[str]) -> None:
    mine = (balance_hour.c.connection == name) & (balance_hour.c.hour == hour)
    row = connection.execute(select(balance_hour).where(mine)).mappings().one_or_none()
    known: dict[str, Any] = dict(row) if row else {"received": 0, "counts": {}}
    sums = Counter(known["counts"])
    sums.update(counts)
    fresh = {"connection": name, "hour": hour, "received": known["received"], "counts": dict(sums)}
    insert_many(connection, balance_hour, [fresh], on_conflict=["connection", "hour"])


def sheet(connection: Connection) -> tuple[Balance, Mapping[str, Balance]]:
    """Return the balance sheet over all and per connection: rolled-up hours and what came since."""
    until = rolled_until(connection)
    received, counts = _live(connection, until)
    query = select(balance_hour.c.connection, balance_hour.c.received, balance_hour.c.counts)
    for name, many, closed in connection.execute(query):
        received[name] += many
        for outcome, number in closed.items():
            counts[name, outcome] += number
    names = sorted(received.keys() | {name for name, _ in counts})
    sheets = {name: _balance(received, counts, [name]) for name in names}
    return _balance(received, counts, names), sheets


def _live(connection: Connection, until: datetime | None) -> tuple[Counter[str], _Counts]:
    """Count what is not rolled up: what came since, and what was open then."""
    since = until or from_microseconds(0)
    received = _received(connection, since, None)
    counts: _Counts = Counter()
    fresh = select(event.c.connection, event.c.outcome, func.count()).where(
        _between(event.c.id, "ev", since, None)
    )
    late = select(event.c.connection, event.c.outcome, func.count()).join(
        balance_late, balance_late.c.event_id == event.c.id
    )
    for query in (fresh, late):
        grouped = query.group_by(event.c.connection, event.c.outcome)
        for name, outcome, many in connection.execute(grouped):
            counts[name, outcome] += many
    return received, counts


def _balance(received: Counter[str], counts: _Counts, names: Iterable[str]) -> Balance:
    wanted = set(names)
    sums: Counter[str | None] = Counter()
    for (name, outcome), many in counts.items():
        if name in wanted:
            sums[outcome] += many
    return balance(sum(received[name] for name in wanted), sums)


def hours(
    connection: Connection, connection_id: str | None, since: datetime
) -> list[tuple[str, datetime, int, Mapping[str, int]]]:
    """Return (connection, hour, received, outcome -> events) of each hour, the newest first."""
    found: dict[tuple[str, datetime], tuple[int, Counter[str]]] = {}
    rolled = select(balance_hour).where(balance_hour.c.hour >= since)
    for row in connection.execute(rolled):
        found[row.connection, row.hour] = row.received, Counter(row.counts)
    start = rolled_until(connection)
    for name, hour, outcome, many in _by_hour(connection, max(since, start) if start else since):
        received, counts = found.setdefault((name, hour), (0, Counter()))
        counts[outcome or "undecided"] += many
        found[name, hour] = received + many, counts
    late = select(balance_late.c.connection, balance_late.c.hour, event.c.outcome, func.count())
    late = late.join(event, event.c.id == balance_late.c.event_id)
    group = (balance_late.c.connection, balance_late.c.hour, event.c.outcome)
    for name, hour, outcome, many in connection.execute(late.group_by(*group)):
        if (name, hour) in found:
            found[name, hour][1][outcome or "undecided"] += many
    return [
        (name, hour, received, counts)
        for (name, hour), (received, counts) in sorted(
            found.items(), key=lambda each: (each[0][1], each[0][0]), reverse=True
        )
        if connection_id in (None, name)
    ]


def _by_hour(
    connection: Connection, since: datetime
) -> Iterable[tuple[str, datetime, str | None, int]]:
    at = event.c.received_at
    query = select(event.c.connection, at, event.c.outcome).where(
        _between(event.c.id, "ev", since, None)
    )
    sums: Counter[tuple[str, datetime, str | None]] = Counter()
    for name, when, outcome in connection.execute(query):
        sums[name, when.replace(minute=0, second=0, microsecond=0), outcome] += 1
    return [(*key, many) for key, many in sums.items()]
