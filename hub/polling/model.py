"""A cursor as stored."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Poll"]


@dataclass(frozen=True, slots=True)
class Poll:
    """Where polling of one object type stands; `full_since`: a full listing is under way."""

    connection: str
    object_type: str
    cursor: str | None
    due_at: datetime
    token: str | None
    full_since: datetime | None
    last_ok_at: datetime | None
    error: str | None
    told: dict[str, str | None] | None
    """External id -> version of what the feed told last, so that its overlap is no news."""
    last_full_at: datetime | None = None
    """When a complete listing ended last."""
