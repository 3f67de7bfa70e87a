"""Settles a batch of answers: one transaction, item by item, each crossref behind its own fence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, assert_never

import structlog

from connectors.contract import (
    ChangeKind,
    GoneRecord,
    OutcomeUnknown,
    Refused,
    StaleRecord,
    TryLater,
    WriteResult,
    Written,
)
from ground.database import Connection
from ground.instants import from_microseconds, to_microseconds
from hub.conflicts import store as conflicts
from hub.conflicts.model import NewConflict, OpenConflict
from hub.effects import settling, store
from hub.effects.arrivals import announce_live, release_arrived
from hub.effects.deleting import AGAINST_CHANGE, unlinked
from hub.effects.delivery import Ask, Delivery, Ending, Unsent, look
from hub.effects.freezing import Frozen
from hub.effects.model import NewEffect, Settled
from hub.effects.rules import EffectState, is_exhausted, retry_at
from hub.effects.searching import linked_elsewhere
from hub.effects.settling import Answer
from hub.events import store as events
from hub.events.model import FILLED, SETTLED, NewEvent
from hub.lanes import store as lanes
from hub.projection.planning import CREATE, UPDATE
from hub.projection.rules import stale_paths
from master_data import store as golden_store
from master_data.errors import GoldenMoved, RecordTaken
from master_data.model import Crossref, Golden, split_path

_log = structlog.get_logger(__name__)

CANNOT_JUDGE = "the answer cannot be judged"
REFUSED_WRITE = "refused_write"
_MOVED = "golden moved on while it was under way"
UNDELIVERED = "undelivered"
DELETE_AGAINST_CHANGE = "delete_against_change"


class _Overslept(Exception):
    """Others have taken over some of these effects; `held` are those that have not been."""

    def __init__(self, held: set[str]) -> None:
        super().__init__("claimed by others meanwhile")
        self.held = held


@dataclass(slots=True)
class _Settling:
    """What one transaction writes."""

    settled: list[Settled] = field(default_factory=list)
    crossrefs: list[Crossref] = field(default_factory=list)
    events: list[NewEvent] = field(default_factory=list)
    conflicts: list[NewConflict] = field(default_factory=list)
    plans: list[NewEffect] = field(default_factory=list)
    live: list[Crossref] = field(default_factory=list)
    freed: list[str] = field(default_factory=list)
    shown: dict[str, Crossref] = field(default_factory=dict)
    """Golden id -> crossref that is said to show it now."""

    def take(self, other: "_Settling") -> None:
        """Add what another one writes."""
        for name in _PARTS:
            mine, more = getattr(self, name), getattr(other, name)
            mine.update(more) if isinstance(mine, dict) else mine.extend(more)


_PARTS = tuple(each.name for each in fields(_Settling))


def settle_answers(delivery: Delivery, sent: Sequence[Frozen], results: Sequence[Ending]) -> None:
    """Write what the answers mean; crossrefs changed meanwhile are taken afresh.

    Whoever slept over its lease has nothing to say any more: others found out what became of it.
    """
    at = to_microseconds(delivery.time)
    while True:
        made = _Settling()
        for frozen, result in zip(sent, results, strict=True):
            made.take(_settled(delivery, frozen, result, at))
            if not isinstance(result, OutcomeUnknown):
                made.freed.append(frozen.crossref.id)
        try:
            delivery.hub.db.write(lambda c, made=made: _write(delivery, made, c), synced=False)  # type: ignore[misc]
        except _Overslept as error:
            kept = [n for n, each in enumerate(sent) if each.effect.id in error.held]
            sent, results = [sent[n] for n in kept], [results[n] for n in kept]
            continue
        except GoldenMoved:
            sent = _afresh(delivery, sent)
            continue
        except RecordTaken:
            taken = linked_elsewhere(delivery, sent, results)
            if not taken:
                raise
            results = [taken.get(f.crossref.id, r) for f, r in zip(sent, results, strict=True)]
            continue
        delivery.hub.doorbell.ring()
        return


def _afresh(delivery: Delivery, sent: Sequence[Frozen]) -> list[Frozen]:
    """Return the writes over their crossrefs as they are now; a version less, as after a freeze."""
    ids = [each.crossref.id for each in sent]
    found = delivery.hub.db.read(lambda c: golden_store.crossrefs_by_id(c, ids))
    current = {id_: each.with_(version=each.version - 1) for id_, each in found.items()}
    return [replace(each, crossref=current[each.crossref.id]) for each in sent]


def _settled(delivery: Delivery, frozen: Frozen, result: Ending, at: int) -> _Settling:
    """Return what one answer means; one that cannot be judged is for a person alone."""
    made = _Settling()
    try:
        if isinstance(result, Unsent):
            made.settled.append(Settled.given_back(frozen.effect, delivery.now))
        elif frozen.is_delete and isinstance(result, GoneRecord | StaleRecord):
            _deleted(delivery, made, frozen, result)
        else:
            _settle(delivery, made, frozen, result, at)
    except Exception as error:  # noqa: BLE001 - one broken answer must not stop its neighbours
        _log.exception("answer.broken", effect=frozen.effect.id)
        made = _Settling()
        _give_up(delivery, made, frozen, Ask.after(error, CANNOT_JUDGE).reason)
    return made


def _settle(
    delivery: Delivery, made: _Settling, frozen: Frozen, result: WriteResult | Ask, at: int
) -> None:
    match result:
        case Written():
            _written(delivery, made, frozen, result, at)
        case Refused():
            _refused(delivery, made, frozen, result)
        case StaleRecord():
            _look_again(delivery, made, frozen, ChangeKind.CHANGED, "the record moved; read again")
        case GoneRecord():
            _look_again(delivery, made, frozen, ChangeKind.DELETED, "the record is gone there")
        case OutcomeUnknown():
            can = delivery.connection.connector.capabilities
            settles = can.settles_within + can.read_lag
            due = delivery.time + timedelta(seconds=settles)
            answer = {"reason": result.reason}
            made.settled.append(
                Settled(frozen.effect.id, EffectState.UNKNOWN, due, answer, frozen.effect.attempts)
            )
        case TryLater():
            _later(delivery, made, frozen, result)
        case Ask():
            _give_up(delivery, made, frozen, result.reason)
        case _:
            assert_never(result)


def _deleted(
    delivery: Delivery, made: _Settling, frozen: Frozen, result: GoneRecord | StaleRecord
) -> None:
    """Unlink what we deleted; a record that somebody changed meanwhile is a person's to decide."""
    effect, state = frozen.effect, EffectState.CONFIRMED
    answer = {"reason": "deleted"}
    if isinstance(result, GoneRecord):
        made.crossrefs.append(unlinked(frozen.crossref))
    else:
        state, answer = EffectState.REJECTED, {"reason": AGAINST_CHANGE}
        made.crossrefs.append(settling.parked(frozen.crossref, AGAINST_CHANGE))
        question = _question(delivery, frozen, DELETE_AGAINST_CHANGE, "record", AGAINST_CHANGE)
        made.conflicts.append(question)
    made.settled.append(Settled(effect.id, state, delivery.now, answer, effect.attempts))


