"""Frees what waited for a record that is there now: referring lanes, effects of its children."""

from collections.abc import Iterable
from datetime import datetime

from ground.database import Connection
from hub.effects import store as effects
from hub.lanes import store as lanes
from master_data import store as golden_store
from master_data.model import Crossref

__all__ = ["announce_live", "free_arrived", "release_arrived"]


def announce_live(connection: Connection, crossrefs: Iterable[Crossref], at: datetime) -> None:
    """Free what waited for these records: lanes that refer to them, effects of their children."""
    told = [each for each in crossrefs if each.external_id is not None]
    if not told:
        return
    effects.follow(connection, {each.id: each.lane for each in told})
    names = [f"{each.connection}:{each.entity}:{each.external_id}" for each in told]
    lanes.waiting_for(connection, [*names, *(f"effect:{each.id}" for each in told)], at)
    effects.release(connection, [f"{each.connection}:{each.golden_id}" for each in told], at)


def free_arrived(connection: Connection, names: Iterable[str], at: datetime) -> None:
    """Free lanes that began to wait for a record which is linked by now."""
    arrived = []
    for name in names:
        if name.startswith("effect:"):
            continue
        connection_id, entity, external_id = name.split(":", 2)
        if golden_store.golden_id_of(connection, connection_id, entity, external_id):
            arrived.append(name)
    if arrived:
        lanes.waiting_for(connection, arrived, at)


def release_arrived(connection: Connection, names: Iterable[str], at: datetime) -> None:
    """Free effects whose record came there while their batch was under way."""
    for name in names:
        connection_id, _, golden_id = name.partition(":")
        if golden_store.external_id_of(connection, connection_id, golden_id) is not None:
            effects.release(connection, [name], at)
