"""Scores what changed below the commit horizon, looks again at what is old, sums up the day."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ground.database import Connection
from ground.instants import from_microseconds, to_microseconds
from hub.chores import store as chores
from hub.quality import store
from hub.quality.model import Link, Row
from hub.sealing.store import first_at, horizon, nth_at
from hub.wiring import Hub
from master_data import store as goldens
from master_data.errors import NoSuchGolden
from master_data.quality.model import Assessment, Standing
from master_data.quality.rules import assess, default_rules

__all__ = ["assess_due", "assess_one", "assess_records", "sum_up_day"]

_NAME = "quality"
_AT_ONCE = 200
_AGAIN = timedelta(days=1)
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


def assess_due(hub: Hub) -> bool:
    """Score up to 200 changed records and 200 old scores; return whether more wait."""
    found = hub.db.read(lambda c: _due(hub, c))
    if found is None:
        return False
    until, ids, more = found
    assess_records(hub, ids, until)
    return more


def _due(hub: Hub, connection: Connection) -> tuple[datetime | None, list[str], bool] | None:
    """Return (how far to look, records to score, more wait); None: nothing to do."""
    now = hub.db.now(connection)
    mark = chores.mark_of(connection, _NAME)
    first = first_at(connection) if mark is None else None
    since = from_microseconds(int(mark)) if mark else first - _INSTANT if first else None
    until, ids, more = None, list[str](), False
    if since is not None and (edge := horizon(connection, now)) > since:
        last = nth_at(connection, since, edge, _AT_ONCE)
        until, more = last or edge, last is not None
        ids = store.changed_between(connection, since, until)
    ids += store.oldest(connection, now - _AGAIN, _AT_ONCE)
    return (until, ids, more) if ids or more else None


def assess_records(hub: Hub, ids: Sequence[str], until: datetime | None = None) -> None:
    """Score records; `until`: how far the history has been looked at with them.

    Scoring takes its time, so no transaction is open meanwhile. A record that moved on keeps the
    score it had: its new version lies above `until`, and is looked at later.
    """
    now, rows, ended, links = hub.db.read(lambda c: _look(hub, c, sorted(set(ids))))
    scored = {row.id: (row.entity, _assess(row, links.get(row.id, []), now)) for row in rows}

    def work(connection: Connection) -> None:
        store.forget(connection, ended)
        same = store.unmoved(connection, rows)
        store.save(connection, {key: each for key, each in scored.items() if key in same}, now)
        if until is not None:
            chores.set_mark(connection, _NAME, str(to_microseconds(until)))

    hub.db.write(work, synced=False)


def _look(
    hub: Hub, connection: Connection, ids: Sequence[str]
) -> tuple[datetime, list[Row], list[str], dict[str, list[Link]]]:
    """Return the time, the living records, the ids of those that are no more, and links."""
    rows, ended = store.rows_of(connection, ids)
    return hub.db.now(connection), rows, ended, store.links_of(connection, [row.id for row in rows])


def assess_one(hub: Hub, golden_id: str) -> Assessment:
    """Score a record as it is now. Raises NoSuchGolden."""

    def look(connection: Connection) -> Assessment:
        found = goldens.goldens_by_id(connection, [golden_id]).get(golden_id)
        now, rows, _, links = _look(hub, connection, [found.id] if found else [])
        if not rows:
            raise NoSuchGolden(golden_id)
        return _assess(rows[0], links.get(rows[0].id, []), now)

    return hub.db.read(look)


def _assess(row: Row, live: Sequence[Link], now: datetime) -> Assessment:
    seen = [each.seen_at for each in live if each.seen_at]
    standing = Standing(
        held={*row.held, *(path for each in live for path in each.held)},
        parked=sum(each.parked is not None for each in live),
        systems=len(live),
        confirmed_days=(now - max([row.updated_at, *seen])) / _DAY,
    )
    return assess(row.entity, row.body, standing, default_rules())


def sum_up_day(hub: Hub) -> bool:
    """Keep today's figures."""
    found = hub.db.read(store.summaries)
    if found:
        day = hub.db.read(hub.db.now).date().isoformat()
        hub.db.write(lambda c: store.keep_day(c, day, found), synced=False)
    return False
