"""Which records of a batch were erased on request."""

from collections.abc import Sequence

from hub.erasures.store import ERASED, erased_among
from hub.projection.board import Board, Place
from hub.wiring import Hub
from master_data.model import lane_key

__all__ = ["erased_places"]


def erased_places(hub: Hub, board: Board, places: Sequence[Place]) -> set[Place]:
    """Return the records that were erased; only unknown and emptied ones can be."""
    asked = {
        lane_key(*place): place
        for place in places
        if (known := board.crossref_at(place)) is None or known.parked == ERASED
    }
    if not asked:
        return set()
    return {asked[each] for each in hub.db.read(lambda c: erased_among(c, asked))}
