"""Reads golden records together with every crossref of them."""

from collections.abc import Iterable
from typing import Protocol

from ground.database import Connection
from hub.projection.board import Board
from master_data import store


def load_family(connection: Connection, board: Board, golden_ids: set[str]) -> None:
    """Put golden records and all their crossrefs on the board."""
    goldens = store.goldens_by_id(connection, golden_ids)
    board.add_goldens(goldens)
    board.add_crossrefs(store.crossrefs_of(connection, [each.id for each in goldens.values()]))


class Pair(Protocol):
    """What names a crossref and its golden record: an effect, for instance."""

    @property
    def crossref_id(self) -> str: ...  # noqa: D102
    @property
    def golden_id(self) -> str: ...  # noqa: D102


def load_pairs(connection: Connection, board: Board, pairs: Iterable[Pair]) -> None:
    """Put crossrefs and their golden records on the board, without the other crossrefs."""
    found = store.crossrefs_by_id(connection, {each.crossref_id for each in pairs})
    board.add_goldens(store.goldens_by_id(connection, {each.golden_id for each in found.values()}))
    board.add_crossrefs(found.values())
