"""What a decision is made of and what it says."""

from dataclasses import dataclass, field

from hub.events.rules import Outcome
from hub.sync.views import Sight
from master_data.merge import Sighting
from master_data.model import Crossref, FieldResult, Golden, Record, Value

__all__ = ["Case", "Decision", "OpenConflict", "Rival"]


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
class Rival:
    """One value of a conflict: who says it, since when."""

    source: str
    value: Value
    at: int

    def to_json(self) -> dict[str, Value]:
        """Return the stored form."""
        return {"source": self.source, "value": self.value, "at": self.at}


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """A conflict to open, or to bring up to date when it is open already.

    `subject`: a path for rival or unmapped values, another golden id for a possible duplicate.
    """

    kind: str
    entity: str
    golden_id: str
    subject: str
    connection: str | None
    rule: str
    why: str
    rivals: tuple[Rival, ...] = ()


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
