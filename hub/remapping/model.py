"""One record on its way from one mapping version to another."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hub.conflicts.model import OpenConflict
from hub.projection.views import Sight
from master_data.model import Crossref, Golden, Value

__all__ = ["Remapped", "Step"]


@dataclass(frozen=True, slots=True)
class Step:
    """One crossref, its golden record, and how the mapping in force reads the stored record.

    `old`: as its own version reads it; `read(golden)`: as the new one does beside that golden
    record. `blocked` and `unblocked`: held paths that the new version cannot, or can again, write.
    `unread`: paths it only writes and whose place the record shows.
    """

    crossref: Crossref
    golden: Golden
    old: Sight
    read: Callable[[Golden], Sight]
    number: int
    unblocked: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()

    @property
    def is_rollback(self) -> bool:
        """Say whether it goes back to an earlier version."""
        return self.number < self.crossref.mapping_version


@dataclass(frozen=True, slots=True)
class Remapped:
    """What became of it. `changes` as provenance stores them; `released`: paths held no more."""

    crossref: Crossref
    golden: Golden
    moved: bool = False
    """The golden record has a new version."""
    changes: dict[str, list[Value]] = field(default_factory=dict)
    conflicts: tuple[OpenConflict, ...] = ()
    released: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    """Paths whose reference is not known yet: the record is to be looked at by its lane."""
    settled: tuple[str, ...] = ()
    """Paths whose rivals agree now."""
