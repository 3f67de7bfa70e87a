"""What the hub asks of every connector, and the plain values that go to and fro.

A connector speaks one system's API and nothing else: it decides no field, keeps no state besides
its budget, and never retries a write. It raises `errors` for the connection as a whole and answers
for each record by a `WriteResult`.

Records are JSON objects in the system's own words: str, int, bool, None, list and dict only.
A decimal number is a string in plain notation ("12.50"); no float ever leaves a connector.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

__all__ = [
    "Absent",
    "BrokenItem",
    "Capabilities",
    "Change",
    "ChangeKind",
    "ChangePage",
    "ConnectionConfig",
    "Connector",
    "Delete",
    "Deletes",
    "GoneRecord",
    "Health",
    "Json",
    "ManagedField",
    "OutcomeUnknown",
    "Record",
    "Refused",
    "SourceState",
    "StaleRecord",
    "TryLater",
    "Write",
    "WriteResult",
    "Written",
]

Json: TypeAlias = str | int | bool | list["Json"] | dict[str, "Json"] | None
Record: TypeAlias = dict[str, Json]


class ChangeKind(StrEnum):
    """What happened to a record; a created record is a changed one."""

    CHANGED = "changed"
    DELETED = "deleted"


class Deletes(StrEnum):
    """How a system tells that a record is gone."""

    TOMBSTONES = "tombstones"
    """The change feed carries it."""
    NOTICES = "notices"
    """Only notices carry it."""
    NONE = "none"
    """Only its absence from a complete listing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a system can do; the hub plans by it and asks for nothing else. Times in seconds."""

    object_types: tuple[str, ...]
    comparable_version: bool
    """Versions are whole numbers that grow with each change of the record."""
    client_key: bool
    """A create with a known `Write.key` finds the record of the first one (native upsert)."""
    bulk_write: int
    """Records per write call; 1 when the system has no bulk endpoint."""
    bulk_read: int
    """Records per read call."""
    read_lag: float
    """So long after a write a read may still show the state before it."""
    settles_within: float
    """So long after a lost answer a write may still land."""
    notices: bool
    managed_fields: bool
    deletes: Deletes
    guarded_write: bool = True
    """`Write.expected_version` is honoured by the system itself."""
    can_delete: bool = True


@dataclass(frozen=True, slots=True)
class Health:
    """An answer to `check`: the system is there and lets us in."""

    system: str | None
    version: str | None
    skew: float | None
    """Seconds the system's clock is ahead of ours; None when it does not tell its time."""


@dataclass(frozen=True, slots=True)
class Change:
    """One record changed or went away; `record` is None when it has to be read."""

    object_type: str
    external_id: str
    kind: ChangeKind
    version: str | None
    changed_at: datetime | None
    client_key: str | None
    record: Record | None
    actor: str | None = None
    """Who did it, in the system's words."""


