"""Mapping versions as plain values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

__all__ = ["Laws", "LawsState", "MappingRef", "Remapping", "StoredVersion", "VersionState"]


@dataclass(frozen=True, slots=True)
class MappingRef:
    """One mapping: of an object type of a connection."""

    connection: str
    object_type: str

    def __str__(self) -> str:
        """Return both, as screens and logs name it."""
        return f"{self.connection}/{self.object_type}"


class VersionState(StrEnum):
    """`draft` -> `active` -> `retired` (a later one was published) or `withdrawn` (rolled back)."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"


class LawsState(StrEnum):
    """Whether the laws were tried on made-up records; `due`: a worker will."""

    DUE = "due"
    GREEN = "green"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Laws:
    """What trying the laws of a mapping said; `why` names the smallest counter-example."""

    state: LawsState
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the stored form."""
        return {"state": self.state.value, "why": self.why}

    @staticmethod
    def from_json(stored: dict[str, Any] | None) -> "Laws | None":
        """Read the stored form back."""
        return Laws(LawsState(stored["state"]), stored["why"]) if stored else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """One version of one mapping of one connection.

    `number` counts from 1, the mapping that came with the connector. `digest` is the SHA-256 of the
    text; `revision` counts the changes of a draft, so that nobody publishes what he did not see.
    """

    connection: str
    object_type: str
    number: int
    state: VersionState
    text: str
    digest: str
    author: str
    note: str
    revision: int
    laws: Laws | None
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    published_by: str | None

    @property
    def ref(self) -> MappingRef:
        """Return which mapping it is a version of."""
        return MappingRef(self.connection, self.object_type)


@dataclass(frozen=True, slots=True)
class Remapping:
    """Records of one mapping that are being brought to a version; `after`: the last golden id.

    The last look comes at `until`: by then no process decides by another version any more.
    """

    connection: str
    object_type: str
    number: int
    after: str
    until: datetime
