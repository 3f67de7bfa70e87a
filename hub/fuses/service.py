"""A person's answer to a blown fuse: carry the deletes out, look again, or make them again."""

from datetime import timedelta

import structlog

from connectors.contract import ChangeKind
from ground.database import Connection
from hub.deletes import store
from hub.deletes.model import Deletion
from hub.deletes.rules import Answer
from hub.errors import NoBlownFuse
from hub.events import store as events
from hub.events.model import SETTLED, Decided, NewEvent
from hub.events.rules import Outcome
from hub.projection.board import Board
from hub.projection.family import load_family
from hub.projection.planning import plan
from hub.sealing.audit import Deed, note
from hub.sync.absence import again
from hub.sync.store import write_board, write_plans
from hub.wiring import Hub

__all__ = ["answer_fuse"]

_ALLOWED_FOR = timedelta(hours=1)
_AT_ONCE = 100
_log = structlog.get_logger(__name__)


def answer_fuse(hub: Hub, connection_id: str, answer: Answer, by: str) -> int:
    """Answer a blown fuse; return how many deletes waited. Raises NoBlownFuse."""

    def mend(connection: Connection) -> None:
        if connection_id not in {each.connection for each in store.blown(connection)}:
            raise NoBlownFuse(connection_id)
        until = hub.db.now(connection) + _ALLOWED_FOR if answer is Answer.ALLOW else None
        store.allow(connection, connection_id, until)
        note(hub, connection, Deed(by, f"fuse.{answer.value}", connection_id))

    hub.db.write(mend)
    answered, more = 0, True
    while more:
        many = hub.db.write(lambda c: _page(hub, c, connection_id, answer, by))
        answered, more = answered + many, many == _AT_ONCE
    _log.info("fuse.answered", connection=connection_id, answer=answer.value, deletes=answered)
    hub.doorbell.ring()
    return answered


def _page(hub: Hub, connection: Connection, connection_id: str, answer: Answer, by: str) -> int:
    held = store.held_of(connection, connection_id, _AT_ONCE)
    at = hub.db.now(connection)
    if answer is Answer.RESTORE:
        _make_again(hub, connection, held, by)
        outcome, reason = Outcome.REJECTED, f"not meant, says {by}: made again"
    else:
        events.insert(connection, [_hint(hub, each) for each in held], at)
        outcome, reason = Outcome.SUPERSEDED, f"{by} said: {answer.value}; looked at again"
    decided = [Decided(d.event_id, outcome, d.golden_id, {"reason": reason}) for d in held]
    events.settle(connection, decided, at)
    store.forget(connection, [each.event_id for each in held])
    return len(held)


def _make_again(hub: Hub, connection: Connection, held: list[Deletion], by: str) -> None:
    board = Board()
    load_family(connection, board, {each.golden_id for each in held})
    live = [each for each in hub.directory.connections().values() if each.state == "live"]
    at = hub.db.now(connection)
    for crossref_id in dict.fromkeys(each.crossref_id for each in held):
        again(hub, board, board.crossrefs[crossref_id])
    plans = [
        (each, None)
        for golden in list(board.goldens.values())
        for each in plan(board, golden, live, hub.env.ids.new, f"restored by {by}")
    ]
    write_board(connection, board, at)
    write_plans(hub, connection, plans, at)


def _hint(hub: Hub, deletion: Deletion) -> NewEvent:
    return NewEvent(
        id=hub.env.ids.new("ev"),
        connection=deletion.connection,
        object_type=deletion.object_type,
        external_id=deletion.external_id,
        kind=ChangeKind.DELETED,
        actor=SETTLED,
    )
