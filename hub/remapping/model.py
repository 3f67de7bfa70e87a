"""One record on its way from one mapping version to another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hub.conflicts.model import OpenConflict
from hub.projection.views import Sight
from master_data.model import Crossref, Golden, Value

__all__ = ["Remapped", "Step"]


@dataclass(frozen=True, slots=True)
class Step:
    """One crossref, its golden record, and how the mapping in force reads the stored record.

    `old`: as its own version reads it; `read(golden)`: as the new one does beside that golden
    record. `at`: now, in micros. `unblocked`: held paths that the new version writes otherwise.
    `unread`: paths it only writes -> what the record shows there. `moved`: paths that have
    another place in the app -> whether the system authored what stands there. `places`: path ->
    where it stands, by the old and by the new version.
    """

    crossref: Crossref
    golden: Golden
    old: Sight
    read: Callable[[Golden], Sight]
    number: int
    at: int
    unblocked: frozenset[str] = frozenset()
    unread: Mapping[str, Value] = field(default_factory=dict)
    moved: Mapping[str, bool] = field(default_factory=dict)
    places: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})

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
