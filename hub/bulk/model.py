"""First readings in bulk as plain values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from connectors.contract import Change
from hub.conflicts.model import NewConflict
from hub.matching.model import NewDecision

__all__ = ["Page", "Phase", "Prepared", "Run", "Stretch", "Suspicion", "Taken"]

Row: TypeAlias = tuple[Any, ...]


class Phase(StrEnum):
    """What a run does now. Each phase may be killed and gone on with."""

    READING = "reading"
    """Records become golden records by the page."""
    COUNTING = "counting"
    """How frequent values are, where nobody counted yet."""
    COMPARING = "comparing"
    """Possible duplicates among what was read."""
    INDEXING = "indexing"
    """The keys, sorted, into the index."""
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run. `ordinary`: records that went the ordinary road; `mark`: how far the phase is."""

    id: str
    connection: str
    object_type: str
    phase: Phase
    cursor: str | None
    pages: int
    read: int
    taken: int
    ordinary: int
    suspects: int
    mark: int
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some records of the source; `cursor`: where it goes on after them."""

    changes: tuple[Change, ...]
    cursor: str | None
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """One record as the rows it becomes, with the keys by which it is found."""

    external_id: str
    golden: Row
    crossref: Row
    version: Row
    form: Row | None
    keys: tuple[int, ...]
    identifying: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page, prepared: what is taken, and what goes the ordinary road."""

    taken: list[Taken]
    left: list[Change]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Records of a run to compare with those before them. `folder`: where the arrays lie."""

    run: Run
    folder: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A record that is perhaps the same as an earlier one of its system."""

    golden_id: str
    conflict: NewConflict
    decision: NewDecision
