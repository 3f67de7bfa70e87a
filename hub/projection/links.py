"""References between records: external ids of one connection <-> golden ids, once a batch."""

from dataclasses import dataclass, field

from ground.database import Database
from hub.projection.board import Board
from master_data import store
from master_data.model import CrossrefState

__all__ = ["Links"]


@dataclass(slots=True)
class Links:
    """What a mapping asks for references of one connection."""

    db: Database
    connection: str
    board: Board
    _golden: dict[tuple[str, str], str | None] = field(default_factory=dict)
    _external: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def golden_id(self, entity: str, external_id: str) -> str | None:
        """Return the golden record of an external one, or None when it is not known yet."""
        key = entity, external_id
        if self._golden.get(key) is None:
            self._golden[key] = self._on_board(entity, external_id) or self.db.read(
                lambda c: store.golden_id_of(c, self.connection, entity, external_id)
            )
        return self._golden[key]

    def external_id(self, entity: str, golden_id: str) -> str | None:
        """Return the live external record of a golden one, or None when there is none yet."""
        key = entity, golden_id
        if self._external.get(key) is None:
            self._external[key] = self.db.read(
                lambda c: store.external_id_of(c, self.connection, golden_id)
            )
        return self._external[key]

    def may_come(self, golden_id: str) -> bool:
        """Say whether a golden record without a live record here may still get one."""
        return self.db.read(lambda c: store.may_be_made(c, self.connection, golden_id))

    def _on_board(self, entity: str, external_id: str) -> str | None:
        for crossref in self.board.crossrefs.values():
            if (
                crossref.entity == entity
                and crossref.external_id == external_id
                and crossref.connection == self.connection
                and crossref.state is CrossrefState.LIVE
            ):
                return crossref.golden_id
        return None
