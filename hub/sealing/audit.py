"""Notes what people did, in the unit that does it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ground.database import Connection
from hub.sealing import store
from hub.wiring import Hub

__all__ = ["Deed", "note"]


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did what to what; `detail` holds no secrets and no values of fields."""

    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)


def note(hub: Hub, connection: Connection, deed: Deed) -> None:
    """Store a deed; it is sealed within seconds."""
    entry = {
        "id": hub.env.ids.new("au"),
        "at": hub.db.now(connection),
        "actor": deed.actor,
        "action": deed.action,
        "subject": deed.subject,
        "detail": {name: each for name, each in deed.detail.items() if name != "value"},
    }
    store.add_entry(connection, entry)
