"""Finds out what became of writes whose answer was lost: by client key, or by a read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from connectors.contract import (
    Absent,
    GoneRecord,
    OutcomeUnknown,
    SourceState,
    TryLater,
    Write,
    WriteResult,
    Written,
)
from connectors.errors import ConnectorError
from ground.database import Connection
from hub.connections import service as connections
from hub.effects import settling, store
from hub.effects.answers import CANNOT_JUDGE, settle_answers
from hub.effects.deleting import resolve_deletes
from hub.effects.delivery import Ask, Delivery, Unsent, begin, look
from hub.effects.freezing import Frozen
from hub.effects.model import Effect, Settled
from hub.effects.rules import EffectState
from hub.effects.searching import come_back, search
from hub.effects.settling import NotLanded
from hub.projection.family import load_pairs
from hub.wiring import Hub, OpenConnection

__all__ = ["resolve_unknown"]

_log = structlog.get_logger(__name__)

BATCH = 100
ACCEPTED = "accepted there; to be read back"


def resolve_unknown(hub: Hub, connection: OpenConnection, ahead: timedelta) -> int:
    """Resolve due unknown effects of a connection; return how many were claimed."""
    delivery = begin(hub, connection, ahead)
    with hub.claims.held(hub.env.clock, delivery.token):
        claimed = hub.db.write(lambda c: _claim(c, delivery), synced=False)
        _resolve_all(delivery, claimed)
    return len(claimed)


def _resolve_all(delivery: Delivery, claimed: Sequence[Effect]) -> None:
    by_type: dict[str, list[Frozen]] = {}
    if claimed:
        delivery.hub.db.read(lambda c: load_pairs(c, delivery.board, claimed))
    for effect in claimed:
        by_type.setdefault(effect.object_type, []).append(_thawed(delivery, effect))
    for object_type, sent in by_type.items():
        _resolve(delivery, object_type, sent)


def _claim(connection: Connection, delivery: Delivery) -> list[Effect]:
    return store.claim(
        connection,
        delivery.connection.id,
        EffectState.UNKNOWN,
        take=BATCH,
        token=delivery.token,
        now=delivery.now,
        until=delivery.until,
    )


def _thawed(delivery: Delivery, effect: Effect) -> Frozen:
    """Return the write as it was frozen: its values never change."""
    crossref = delivery.board.crossrefs[effect.crossref_id]
    told: dict[str, Any] = effect.frozen or {}
    return Frozen(
        effect=effect,
        crossref=crossref.with_(version=crossref.version - 1),
        write=Write(crossref.id, told["external_id"], told["values"], told["expected_version"]),
        paths=told["paths"],
        mapping_version=told["mapping_version"],
        missing=tuple(told["missing"]),
        fields=told["fields"],
    )


def _resolve(delivery: Delivery, object_type: str, sent: Sequence[Frozen]) -> None:
    connector = delivery.connection.connector
    creates = [each for each in sent if each.write.external_id is None]
    deletes = [each for each in sent if each.is_delete]
    updates = [each for each in sent if each.write.external_id and not each.is_delete]
    try:
        if deletes:
            settle_answers(delivery, deletes, resolve_deletes(delivery, object_type, deletes))
        if creates:
            settle_answers(delivery, creates, _create_again(delivery, object_type, creates))
        if updates:
            ids = [str(each.write.external_id) for each in updates]
            states = connector.read(object_type, ids)
            judged = [
                _judged(delivery, each, states.get(str(each.write.external_id), Absent()))
                for each in updates
            ]
            settle_answers(delivery, [each[0] for each in judged], [each[1] for each in judged])
    except ConnectorError as error:
        connections.report_failure(delivery.hub, delivery.connection.id, error)
        delivery.hub.db.write(lambda c: _put_off(c, delivery, [e.effect for e in sent]))


def _create_again(
    delivery: Delivery, object_type: str, creates: Sequence[Frozen]
) -> Sequence[WriteResult | Ask]:
    """Take what came back, send the rest again under its client key; or search where none is.

    Sent again, a create would write over whatever people made of its record since.
    """
    connector = delivery.connection.connector
    if not connector.capabilities.client_key:
        return [search(delivery, each) for each in creates]
    there = come_back(delivery, object_type, creates)
    again = [each for each in creates if each.crossref.id not in there]
    most = max(1, connector.capabilities.bulk_write)
    results = iter(
        result
        for start in range(0, len(again), most)
        for result in connector.write(
            object_type, [each.write for each in again[start : start + most]], delivery.last_call
        )
    )
    return [there.get(each.crossref.id) or next(results) for each in creates]


def read_back(
    delivery: Delivery,
    object_type: str,
    writes: Sequence[Frozen],
    results: Sequence[WriteResult | Unsent],
) -> list[WriteResult | Unsent]:
    """Read what was written where the system does not answer with the record.

    Where a read may lag behind a write, or does not succeed, the outcome of an update is unknown
    until the read that resolves it; a create is taken as sent, for its id is known. Only an equal
    version says that nobody wrote between the write and the read.
    """
    connector = delivery.connection.connector
    blind = [r.external_id for r in results if isinstance(r, Written) and r.record is None]
    states: Mapping[str, SourceState | Absent] = {}
    if blind and not connector.capabilities.read_lag:
        try:
            states = connector.read(object_type, blind)
        except ConnectorError as error:
            connections.report_failure(delivery.hub, delivery.connection.id, error)
    return [
        _seen(frozen, each, states.get(each.external_id))
        if isinstance(each, Written) and each.record is None
        else each
        for frozen, each in zip(writes, results, strict=True)
    ]


def _seen(frozen: Frozen, written: Written, state: SourceState | Absent | None) -> WriteResult:
    if isinstance(state, SourceState):
        alone = written.exclusive and state.version is not None and state.version == written.version
        seen = replace(written, version=state.version, record=state.record, exclusive=alone)
        return replace(seen, read_back=True)
    return written if frozen.write.external_id is None else OutcomeUnknown(ACCEPTED)


def _judged(
    delivery: Delivery, frozen: Frozen, state: SourceState | Absent
) -> tuple[Frozen, WriteResult | Ask]:
    """Judge one record; one that cannot be judged is for a person alone."""
    try:
        return _judge(delivery, frozen, state)
    except Exception as error:  # noqa: BLE001 - one broken record must not stop its neighbours
        _log.exception("answer.broken", effect=frozen.effect.id)
        return frozen, Ask.after(error, CANNOT_JUDGE)


def _judge(
    delivery: Delivery, frozen: Frozen, state: SourceState | Absent
) -> tuple[Frozen, WriteResult]:
    """Return what became of an update, and of the update what may have landed."""
    if isinstance(state, Absent):
        return frozen, GoneRecord()
    golden = delivery.board.goldens[frozen.crossref.golden_id]
    agreed = {p: b.golden for p, b in frozen.crossref.base.items() if b.golden is not None}
    told = agreed | {path: value for path, value in frozen.paths.items() if value is not None}
    sight = look(delivery, state.record, frozen.crossref, replace(golden, body=told))
    verdict = settling.resolve(frozen.crossref, frozen.paths, version=state.version, sight=sight)
    accepted = (frozen.effect.answer or {}).get("reason") == ACCEPTED
    if isinstance(verdict, NotLanded) and not accepted:
        return frozen, TryLater(0.0, "it had not landed; sent again")
    if not accepted:
        paths = settling.landed_of(frozen.crossref, frozen.paths, sight)
        frozen = replace(frozen, paths=paths)
    return frozen, Written(
        external_id=state.external_id,
        version=state.version,
        record=state.record,
        exclusive=False,
        changed=True,
        read_back=accepted,
    )


def _put_off(connection: Connection, delivery: Delivery, effects: Sequence[Effect]) -> None:
    due = delivery.now + timedelta(seconds=delivery.hub.settings.probe_every)
    settled = [
        Settled(each.id, EffectState.UNKNOWN, due, each.answer, each.attempts) for each in effects
    ]
    store.settle(connection, settled, delivery.token, delivery.now)