def _written(delivery: Delivery, made: _Settling, frozen: Frozen, result: Written, at: int) -> None:
    before = frozen.crossref
    if before.mapping_version != frozen.mapping_version:
        before = before.with_(mapping_version=frozen.mapping_version)
    golden = delivery.board.goldens[before.golden_id]
    record = result.record if result.record is not None else _assumed(frozen)
    landed = settling.land(
        before,
        frozen.paths,
        Answer(
            result.external_id,
            result.version,
            record,
            result.exclusive,
            at,
            read_back=result.read_back,
            seen=result.record is not None,
        ),
        look(delivery, record, before, replace(golden, body=_as_sent(frozen))),
    )
    crossref = landed.crossref
    made.crossrefs.append(crossref)
    if frozen.write.external_id is None:
        made.live.append(crossref)
    if result.record is None:
        made.events.append(_hint(delivery, crossref, ChangeKind.CHANGED))
    elif landed.inbound:
        alone = (result.exclusive or result.read_back) and not landed.foreign
        created = before.record is None and alone
        made.events.append(_event(delivery, crossref, record, created=created))
    else:
        made.shown[crossref.golden_id] = crossref
        if not frozen.missing and _falls_behind(delivery, crossref, golden):
            made.plans.append(_new_effect(delivery, crossref, _MOVED))
    made.plans += _later_references(delivery, frozen, crossref)
    for path in landed.ignored:
        why = settling.NOT_APPLIED
        made.conflicts.append(_question(delivery, frozen, REFUSED_WRITE, path, why))
    answer = {"version": result.version, "changed": result.changed} | (
        {"normalised": {path: list(pair) for path, pair in landed.normalised.items()}}
        if landed.normalised
        else {}
    )
    made.settled.append(
        Settled(
            frozen.effect.id, EffectState.CONFIRMED, delivery.now, answer, frozen.effect.attempts
        )
    )


