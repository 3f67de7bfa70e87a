"""One scorer per entity type and process, made anew when its statistics were counted again."""

from dataclasses import dataclass, field

from ground.database import Connection
from master_data.index import store as index
from master_data.likeness.model import shipped_model
from master_data.likeness.scoring import Scorer


@dataclass(slots=True)
class Scorers:
    """Scorers by comparison model, with the digests of model and statistics they weigh by."""

    older: bool = True
    """Whether golden records may be left that only match keys find; never again once False."""
    _known: dict[str, tuple[str, Scorer]] = field(default_factory=dict)

    def refresh(self, connection: Connection, kinds: set[str]) -> None:
        """Make the scorers of these models fit the stored statistics."""
        self.older = self.older and index.are_older_left(connection)
        digests = index.statistics_digests(connection)
        for kind in sorted(kinds):
            digest = digests.get(kind, "")
            if kind not in self._known or self._known[kind][0] != digest:
                statistics = index.statistics_of(connection, kind)
                self._known[kind] = (digest, Scorer(shipped_model(kind), statistics))

    def of(self, kind: str) -> Scorer:
        """Return the scorer of a model."""
        return self._known[kind][1]

    def names(self, kind: str) -> tuple[str, str]:
        """Return the digests of model and statistics."""
        digest, scorer = self._known[kind]
        return scorer.digest, digest
