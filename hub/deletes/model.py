"""Deletes as plain values."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["BlownFuse", "Deletion"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """One record that a system deleted; `held`: the fuse had blown, nothing was done yet."""

    event_id: str
    connection: str
    object_type: str
    external_id: str
    crossref_id: str
    golden_id: str
    held: bool


@dataclass(frozen=True, slots=True)
class BlownFuse:
    """A connection whose deletes wait for a person, and how many."""

    connection: str
    blown_at: datetime
    held: int
