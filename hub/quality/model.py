"""What the lists of quality show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """A golden record as it is scored."""

    id: str
    entity: str
    version: int
    state: str
    body: dict[str, Any]
    held: list[str]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """What a score wants to know of a live record of a system."""

    golden_id: str
    held: dict[str, str]
    parked: str | None
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class ToMend:
    """How many records of an entity one rule finds fault with, at one field."""

    rule: str
    path: str
    records: int


@dataclass(frozen=True, slots=True)
class Summary:
    """One entity: scored records, their mean score (0 to 100), and what there is to mend."""

    entity: str
    records: int
    score: float
    to_mend: Sequence[ToMend]


@dataclass(frozen=True, slots=True)
class Day:
    """The last look at an entity on a day (UTC, ISO)."""

    day: str
    records: int
    score: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A record on a work list."""

    golden_id: str
    title: str
    score: int
    parts: dict[str, int]
    findings: list[list[str]]
    """[rule, path, why], the worst first."""
