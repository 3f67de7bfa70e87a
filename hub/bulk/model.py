"""First readings in bulk as plain values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, TypeAlias

from connectors.contract import Change
from hub.conflicts.model import NewConflict
from hub.matching.model import NewDecision

__all__ = ["Page", "Phase", "Prepared", "Run", "Stretch", "Suspicion"]

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
    """Some records of the source; `cursor`: where it goes on after them.

    `tell` is called by the process that prepares the page: what a file says is read there.
    """

    size: int
    tell: Callable[[], tuple[Change, ...]]
    cursor: str | None
    read_at: datetime

    @staticmethod
    def of(changes: tuple[Change, ...], cursor: str | None, read_at: datetime) -> "Page":
        """Return a page of what was read already."""
        return Page(len(changes), partial(tuple, changes), cursor, read_at)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Return the records; raises whatever the source does if they cannot be read."""
        return self.tell()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page, prepared: the rows of what is taken, and what goes the ordinary road.

    `taken`: external ids; `numbers`, `counts`, `hashes`, `identifying`: the keys by which those are
    found that are matched, as a page of the run stores them.
    """

    taken: list[str]
    goldens: list[Row]
    crossrefs: list[Row]
    versions: list[Row]
    forms: list[Row]
    numbers: bytes
    counts: bytes
    hashes: bytes
    identifying: bytes
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
