"""Goes through all golden records for a connection that was approved or goes on after a pause."""

from datetime import datetime, timedelta

from ground.database import Connection
from hub.effects.due.store import any_untried, how_they_went
from hub.projection.board import Board
from hub.projection.family import load_family
from hub.projection.planning import plan
from hub.replanning import store
from hub.sync.store import write_board, write_plans
from hub.wiring import Hub

__all__ = ["replan_due"]

_PAGE = 100
_TOO_MANY = 10
_LOOK_AGAIN = timedelta(seconds=1)


def replan_due(hub: Hub) -> int:
    """Plan one page of one connection; return how many golden records it had."""
    writable = hub.writable
    if not writable or not hub.db.read(lambda c: store.any_due(c, writable, hub.db.now(c))):
        return 0
    planned = hub.db.write(lambda c: _page(hub, c, writable))
    hub.doorbell.ring()
    return planned


def _page(hub: Hub, connection: Connection, writable: list[str]) -> int:
    at = hub.db.now(connection)
    due = store.next_due(connection, writable, at)
    if due is None or _must_wait(connection, due, at):
        return 0
    many = _PAGE if not due.ramp else min(_PAGE, due.ramp[0])
    ids = store.page_of_goldens(connection, due.after, many)
    if not ids:
        _end(connection, due, at)
        return 0
    board = Board()
    load_family(connection, board, set(ids))
    reason = f"{due.connection} went live"
    opened = [hub.connection(due.connection)]
    plans = [
        each
        for golden_id in ids
        if golden_id in board.goldens
        for each in plan(board, board.goldens[golden_id], opened, hub.env.ids.new, reason)
    ]
    write_board(connection, board, at)
    write_plans(hub, connection, [(each, None) for each in plans], at)
    planned = (due.planned or 0) + len(plans)
    columns = {"after": ids[-1], "planned": planned, "due_at": at}  # then it is another's turn
    store.set_columns(connection, due.connection, columns)
    return len(ids)


def _end(connection: Connection, due: store.Replanning, at: datetime) -> None:
    """Forget it once all that was planned was tried: until then it tells how long that takes."""
    if any_untried(connection, due.connection, at - _LOOK_AGAIN):
        store.set_columns(connection, due.connection, {"due_at": at + _LOOK_AGAIN})
    else:
        store.finish(connection, due.connection)


def _must_wait(connection: Connection, due: store.Replanning, at: datetime) -> bool:
    """Wait at each step of the ramp until all writes so far are answered, and look how they went.

    When more than a tenth of them was refused or given up, a person must look first.
    """
    if not due.ramp or due.began_at is None or (due.planned or 0) < due.ramp[0]:
        return False
    under_way, failed = how_they_went(connection, due.connection, due.began_at)
    if under_way:
        store.set_columns(connection, due.connection, {"due_at": at + _LOOK_AGAIN})
        return True
    if failed * _TOO_MANY > (due.planned or 0):
        why = f"{failed} of the first {due.planned} writes were refused"
        store.set_columns(connection, due.connection, {"held": why})
        return True
    store.set_columns(connection, due.connection, {"ramp": due.ramp[1:]})
    return False
