"""Notices and events as plain values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from connectors.contract import Change, ChangeKind, Record
from hub.events.rules import Outcome
from master_data.model import lane_key

__all__ = ["FILLED", "SETTLED", "Acceptance", "Decided", "Event", "NewEvent", "NewNotice"]

SETTLED = "rectoverso:settled"
"""Actor of an event made of the answer to our own write: what else the record says by now."""
FILLED = "rectoverso:filled"
"""The same after a create: what the system filled in by itself."""


class Acceptance(StrEnum):
    """What became of a notice at the door."""

    NEW = "new"
    REPEATED = "repeated"
    """The same notice was accepted before: nothing to do."""
    CONTRADICTED = "contradicted"
    """Another body came under the same notice id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """One change about to be stored; with an outcome it is decided already (`rejected`)."""

    id: str
    connection: str
    object_type: str
    external_id: str | None
    kind: ChangeKind = ChangeKind.CHANGED
    version: str | None = None
    changed_at: datetime | None = None
    client_key: str | None = None
    actor: str | None = None
    state: Record | None = None
    read_at: datetime | None = None
    position: int | None = None
    outcome: Outcome | None = None
    detail: dict[str, Any] | None = None

    @property
    def lane(self) -> str:
        """Return the lane the event belongs to."""
        return lane_key(self.connection, self.object_type, self.external_id or "")

    @staticmethod
    def of(
        change: Change,
        *,
        event_id: str,
        connection: str,
        **more: Any,  # noqa: ANN401 - the fields of the event
    ) -> "NewEvent":
        """Make the event of a connector's change; `more` are further fields of the event."""
        fields: dict[str, Any] = {
            "id": event_id,
            "connection": connection,
            "object_type": change.object_type,
            "external_id": change.external_id,
            "kind": change.kind,
            "version": change.version,
            "changed_at": change.changed_at,
            "client_key": change.client_key,
            "actor": change.actor,
            "state": change.record,
        }
        return NewEvent(**(fields | more))


@dataclass(frozen=True, slots=True)
class NewNotice:
    """One signed delivery with its raw body and the events found in it."""

    id: str
    connection: str
    notice_id: str | None
    body: str
    events: tuple[NewEvent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One stored change.

    `read_at` is the database time at which the read of `state` began; None: it came in a notice,
    so without a comparable version it is only a hint.
    """

    id: str
    connection: str
    object_type: str
    external_id: str | None
    lane: str
    kind: ChangeKind
    version: str | None
    changed_at: datetime | None
    client_key: str | None
    actor: str | None
    state: Record | None
    read_at: datetime | None
    received_at: datetime
    notice_id: str | None
    position: int | None
    outcome: Outcome | None
    detail: dict[str, Any] | None
    golden_id: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Decided:
    """The outcome one event gets; `detail` says why (fields, reasons, effects)."""

    event_id: str
    outcome: Outcome
    golden_id: str | None
    detail: dict[str, Any] | None = None
