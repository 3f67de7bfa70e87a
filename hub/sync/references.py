"""References to records that nobody told us of: after a while their system is asked for them.

A record whose reference stays unknown waits; what its system says is not there never comes.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from connectors.contract import Absent
from connectors.errors import ConnectorError
from hub.connections import service as connections
from hub.lanes.store import Lane
from hub.wiring import Hub

__all__ = ["ASK_AFTER", "overdue", "without_record"]

ASK_AFTER = 3
"""So often a lane waits for a reference before its system is asked for it."""


def overdue(
    lanes: Mapping[str, Lane], waiting: Mapping[str, tuple[str, ...]], asked: AbstractSet[str]
) -> set[str]:
    """Return the references that lanes have long waited for and nobody asked for in this batch."""
    named = (
        name
        for key, names in waiting.items()
        if key in lanes and lanes[key].attempts >= ASK_AFTER
        for name in names
        if not name.startswith("effect:")
    )
    return set(named) - asked


def without_record(hub: Hub, names: Iterable[str]) -> set[str]:
    """Return those of `connection:entity:external id` that their system says are not there.

    Reads systems. What could not be asked for stays open.
    """
    wanted: dict[tuple[str, str], dict[str, str]] = {}
    for name in sorted(names):
        connection_id, entity, external_id = name.split(":", 2)
        wanted.setdefault((connection_id, entity), {})[external_id] = name
    found: set[str] = set()
    for (connection_id, entity), named in wanted.items():
        try:
            there = _existing(hub, connection_id, entity, list(named))
        except ConnectorError as error:
            connections.report_failure(hub, connection_id, error)
            continue
        found |= {name for external_id, name in named.items() if external_id not in there}
    return found


def _existing(hub: Hub, connection_id: str, entity: str, external_ids: list[str]) -> set[str]:
    """Return which of these are there, in whatever object type holds that entity."""
    opened = hub.connection(connection_id)
    size = opened.connector.capabilities.bulk_read
    there: set[str] = set()
    for object_type, mapping in opened.mappings.items():
        if mapping.entity != entity:
            continue
        for start in range(0, len(external_ids), size):
            states = opened.connector.read(object_type, external_ids[start : start + size])
            there |= {each for each, state in states.items() if not isinstance(state, Absent)}
    return there
