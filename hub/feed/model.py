"""A change of a golden record as others see it, and who is told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

__all__ = ["Change", "Place", "State", "Subscriber"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader of the feed stands: after this version."""

    at: int
    golden_id: str
    version: int


@dataclass(frozen=True, slots=True)
class Change:
    """One version of a golden record. `fields`: path -> new value, null where it was cleared.

    `state` is today's; `became` names the record it is part of now, itself if it was never merged.
    """

    golden_id: str
    entity: str
    version: int
    at: datetime
    state: str
    became: str
    erased: bool
    fields: dict[str, Any]


class State(StrEnum):
    """`disabled`: nobody took anything for five days, or answered 410."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Somebody who is told by signed posts. `entities` empty: all."""

    id: str
    url: str
    secrets: Sequence[str]
    entities: Sequence[str]
    state: State
    cursor: str | None
    due_at: datetime
    failures: int
    failing_since: datetime | None
    answer: str | None
    told_at: datetime | None
    created_at: datetime