def _falls_behind(delivery: Delivery, crossref: Crossref, golden: Golden) -> bool:
    """Say whether golden moved on, perhaps back, since this write was frozen."""
    mapping = delivery.connection.mappings[crossref.object_type]
    stale = stale_paths(golden, crossref, mapping.outbound_paths, mapping.list_paths)
    return crossref.is_primary and bool(stale)


def _as_sent(frozen: Frozen) -> dict[str, Any]:
    """Return golden as the system was told it: what was agreed, and what was sent."""
    agreed = {p: b.golden for p, b in frozen.crossref.base.items() if b.golden is not None}
    return agreed | {path: value for path, value in frozen.paths.items() if value is not None}


def _assumed(frozen: Frozen) -> dict[str, Any]:
    return (frozen.crossref.record or {}) | frozen.write.values


def _event(
    delivery: Delivery, crossref: Crossref, record: Mapping[str, Any], *, created: bool
) -> NewEvent:
    return NewEvent(
        id=delivery.hub.env.ids.new("ev"),
        connection=crossref.connection,
        object_type=crossref.object_type,
        external_id=crossref.external_id,
        version=crossref.remote_version,
        state=dict(record),
        read_at=from_microseconds(crossref.settled_at + 1),
        actor=FILLED if created else SETTLED,
    )


def _hint(delivery: Delivery, crossref: Crossref, kind: ChangeKind) -> NewEvent:
    """Let the lane read the record: what it shows after our write is not known."""
    return NewEvent(
        id=delivery.hub.env.ids.new("ev"),
        connection=crossref.connection,
        object_type=crossref.object_type,
        external_id=crossref.external_id,
        kind=kind,
        actor=SETTLED,
    )


def _later_references(delivery: Delivery, frozen: Frozen, crossref: Crossref) -> list[NewEffect]:
    """Plan the second effect that brings optional references once their record is there."""
    return [
        _new_effect(delivery, crossref, "its reference has a record there now", waits_for=name)
        for name in frozen.missing[:1]
    ]


def _new_effect(
    delivery: Delivery, crossref: Crossref, reason: str, waits_for: str | None = None
) -> NewEffect:
    return NewEffect(
        id=delivery.hub.env.ids.new("ef"),
        crossref_id=crossref.id,
        golden_id=crossref.golden_id,
        connection=crossref.connection,
        object_type=crossref.object_type,
        lane=crossref.lane,
        operation=UPDATE if crossref.external_id else CREATE,
        reason=reason,
        waits_for=waits_for,
    )


