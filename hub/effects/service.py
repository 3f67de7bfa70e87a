"""Delivers due effects of one connection: claim (tx), freeze (tx), send (no tx), settle (tx)."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import structlog

from connectors.contract import Write
from ground.database import Connection, DatabaseBusy
from ground.instants import to_microseconds
from hub.conflicts import store as conflicts
from hub.conflicts.model import NewConflict, OpenConflict
from hub.connections import service as connections
from hub.effects import store
from hub.effects.answers import settle_answers
from hub.effects.arrivals import release_arrived
from hub.effects.delivery import LONGEST_CALL, MARGIN, Ask, Delivery, begin, look
from hub.effects.due import store as due
from hub.effects.freezing import Claimed, Frozen, Nothing, Wait, freeze
from hub.effects.model import Effect, Settled
from hub.effects.resolving import read_back, resolve_unknown
from hub.effects.rules import EffectState
from hub.effects.sending import goes_on, send
from hub.lanes import store as lanes
from hub.projection.board import Board
from hub.projection.family import load_pairs
from hub.projection.links import Links
from hub.projection.planning import CREATE
from hub.wiring import Hub
from master_data import store as golden_store
from master_data.fields import entity_schema

__all__ = ["deliver_connection", "deliver_due"]

_log = structlog.get_logger(__name__)

BATCH = 100
IN_A_TURN = 0.25
"""Seconds of calls that are claimed for at a time."""
LOOP = "loop"


def deliver_due(hub: Hub) -> int:
    """Deliver due effects of every connection that may be called; return how many were claimed."""
    delivered = 0
    for each in connections.callable_now(hub):
        try:
            delivered += deliver_connection(hub, each.id)
        except DatabaseBusy:
            raise
        except Exception:  # noqa: BLE001 - what broke one connection must not keep others waiting
            _log.exception("delivery.failed", connection=each.id)
    return delivered


def deliver_connection(hub: Hub, connection_id: str, limit: int = BATCH) -> int:
    """Deliver up to `limit` due effects of one connection; return how many were claimed."""
    connection = hub.connection(connection_id)
    found = hub.db.read(lambda c: _what_is_due(hub, c, connection_id))
    if found is None:
        return 0
    ahead, lost, unknown = found
    resolved = resolve_unknown(hub, connection, ahead) if unknown else 0
    calls = hub.paces.calls_within(connection_id, IN_A_TURN)
    size = min(limit, calls * max(1, connection.connector.capabilities.bulk_write))
    # what the resolving reads found is told by now, and judged first
    delivery = begin(hub, connection, ahead)
    with hub.claims.held(hub.env.clock, delivery.token):
        claimed = hub.db.write(lambda c: _claim(c, delivery, size, lost=lost), synced=False)
        if claimed:
            _deliver(delivery, claimed)
    return resolved + len(claimed)


def _what_is_due(
    hub: Hub, connection: Connection, connection_id: str
) -> tuple[timedelta, bool, bool] | None:
    """Return how far the database's time is ahead of ours, and what is due; None if nothing is.

    That is: whether there are effects that were lost, and ones whose outcome is unknown.
    """
    ahead = hub.ahead(connection)
    now = hub.env.clock.now() + ahead
    if not due.any_due(connection, [connection_id], now):
        return None
    return ahead, *due.left_over(connection, connection_id, now)


def _claim(connection: Connection, delivery: Delivery, size: int, *, lost: bool) -> list[Effect]:
    if lost:
        can = delivery.connection.connector.capabilities
        settles = LONGEST_CALL - MARGIN + timedelta(seconds=can.settles_within + can.read_lag)
        store.lost(connection, delivery.connection.id, delivery.now, delivery.now + settles)
    return store.claim(
        connection,
        delivery.connection.id,
        EffectState.PLANNED,
        take=size,
        token=delivery.token,
        now=delivery.now,
        until=delivery.until,
    )


def _deliver(delivery: Delivery, claimed: Sequence[Effect]) -> None:
    for number, (object_type, effects) in enumerate(_portions(delivery, claimed)):
        if number and not goes_on(delivery):
            _give_back(delivery, effects)
        else:
            _carry(delivery, object_type, effects)


def _carry(delivery: Delivery, object_type: str, effects: Sequence[Effect]) -> None:
    prepare(delivery, effects)
    delivery.hub.db.write(lambda c: _freeze(c, delivery))
    if delivery.broken:
        unsent = [each for each, _ in delivery.broken]
        settle_answers(delivery, unsent, [why for _, why in delivery.broken])
    writes = [each for each in delivery.frozen if not each.is_delete]
    if writes:
        results = send(delivery, object_type, writes)
        settle_answers(delivery, writes, read_back(delivery, object_type, writes, results))
    deletes = [each for each in delivery.frozen if each.is_delete]
    if deletes:
        settle_answers(delivery, deletes, send(delivery, object_type, deletes))


def _portions(
    delivery: Delivery, claimed: Sequence[Effect]
) -> Iterator[tuple[str, Sequence[Effect]]]:
    """Yield what is marked as sent together, by object type.

    That is much where it is easy to tell whether a write landed, though its sender died before it
    told; but creates of a system that does not know them again only a call at a time.
    """
    can = delivery.connection.connector.capabilities
    by_kind: dict[tuple[str, bool], list[Effect]] = {}
    for effect in claimed:
        alone = not can.client_key and effect.operation == CREATE
        by_kind.setdefault((effect.object_type, alone), []).append(effect)
    for (object_type, alone), effects in by_kind.items():
        size = max(1, can.bulk_write) if alone else len(effects)
        for start in range(0, len(effects), size):
            yield object_type, effects[start : start + size]


def _give_back(delivery: Delivery, effects: Sequence[Effect]) -> None:
    """Let others have what was claimed, and its lanes be decided."""

    def write(connection: Connection) -> None:
        now = delivery.hub.db.now(connection)
        store.settle(connection, [Settled.given_back(e, now) for e in effects], delivery.token, now)
        lanes.waiting_for(connection, [f"effect:{e.crossref_id}" for e in effects], now)

    delivery.hub.db.write(write)


def prepare(delivery: Delivery, claimed: Sequence[Effect]) -> None:
    """Read golden records and crossrefs and work out what each effect will write."""
    delivery.board = Board()
    delivery.frozen, delivery.nothing, delivery.waits, delivery.broken = [], [], [], []
    delivery.hub.db.read(lambda c: load_pairs(c, delivery.board, claimed))
    links = delivery.links
    for effect in claimed:
        try:
            _work_out(delivery, effect, links)
        except Exception as error:  # noqa: BLE001 - one broken record must not stop its neighbours
            _log.exception("write.broken", effect=effect.id)
            why = Ask.after(error, "the write cannot be worked out")
            delivery.broken.append((_unsent(delivery, effect), why))


def _work_out(delivery: Delivery, effect: Effect, links: Links) -> None:
    crossref = delivery.board.crossrefs[effect.crossref_id]
    golden = delivery.board.goldens[crossref.golden_id]
    mapping = delivery.mapping(crossref)
    made = freeze(
        Claimed(effect, crossref, golden, mapping, entity_schema(golden.entity)),
        links=links,
        now=to_microseconds(delivery.now),
        reads=lambda record, of: {
            path: r.words for path, r in look(delivery, record, of, golden).readings.items()
        },
    )
    match made:
        case Frozen():
            delivery.frozen.append(made)
        case Nothing():
            delivery.nothing.append(made)
        case Wait():
            delivery.waits.append(made)


def _unsent(delivery: Delivery, effect: Effect) -> Frozen:
    """Return an effect of which nothing was worked out, as `settle_answers` takes one."""
    crossref = delivery.board.crossrefs[effect.crossref_id]
    write = Write(crossref.id, crossref.external_id, {}, crossref.remote_version)
    before = crossref.with_(version=crossref.version - 1)  # no freeze counted it up
    return Frozen(effect, before, write, {}, crossref.mapping_version)


def _freeze(connection: Connection, delivery: Delivery) -> None:
    """Mark effects sent with what will be written; a crossref that moved sends its effect back."""
    now = delivery.hub.db.now(connection)
    moved = _fence(connection, delivery)
    settled = [
        Settled(each.effect.id, EffectState.SUPERSEDED, now, {"reason": each.reason})
        if each.crossref.id not in moved
        else Settled(each.effect.id, EffectState.PLANNED, now)
        for each in delivery.nothing
    ]
    settled += [
        Settled(each.effect.id, EffectState.PLANNED, now)
        for each in delivery.frozen
        if each.crossref.id in moved
    ]
    kept = {e.effect.id: e for e in delivery.frozen if e.crossref.id not in moved}
    frozen = {key: (each.crossref.lane, each.to_json()) for key, each in kept.items()}
    held = store.freeze(connection, frozen, delivery.token, now)
    delivery.frozen = [kept[effect_id] for effect_id in kept if effect_id in held]
    store.settle(connection, settled, delivery.token, now)
    _alarm_loops(connection, delivery, moved, now)
    waits = {each.effect.id: each.name for each in delivery.waits}
    store.wait(connection, waits, delivery.token, now)
    release_arrived(connection, {each.name for each in delivery.waits}, now)


def _alarm_loops(
    connection: Connection, delivery: Delivery, moved: set[str], now: datetime
) -> None:
    """Open a conflict for each field that is parked because its writes go in circles."""
    opened = [
        NewConflict(
            delivery.hub.env.ids.new("cf"),
            OpenConflict(
                kind=LOOP,
                entity=each.crossref.entity,
                golden_id=each.crossref.golden_id,
                subject=f"{each.crossref.connection}:{path}",
                connection=each.crossref.connection,
                rule="loop breaker",
                why=why,
            ),
            None,
        )
        for each in delivery.made
        if each.crossref.id not in moved
        for path, why in each.looping.items()
    ]
    if opened:
        conflicts.open_many(connection, opened, now)


def _fence(connection: Connection, delivery: Delivery) -> set[str]:
    """Count the crossrefs' versions up, so that a decision made before this is made again.

    Returns the ids of those that moved since they were read, or whose golden record did: a decision
    that found this effect planned relied on it to bring golden as it is now.
    """
    made = delivery.made
    read = delivery.board.crossrefs
    outdated = golden_store.moved_goldens(connection, delivery.board.read_goldens)
    current = [each.crossref for each in made if each.crossref.golden_id not in outdated]
    changed = [each for each in current if each != read[each.id]]
    plain = [each for each in current if each == read[each.id]]
    held = golden_store.bump_crossrefs(connection, plain)
    held |= golden_store.try_update_crossrefs(connection, changed)
    return {str(each.crossref.id) for each in made} - held