@dataclass(frozen=True, slots=True)
class BrokenItem:
    """One item of a notice that says nothing usable; its neighbours are fine."""

    reason: str
    item: object
    """The item as it came."""


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Some changes in the order of their stamps; `cursor` covers what was seen, nothing else."""

    changes: list[Change]
    cursor: str | None
    """Opaque. None only if None was given and nothing is there."""
    more: bool
    """False: the feed was read to its end when this page was made."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """A record as the system holds it now."""

    object_type: str
    external_id: str
    record: Record
    version: str | None
    changed_at: datetime | None
    client_key: str | None


@dataclass(frozen=True, slots=True)
class Absent:
    """The system holds no such record (never did, or deleted it)."""


@dataclass(frozen=True, slots=True)
class Write:
    """One intended write. The same `key` is the same intention, however often it is sent."""

    key: str
    """The client key: what the system keeps as our own reference of a created record."""
    external_id: str | None
    """None: create."""
    values: Record
    """Top-level fields to set; a create carries all, an update those that differ."""
    expected_version: str | None
    """Write only if the record still has this version; None: whatever it has."""


@dataclass(frozen=True, slots=True)
class Delete:
    """One intended delete."""

    external_id: str
    expected_version: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """The system holds what was sent, in its own normal form."""

    external_id: str
    version: str | None
    record: Record | None
    """The record after the write; None when the system does not answer with it."""
    exclusive: bool
    """Nobody else wrote between the expected version and this one."""
    changed: bool
    """False: it held these values already."""
    read_back: bool = False
    """The record was read after the write, by the hub, for the system does not answer with it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The system will not hold these values; sending them again is useless."""

    reason: str
    fields: dict[str, str]
    """Path in `Write.values` ("name", "addresses.0.country") -> reason, where the system tells."""


@dataclass(frozen=True, slots=True)
class StaleRecord:
    """The record has another version by now: read it and decide again."""


@dataclass(frozen=True, slots=True)
class GoneRecord:
    """The record is not there any more; after a delete: as wanted."""


@dataclass(frozen=True, slots=True)
class OutcomeUnknown:
    """It may have landed, or may still land within `Capabilities.settles_within`."""

    reason: str


@dataclass(frozen=True, slots=True)
class TryLater:
    """Nothing was written; this record may be sent again after `after` seconds."""

    after: float | None
    reason: str


WriteResult = Written | Refused | StaleRecord | GoneRecord | OutcomeUnknown | TryLater


@dataclass(frozen=True, slots=True)
class ManagedField:
    """A field that the system shows read-only because the hub keeps it."""

    field: str
    kept_by: str
    text: str
    """What the pages of the system say about it."""


@dataclass(frozen=True, slots=True)
class ConnectionConfig:
    """What an integrator entered for one connection."""

    base_url: str
    """Absolute, without query."""
    secret: Callable[[str], str]
    """Secret name of the manifest -> its value at present."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What this one system bears: `calls_per_second`, `records_per_write` (none: as the manifest
    says); and what connectors written as code look for."""


class Connector(Protocol):
    """One configured system. Every method may raise `errors.ConnectionTrouble`."""

    @property
    def capabilities(self) -> Capabilities:
        """Return what this system can do."""
        ...

    def check(self) -> Health:
        """Return who answers and how far its clock is from ours."""
        ...

    def discover(self) -> dict[str, Record]:
        """Return the JSON Schema of each object type's records."""
        ...

    def changes(self, object_type: str, cursor: str | None, limit: int) -> ChangePage:
        """Return what changed since the cursor, oldest first; None reads everything.

        A change may come twice, never not at all. Raises `CursorLost`.
        """
        ...

    def read(
        self, object_type: str, external_ids: Sequence[str]
    ) -> dict[str, SourceState | Absent]:
        """Return the present state of each id asked for."""
        ...

    def write(
        self, object_type: str, writes: Sequence[Write], not_after: datetime
    ) -> list[WriteResult]:
        """Write at most `bulk_write` records, begun before `not_after`; results in their order.

        Raises `BatchRefused` when the system refused the request as a whole.
        """
        ...

    def delete(
        self, object_type: str, deletes: Sequence[Delete], not_after: datetime
    ) -> list[WriteResult]:
        """Delete records; `GoneRecord` is success. Raises `NotSupported`."""
        ...

    def verify(
        self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime
    ) -> str:
        """Return the notice's id if one of the secrets signed it. Raises `BadSignature`.

        Header names are lower-case; `body` is what came over the wire.
        """
        ...

    def parse_notice(self, document: Json) -> list[Change | BrokenItem]:
        """Return the changes of a notice in its order. Raises `NotUnderstood` for no notice."""
        ...

    def keep_fields(self, object_type: str, fields: Sequence[ManagedField]) -> None:
        """Replace the list of fields only we may write. Raises `NotSupported`."""
        ...

    def subscribe(self, url: str) -> str:
        """Ask for notices to `url` and return the secret they are signed with."""
        ...
