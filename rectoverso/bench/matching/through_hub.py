"""One new record through the hub, beside as many golden records as the index holds.

Accepted as a notice, decided, written with golden record, crossref and provenance, each in its own
commit, by one process and without HTTP.
"""

import gc
import json
import sys
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from ground import log, strict_json
from ground.database import Connection
from hub.connections import service as connections
from hub.connections.model import NewConnection
from hub.connections.rules import State
from hub.events import store as events
from hub.events.model import NewEvent, NewNotice
from hub.start import open_hub
from hub.sync.service import decide_due
from hub.wiring import Hub
from rectoverso.bench.matching.people import exported, people
from rectoverso.settings import Settings
from rectoverso.wiring import Houses

_SHOP = "shop"
_STRANGERS = 4243
_WARM_UP = 50
_GOLDENS = """
    INSERT INTO golden (id, entity, version, state, title, folded, body, provenance, decisions,
        held, created_at, updated_at)
    SELECT golden_id, 'customer', 1, 'active', golden_id, golden_id,
        '{"kind":"person","name":"Somebody","lifecycle":"customer","language":"es"}',
        '{"kind":1,"name":1,"lifecycle":1,"language":1}', '{}', '[]', 1, 1
    FROM match_form ORDER BY golden_id
"""
_CROSSREFS = """
    INSERT INTO crossref (id, connection, object_type, entity, golden_id, external_id, state,
        is_primary, version, remote_version, record, base, contributions, elements, absent, held,
        writes, mapping_version, created_at)
    SELECT 'xr' || substr(golden_id, 3), 'till', 'customers', 'customer', golden_id, golden_id,
        'live', true, 1, '1', '{}', '{}', '{}', '{}', '[]', '{}', '{}', 1, 1
    FROM match_form ORDER BY golden_id
"""
_VERSIONS = """
    INSERT INTO golden_version (golden_id, version, at, connection, changes)
    SELECT golden_id, 1, 1, 'till', '{}' FROM match_form ORDER BY golden_id
"""


def measure_hub(settings: Settings, many: int) -> dict[str, Any]:
    """Return p50 and p95 of so many new records, from the notice to the last commit."""
    houses = Houses(settings)
    try:
        hub = open_hub(houses.hub_settings, houses.env("hub"))
        connect_shop(hub, State.LIVE)
        hub.db.write(_beside)
        told = [exported(number, words) for number, words in enumerate(people(many, _STRANGERS))]
        for each in told[:_WARM_UP]:
            _one(hub, each)
        gc.freeze()
        cpu = process_time()
        times = sorted(_one(hub, each) for each in told[_WARM_UP:])
        cpu = process_time() - cpu
        made = hub.db.read(_made)
    finally:
        houses.close()
    return {
        "p50_ms": round(1000 * times[len(times) // 2], 3),
        "p95_ms": round(1000 * times[int(len(times) * 0.95)], 3),
        "cpu_ms": round(1000 * cpu / len(times), 3),
        "made": made,
    }


def connect_shop(hub: Hub, state: State) -> None:
    """Connect a system that nobody calls."""
    new = NewConnection(
        id=_SHOP,
        system="simple_crm",
        title="Shop",
        base_url="http://127.0.0.1:9/shop",
        rank=1,
        key="bench",
        state=state,
    )
    connections.add_connection(hub, new)


def _beside(connection: Connection) -> None:
    """Make golden records, each with a crossref and a version, for all that the index holds."""
    for statement in (_GOLDENS, _CROSSREFS, _VERSIONS):
        connection.exec_driver_sql(statement)


def _made(connection: Connection) -> int:
    query = f"SELECT count(*) FROM crossref WHERE connection = '{_SHOP}'"  # noqa: S608  ours
    return int(connection.exec_driver_sql(query).scalar() or 0)


def _one(hub: Hub, told: dict[str, Any]) -> float:
    """Return the seconds from a notice to the commit of what is decided."""
    begin = perf_counter()
    now = hub.db.read(hub.db.now)
    event = NewEvent(
        id=hub.env.ids.new("ev"),
        connection=_SHOP,
        object_type="customers",
        external_id=told["id"],
        version=str(told["version"]),
        changed_at=now,
        state=told["record"],
    )
    body = strict_json.dumps(told).decode()
    notice = NewNotice(hub.env.ids.new("nt"), _SHOP, told["id"], body, (event,))
    hub.db.write(partial(events.accept, notices=[notice], at=now))
    decide_due(hub)
    return perf_counter() - begin


if __name__ == "__main__":
    log.configure(as_json=True, level="error")
    figures = measure_hub(Settings.load(data=Path(sys.argv[1])), int(sys.argv[2]))
    sys.stdout.write(json.dumps(figures))
