"""One scorer per entity type and process, made anew when its counts or thresholds change."""

from dataclasses import dataclass, field

from ground.database import Connection
from master_data.index import store as index
from master_data.likeness.model import Thresholds, shipped_model
from master_data.likeness.scoring import Scorer


@dataclass(slots=True)
class Scorers:
    """Scorers by comparison model, with the digests of model and statistics they weigh by."""

    older: bool = True
    """Whether golden records may be left that only match keys find; never again once False."""
    _known: dict[str, tuple[str, Thresholds | None, Scorer]] = field(default_factory=dict)

    def refresh(self, connection: Connection, kinds: set[str]) -> None:
        """Make the scorers of these models fit the stored statistics and thresholds."""
        self.older = self.older and index.are_older_left(connection)
        digests, thresholds = index.weighing(connection)
        for kind in sorted(kinds):
            stands = digests.get(kind, ""), thresholds.get(kind)
            if kind not in self._known or self._known[kind][:2] != stands:
                model = shipped_model(kind).decided_by(stands[1])
                scorer = Scorer(model, index.statistics_of(connection, kind))
                self._known[kind] = (*stands, scorer)

    def of(self, kind: str) -> Scorer:
        """Return the scorer of a model."""
        return self._known[kind][2]

    def names(self, kind: str) -> tuple[str, str]:
        """Return the digests of model and statistics."""
        digest, _, scorer = self._known[kind]
        return scorer.digest, digest
