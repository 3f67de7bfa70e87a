"""One small question per failing connection now and then; on the answer all its work is due."""

from datetime import timedelta
from typing import Any

import structlog

from connectors.contract import Health
from connectors.errors import ConnectorError
from ground.database import Connection
from hub.connections import store
from hub.connections.rules import Wellbeing, next_probe, trouble_of
from hub.effects.due import store as effects
from hub.lanes import store as lanes
from hub.polling import store as polls
from hub.wiring import Hub

__all__ = ["probe_due"]

_log = structlog.get_logger(__name__)
_PROBE_LASTS = timedelta(seconds=30)


def probe_due(hub: Hub) -> int:
    """Try failing connections whose probe is due; return how many were tried."""

    def claim(connection: Connection) -> list[str]:
        now = hub.db.now(connection)
        return store.claim_probes(connection, now, now + _PROBE_LASTS)

    tried = hub.db.write(claim)
    for connection_id in tried:
        try:
            health = hub.connector(connection_id).check()
        except ConnectorError as error:
            _put_off(hub, connection_id, error)
        else:
            _set_going(hub, connection_id, health)
    if tried:
        hub.directory.refresh()
        hub.doorbell.ring()
    return len(tried)


def _put_off(hub: Hub, connection_id: str, error: ConnectorError) -> None:
    trouble = trouble_of(error)

    def note(connection: Connection) -> None:
        stored = store.locked(connection, connection_id)
        if stored.health is Wellbeing.OK:
            return
        failures = stored.failures + 1
        probe = next_probe(
            hub.db.now(connection),
            failures=failures,
            after=trouble.after,
            longest=hub.settings.probe_every,
        )
        store.set_columns(
            connection,
            connection_id,
            {
                "health": trouble.health.value,
                "health_reason": trouble.reason,
                "failures": failures,
                "next_probe_at": probe,
            },
        )

    hub.db.write(note)


def _set_going(hub: Hub, connection_id: str, health: Health) -> None:
    def note(connection: Connection) -> None:
        now = hub.db.now(connection)
        columns: dict[str, Any] = {
            "health": Wellbeing.OK.value,
            "health_reason": None,
            "failures": 0,
            "next_probe_at": now,
        }
        if health.skew is not None:
            columns["skew_ms"] = round(health.skew * 1000)
        store.set_columns(connection, connection_id, columns)
        lanes.make_due(connection, connection_id, now)
        effects.make_due(connection, connection_id, now)
        polls.make_due(connection, connection_id, now)

    hub.db.write(note)
    _log.info("connection.works_again", connection=connection_id)