def _refused(delivery: Delivery, made: _Settling, frozen: Frozen, result: Refused) -> None:
    """Hold the fields the system names and send the rest; unnamed, park the record."""
    crossref = frozen.crossref
    named = {
        path: reason
        for name, reason in result.fields.items()
        for path in frozen.paths
        if split_path(path)[0] in frozen.fields.get(name.partition(".")[0], ())
        or path in frozen.fields.get(name.partition(".")[0], ())
    }
    if named:
        made.crossrefs.append(settling.held(crossref, named))
        if set(frozen.paths) - set(named):
            made.plans.append(_new_effect(delivery, crossref, "the fields that were not refused"))
    else:
        made.crossrefs.append(settling.parked(crossref, result.reason))
    for subject, why in (named or {"record": result.reason}).items():
        made.conflicts.append(_question(delivery, frozen, REFUSED_WRITE, subject, why))
    answer = {"reason": result.reason, "fields": result.fields}
    made.settled.append(
        Settled(
            frozen.effect.id, EffectState.REJECTED, delivery.now, answer, frozen.effect.attempts
        )
    )


def _question(delivery: Delivery, frozen: Frozen, kind: str, subject: str, why: str) -> NewConflict:
    crossref = frozen.crossref
    return NewConflict(
        delivery.hub.env.ids.new("cf"),
        OpenConflict(
            kind=kind,
            entity=crossref.entity,
            golden_id=crossref.golden_id,
            subject=f"{crossref.connection}:{subject}",
            connection=crossref.connection,
            rule="target",
            why=why,
        ),
        None,
    )


def _look_again(
    delivery: Delivery, made: _Settling, frozen: Frozen, kind: ChangeKind, reason: str
) -> None:
    """Let the lane read the record and decide again: it plans what is still to be written."""
    made.events.append(_hint(delivery, frozen.crossref, kind))
    made.settled.append(
        Settled(frozen.effect.id, EffectState.SUPERSEDED, delivery.now, {"reason": reason})
    )


def _later(delivery: Delivery, made: _Settling, frozen: Frozen, result: TryLater) -> None:
    """Back off; a record that fails for days goes dead and waits for a person."""
    now, effect = delivery.time, frozen.effect
    if is_exhausted(effect.planned_at, now):
        _give_up(delivery, made, frozen, result.reason)
        return
    jitter = delivery.hub.env.rng.random()
    due = retry_at(effect.attempts + 1, now, jitter)
    if result.after is not None:
        due = now + timedelta(seconds=result.after)
    answer = {"reason": result.reason}
    made.settled.append(Settled(effect.id, EffectState.PLANNED, due, answer, effect.attempts + 1))


def _give_up(delivery: Delivery, made: _Settling, frozen: Frozen, reason: str) -> None:
    """Park the record with a question; "retry" plans the write again, as golden is then."""
    effect = frozen.effect
    made.crossrefs.append(settling.parked(frozen.crossref, reason))
    made.conflicts.append(_question(delivery, frozen, UNDELIVERED, "record", reason))
    answer = {"reason": reason}
    made.settled.append(Settled(effect.id, EffectState.DEAD, delivery.now, answer, effect.attempts))


def _overtaken(delivery: Delivery, made: _Settling, connection: Connection) -> list[NewEffect]:
    """Plan again where golden moved since it was read: its decision still saw the old base."""
    read = delivery.board.read_goldens
    versions = {each: read[each] for each in made.shown if each in read}
    moved = golden_store.moved_goldens(connection, versions) if versions else set()
    return [_new_effect(delivery, made.shown[each], _MOVED) for each in sorted(moved)]


def _write(delivery: Delivery, made: _Settling, connection: Connection) -> None:
    """Write all. Raises GoldenMoved if a crossref is not as the freeze left it, or _Overslept."""
    at: datetime = delivery.hub.db.now(connection)
    frozen = [each.with_(version=each.version + 1) for each in made.crossrefs]
    if len(golden_store.try_update_crossrefs(connection, frozen)) != len(frozen):
        raise GoldenMoved
    held = store.settle(connection, made.settled, delivery.token, at)
    if {each.effect_id for each in made.settled} - held:
        raise _Overslept(held)
    store.plan(connection, [*made.plans, *_overtaken(delivery, made, connection)], at)
    conflicts.open_many(connection, made.conflicts, at)
    events.insert(connection, made.events, at)
    announce_live(connection, made.live, at)
    lanes.waiting_for(connection, [f"effect:{each}" for each in made.freed], at)
    release_arrived(connection, {e.waits_for for e in made.plans if e.waits_for}, at)
