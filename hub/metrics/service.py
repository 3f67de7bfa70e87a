"""Adds the figures up from rows: every process tells the same, and nothing is counted twice."""

import shutil
from datetime import datetime

from ground.database import Connection
from hub.alerts import store as alerts
from hub.chores import store as chores
from hub.conflicts import store as conflicts
from hub.connections import store as connections
from hub.connections.rules import Wellbeing
from hub.deletes import store as deletes
from hub.effects import store as effects
from hub.effects.due import store as due_effects
from hub.events import store as events
from hub.lanes import store as lanes
from hub.metrics.rules import Figure, Kind
from hub.polling import store as polls
from hub.sheets import store as sheets
from hub.wiring import Hub
from hub.workers import store as workers

__all__ = ["figures"]


def figures(hub: Hub) -> list[Figure]:
    """Return all figures as of now."""
    return hub.db.read(lambda c: _figures(hub, c, hub.db.now(c)))


def _figures(hub: Hub, connection: Connection, now: datetime) -> list[Figure]:
    return [
        *_events(connection),
        *_waiting(connection, now),
        *_connections(connection, now),
        _one(
            "rectoverso_workers",
            "Workers alive.",
            workers.alive(connection, now),
        ),
        _one(
            "rectoverso_workers_unheard",
            "Workers whose rings no doorbell takes.",
            len(workers.unheard(connection, now)),
        ),
        _one(
            "rectoverso_workers_ended",
            "Workers that ended without saying so, within the hour.",
            len(workers.ended(connection, now)),
        ),
        _one(
            "rectoverso_worker_silent_seconds",
            "Longest time since a worker's last sign of life, within the hour.",
            _age(workers.longest_silent(connection, now), now),
        ),
        _one(
            "rectoverso_workers_found_doorbell_emptied",
            "Workers that found Redis emptied, within the hour.",
            workers.emptied(connection, now),
        ),
        *_ground(hub, connection),
        _one("rectoverso_alerts", "Alerts that are open.", len(alerts.all_alerts(connection))),
        _one("rectoverso_chores_failing", "Chores that fail.", chores.failing(connection)),
    ]


def _events(connection: Connection) -> list[Figure]:
    _, by_connection = sheets.sheet(connection)
    received = Figure("rectoverso_events_received_total", "Changes that came in.", Kind.COUNTER)
    outcomes = Figure("rectoverso_events", "Changes by what became of them.", Kind.GAUGE)
    uneven = Figure("rectoverso_balance_uneven", "1: the balance sheet is uneven.", Kind.GAUGE)
    for name, sheet in by_connection.items():
        mine = {"connection": name}
        received.samples.append((mine, sheet.received))
        uneven.samples.append((mine, int(not sheet.is_even)))
        for outcome, many in sheet.by_outcome.items():
            outcomes.samples.append((mine | {"outcome": outcome.value}, many))
        outcomes.samples.append((mine | {"outcome": "undecided"}, sheet.undecided))
    return [received, outcomes, uneven]


def _waiting(connection: Connection, now: datetime) -> list[Figure]:
    open_effects = Figure("rectoverso_effects_open", "Writes to be made or told.", Kind.GAUGE)
    for (name, state), many in sorted(effects.counts(connection).items()):
        open_effects.samples.append(({"connection": name, "state": state}, many))
    undecided, due = events.oldest_undecided(connection), due_effects.oldest_due(connection)
    return [
        open_effects,
        _one("rectoverso_lanes", "Records with something to decide.", lanes.count(connection)),
        _one(
            "rectoverso_oldest_event_seconds",
            "Age of the oldest change without outcome.",
            _age(undecided, now),
        ),
        _one(
            "rectoverso_oldest_effect_seconds",
            "Age of the oldest write that is due.",
            _age(due, now),
        ),
        _one(
            "rectoverso_conflicts_open", "Questions for a person.", conflicts.count_open(connection)
        ),
    ]


def _connections(connection: Connection, now: datetime) -> list[Figure]:
    up = Figure("rectoverso_connection_up", "1: the system answers and lets us in.", Kind.GAUGE)
    failing = Figure("rectoverso_connection_failing_seconds", "How long it fails.", Kind.GAUGE)
    held = Figure("rectoverso_deletes_held", "Deletes held by a blown fuse.", Kind.GAUGE)
    unread = Figure("rectoverso_feed_age_seconds", "Since a feed was read to its end.", Kind.GAUGE)
    blown = {each.connection: each.held for each in deletes.blown(connection)}
    for each in connections.all_connections(connection):
        mine = {"connection": each.id}
        is_up = each.health is Wellbeing.OK
        failing.samples.append((mine, 0.0 if is_up else _age(each.failing_since, now)))
        up.samples.append((mine, int(is_up)))
        held.samples.append((mine, blown.get(each.id, 0)))
        for feed in polls.all_polls(connection, each.id):
            of = mine | {"object_type": feed.object_type}
            unread.samples.append((of, _age(feed.last_ok_at or each.created_at, now)))
    return [up, failing, held, unread]


def _ground(hub: Hub, connection: Connection) -> list[Figure]:
    """Return how much is left of what everything stands on."""
    free = shutil.disk_usage(hub.settings.data).free if hub.settings.data.is_dir() else 0
    found = [_one("rectoverso_disk_free_bytes", "Room left for the data folder.", free)]
    if taken := alerts.connections_taken(connection):
        used, most = taken
        figure = Figure("rectoverso_database_connections", "Of PostgreSQL.", Kind.GAUGE)
        figure.samples.append(({"state": "used"}, used))
        figure.samples.append(({"state": "most"}, most))
        found.append(figure)
    return found


def _one(name: str, text: str, value: float) -> Figure:
    return Figure(name, text, Kind.GAUGE, [({}, value)])


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
