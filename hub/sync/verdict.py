"""What a batch decided, to be written in one unit."""

from dataclasses import dataclass, field

from hub.conflicts.model import NewConflict
from hub.deletes.model import Deletion
from hub.events.model import Decided
from hub.matching.model import NewDecision
from hub.matching.search import Search
from hub.projection.planning import Plan
from hub.sync.model import Version
from master_data.index.store import Change
from master_data.model import Crossref

__all__ = ["Verdict"]


@dataclass(slots=True)
class Verdict:
    """What a batch decided. `closing`: (golden id, kind, subject) of conflicts that ended."""

    decided: list[Decided] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    conflicts: list[NewConflict] = field(default_factory=list)
    closing: list[tuple[str, str, str]] = field(default_factory=list)
    plans: list[tuple[Plan, str | None]] = field(default_factory=list)
    waiting: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Lane -> the names it waits for, at least one."""
    live: list[Crossref] = field(default_factory=list)
    search: Search | None = None
    """What the unlinked records were compared with; None: there were none."""
    matches: list[NewDecision] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    """Events that tell of an erased person: nothing of them is kept."""
    parked: list[str] = field(default_factory=list)
    """Connections that took too much for one record: the write parked them."""
    deletions: list[Deletion] = field(default_factory=list)
    index: Change | None = None
    """What becomes of the index by which golden records are found; None: to be worked out."""

    @property
    def deliveries(self) -> bool:
        """Say whether effects were planned."""
        return bool(self.plans)
