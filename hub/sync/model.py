"""What a decision is made of and what it says."""

from dataclasses import dataclass, field

from hub.conflicts.model import OpenConflict
from hub.events.rules import Outcome
from hub.projection.views import Sight
from master_data.merge import Sighting
from master_data.model import Crossref, FieldResult, Golden, Record, Value

__all__ = ["Case", "Decision", "Version"]


@dataclass(frozen=True, slots=True)
class Version:
    """One new version of a golden record: what changed, by which event."""

    golden: Golden
    changes: dict[str, list[Value]]
    connection: str | None
    event_id: str | None
    mapping_version: int | None = None
    actor: str | None = None


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
