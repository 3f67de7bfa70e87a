"""What the hub will not decide alone, as plain values."""

from dataclasses import dataclass
from datetime import datetime

from master_data.model import Value

__all__ = ["Cause", "Closing", "Conflict", "NewConflict", "OpenConflict", "Rival"]


@dataclass(frozen=True, slots=True)
class Rival:
    """One value of a conflict: who says it, since when."""

    source: str
    value: Value
    at: int

    def to_json(self) -> dict[str, Value]:
        """Return the stored form."""
        return {"source": self.source, "value": self.value, "at": self.at}


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """A conflict to open, or to bring up to date when it is open already.

    `subject`: a path for rival or unmapped values, another golden id for a possible duplicate.
    """

    kind: str
    entity: str
    golden_id: str
    subject: str
    connection: str | None
    rule: str
    why: str
    rivals: tuple[Rival, ...] = ()


@dataclass(frozen=True, slots=True)
class NewConflict:
    """A conflict to open, with the event that raised it."""

    id: str
    conflict: OpenConflict
    event_id: str | None


@dataclass(frozen=True, slots=True)
class Closing:
    """How a conflict ended: `by` a person or `rules`."""

    conflict_id: str
    by: str
    resolution: dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One stored conflict; `version` is what a resolution must have seen."""

    id: str
    kind: str
    entity: str
    golden_id: str
    subject: str
    connection: str | None
    rule: str
    why: str
    rivals: list[dict[str, Value]]
    events: list[str]
    version: int
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    resolution: dict[str, Value] | None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """Open conflicts that one repair will end; `example` is one of them, `why` its reason."""

    id: str
    kind: str
    connection: str | None
    why: str
    count: int
    oldest_at: datetime
    example: str
