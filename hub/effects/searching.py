"""Looks for the record of a create whose answer was lost, before it is sent again.

Where a system keeps our client key, the record is known by it: in what was told since, or in what
the feed has to tell. Sent again without a look, the create would go over what people made of it.

Where a system keeps no client key, the record comes back by the feed, shares a match key with the
golden record, and waits for the create (`hub.sync.deciding`). So the records that wait are looked
at once it settled; if none waits although the feed was read to its end meanwhile, the create did
not land. What cannot be told by that is a person's to tell.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from connectors.contract import Absent, OutcomeUnknown, SourceState, TryLater, WriteResult, Written
from connectors.errors import CursorLost
from ground.database import Connection
from hub.effects.delivery import Ask, Delivery, Ending, look
from hub.effects.freezing import Frozen
from hub.effects.rules import shows
from hub.events import store as events
from hub.lanes import store as lanes
from hub.polling import store as polls
from master_data.blocking import match_keys
from master_data.store import heads_by_external

_MOST_PAGES = 5
"""A feed that is further behind is not read for one create."""
_SKEW = timedelta(minutes=5)

__all__ = ["CAN_DUPLICATE", "LINKED_ELSEWHERE", "come_back", "linked_elsewhere", "search"]

CAN_DUPLICATE = (
    "the create may have landed and this system cannot tell; look there before it is sent again"
)

LINKED_ELSEWHERE = (
    "the record it made was told of before the answer and linked to another golden record;"
    " join the two if they are one"
)


def search(delivery: Delivery, frozen: Frozen) -> WriteResult | Ask:
    """Return what became of a create that the system does not know by our key."""
    golden = delivery.board.goldens[frozen.crossref.golden_id]
    if not match_keys(golden.entity, golden.body).all:
        return Ask(CAN_DUPLICATE)
    name = f"effect:{frozen.crossref.id}"
    waiting = delivery.hub.db.read(lambda c: lanes.waiting_on(c, name))
    read_since = _was_read_since(delivery, frozen)
    if not waiting and read_since:
        return TryLater(0.0, "it is not there; sent again")
    found = (
        delivery.connection.connector.read(frozen.effect.object_type, waiting) if waiting else {}
    )
    mine = [each for each in found.values() if _shows(delivery, frozen, each)]
    if not mine and not read_since:  # who waits may be others, told before it landed
        return OutcomeUnknown("it may have landed; the feed has not been read since")
    if len(mine) != 1 or not isinstance(mine[0], SourceState):
        return Ask(CAN_DUPLICATE)
    there = mine[0]
    return Written(there.external_id, there.version, there.record, exclusive=False, changed=True)


def come_back(
    delivery: Delivery, object_type: str, creates: Sequence[Frozen]
) -> dict[str, WriteResult]:
    """Return crossref id -> what became of creates whose record is there and carries our key."""
    wanted = {each.crossref.id for each in creates}
    there = delivery.hub.db.read(lambda c: _told_of(c, creates))
    there |= _listed(delivery, object_type, wanted)
    if not there:
        return {}
    found = delivery.connection.connector.read(object_type, sorted(there))
    return {
        each.client_key: Written(
            each.external_id, each.version, each.record, exclusive=False, changed=True
        )
        for each in found.values()
        if isinstance(each, SourceState) and each.client_key in wanted
    }


def linked_elsewhere(
    delivery: Delivery, sent: Sequence[Frozen], results: Sequence[Ending]
) -> dict[str, Ask]:
    """Return crossref id -> a question, for creates whose record is linked to another crossref.

    It was told of before its answer, and changed by then, so that nothing showed what it was.
    """
    made = {
        result.external_id: frozen
        for frozen, result in zip(sent, results, strict=True)
        if isinstance(result, Written) and frozen.write.external_id is None
    }
    place = delivery.connection.id, sent[0].effect.object_type
    heads = delivery.hub.db.read(lambda c: heads_by_external(c, *place, list(made)))
    return {
        made[head.external_id].crossref.id: Ask(LINKED_ELSEWHERE)
        for head in heads
        if head.external_id is not None and head.id != made[head.external_id].crossref.id
    }


def _told_of(connection: Connection, creates: Sequence[Frozen]) -> set[str]:
    """Return the external ids of records that wait for these creates, or were told with their keys.

    By then their lanes need not have been looked at: the connection may just have come back.
    """
    waiting = {
        external_id
        for each in creates
        for external_id in lanes.waiting_on(connection, f"effect:{each.crossref.id}")
    }
    since = min(each.effect.sent_at or each.effect.planned_at for each in creates) - _SKEW
    return waiting | events.told_with(connection, [each.crossref.id for each in creates], since)


def _listed(delivery: Delivery, object_type: str, wanted: Collection[str]) -> set[str]:
    """Return the external ids of records with these client keys in what the feed has not told."""
    hub = delivery.hub
    found: set[str] = set()
    cursor = hub.db.read(lambda c: polls.cursor_of(c, delivery.connection.id, object_type))
    for _ in range(_MOST_PAGES):
        try:
            page = delivery.connection.connector.changes(
                object_type, cursor, hub.settings.poll_page
            )
        except CursorLost:
            break
        found |= {each.external_id for each in page.changes if each.client_key in wanted}
        if not page.more:
            break
        cursor = page.cursor
    return found


def _was_read_since(delivery: Delivery, frozen: Frozen) -> bool:
    """Say whether the feed was read from beginning to end after the create had settled."""
    can = delivery.connection.connector.capabilities
    effect, sent_at = frozen.effect, frozen.effect.sent_at or frozen.effect.planned_at
    slack = can.settles_within + can.read_lag + delivery.hub.settings.lease
    read_at = delivery.hub.db.read(
        lambda c: polls.last_ok_at(c, effect.connection, effect.object_type)
    )
    return read_at is not None and read_at > sent_at + timedelta(seconds=slack)


def _shows(delivery: Delivery, frozen: Frozen, state: SourceState | Absent) -> bool:
    """Say whether a record holds every plain value that was sent."""
    if isinstance(state, Absent):
        return False
    golden = delivery.board.goldens[frozen.crossref.golden_id]
    readings = look(delivery, state.record, frozen.crossref, golden).readings
    return shows(frozen.paths, {path: each.value for path, each in readings.items()})
