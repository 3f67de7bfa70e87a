"""Goes through all golden records for a connection that was approved or goes on after a pause."""

from ground.database import Connection
from hub.projection.board import Board
from hub.projection.family import load_family
from hub.projection.planning import plan
from hub.replanning import store
from hub.sync.store import write_board, write_plans
from hub.wiring import Hub

__all__ = ["replan_due"]

_PAGE = 100


def replan_due(hub: Hub) -> int:
    """Plan one page of one connection; return how many golden records it had."""
    writable = hub.writable
    if not writable or not hub.db.read(lambda c: store.any_due(c, writable)):
        return 0
    planned = hub.db.write(lambda c: _page(hub, c, writable))
    hub.doorbell.ring()
    return planned


def _page(hub: Hub, connection: Connection, writable: list[str]) -> int:
    due = store.next_due(connection, writable)
    if due is None:
        return 0
    connection_id, after = due
    ids = store.page_of_goldens(connection, after, _PAGE)
    if not ids:
        store.finish(connection, connection_id)
        return 0
    board = Board()
    load_family(connection, board, set(ids))
    reason = f"{connection_id} went live"
    opened = [hub.connection(connection_id)]
    plans = [
        each
        for golden_id in ids
        if golden_id in board.goldens
        for each in plan(board, board.goldens[golden_id], opened, hub.env.ids.new, reason)
    ]
    at = hub.db.now(connection)
    write_board(connection, board, at)
    write_plans(hub, connection, [(each, None) for each in plans], at)
    store.advance(connection, connection_id, ids[-1])
    return len(ids)
