"""Reads golden records together with every crossref of them."""

from ground.database import Connection
from hub.sync.board import Board
from master_data import store


def load_family(connection: Connection, board: Board, golden_ids: set[str]) -> None:
    """Put golden records and all their crossrefs on the board."""
    goldens = store.goldens_by_id(connection, golden_ids)
    board.add_goldens(goldens)
    board.add_crossrefs(store.crossrefs_of(connection, [each.id for each in goldens.values()]))
