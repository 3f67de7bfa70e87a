"""What a decision is made of and what it says."""

from dataclasses import dataclass, field

from hub.conflicts.model import OpenConflict
from hub.events.rules import Outcome
from hub.projection.views import Sight
from master_data.merge import Sighting
from master_data.model import Crossref, FieldResult, Golden, Record, Value

__all__ = ["Case", "Decision", "Version", "name_of"]


@dataclass(frozen=True, slots=True)
class Version:
    """One new version of a golden record: what changed, by which event."""

    golden: Golden
    changes: dict[str, list[Value]]
    connection: str | None
    event_id: str | None
    mapping_version: int | None = None
    actor: str | None = None


def name_of(connection: str, entity: str, external_id: str) -> str:
    """Return the name under which lanes wait for a record of a system."""
    return f"{connection}:{entity}:{external_id}"


@dataclass(frozen=True, slots=True)
class Case:
    """One state of a source record beside its crossref and its golden record."""

    crossref: Crossref
    golden: Golden
    record: Record
    remote_version: str | None
    sight: Sight
    sighting: Sighting
    mapping_version: int
    missing: frozenset[str] = frozenset()
    """References, as `connection:entity:external id`, that their system says are not there."""

    @property
    def awaited(self) -> dict[str, tuple[str, str]]:
        """Return path -> (entity, external id) of references that may still become known."""
        unresolved = self.sight.unresolved.items()
        return {path: ref for path, ref in unresolved if not self._lacks(ref)}

    @property
    def dangling(self) -> dict[str, str]:
        """Return path -> reason of references to records that are not there."""
        if not self.sight.unresolved:
            return {}
        named = {path: ref for path, ref in self.sight.unresolved.items() if self._lacks(ref)}
        return {path: f"names {ref[0]} {ref[1]}, which is not there" for path, ref in named.items()}

    def _lacks(self, reference: tuple[str, str]) -> bool:
        return name_of(self.crossref.connection, *reference) in self.missing


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one state: the new rows, the outcome of its event, and why."""

    golden: Golden
    crossref: Crossref
    outcome: Outcome
    results: tuple[FieldResult, ...]
    changes: dict[str, list[Value]] = field(default_factory=dict)
    conflicts: tuple[OpenConflict, ...] = ()
    settled: tuple[str, ...] = ()
    waits_for: tuple[str, ...] = ()
    rejected: str | None = None
    deferred: bool = False
    """Nothing is kept of the state until what it waits for is there."""

    @property
    def detail(self) -> dict[str, Value]:
        """Return what the timeline shows of it."""
        told: dict[str, Value] = {
            "fields": {r.path: [r.outcome.value, r.rule, r.why] for r in self.results},
            "version": self.golden.version,
        }
        return told | ({"reason": self.rejected} if self.rejected else {})
