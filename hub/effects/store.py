"""Effects <-> rows: plan, claim, freeze, settle. Each step is fenced by the claim's token."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    RowMapping,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from ground.columns import Instant
from ground.database import Connection
from ground.statements import Prepared, among, insert_many, keys, update_many
from hub.effects.model import Effect, NewEffect, Settled
from hub.effects.rules import DELETE, EffectState
from hub.effects.tables import effect
from hub.lanes.tables import lane

LOOK_AGAIN = timedelta(minutes=1)


def is_in(table: FromClause, *states: EffectState) -> ColumnElement[bool]:
    """Return "the state is one of these", written out: only so is a partial index used."""
    return table.c.state.in_([literal_column(f"'{each.value}'") for each in states])


OPEN = is_in(effect, *(each for each in EffectState if each.is_open))
_IN_FLIGHT = (EffectState.SENT, EffectState.UNKNOWN)


def plan(connection: Connection, new: Sequence[NewEffect], at: datetime) -> None:
    """Plan effects; a crossref that has one planned keeps it: it will show golden as it is then."""
    rows = [
        {
            "id": each.id,
            "crossref_id": each.crossref_id,
            "golden_id": each.golden_id,
            "connection": each.connection,
            "object_type": each.object_type,
            "lane": each.lane,
            "operation": each.operation,
            "state": (EffectState.WAITING if each.waits_for else EffectState.PLANNED).value,
            "event_id": each.event_id,
            "reason": each.reason,
            "waits_for": each.waits_for,
            "due_at": at + LOOK_AGAIN if each.waits_for else at,
            "attempts": 0,
            "planned_at": at,
        }
        for each in new
    ]
    if rows:
        insert_many(connection, effect, rows, on_conflict="nothing")


def turn_into_deletes(connection: Connection, deletes: Mapping[str, str]) -> None:
    """Let what is planned for these crossrefs (id -> reason) be a delete instead."""
    for crossref_id, reason in sorted(deletes.items()):
        statement = (
            update(effect)
            .where(
                effect.c.crossref_id == crossref_id,
                is_in(effect, EffectState.PLANNED, EffectState.WAITING),
            )
            .values(operation=DELETE, reason=reason)
        )
        connection.execute(statement)


_OTHER = effect.alias("other")
FREE = and_(
    ~exists().where(
        _OTHER.c.crossref_id == effect.c.crossref_id,
        is_in(_OTHER, *_IN_FLIGHT),
        _OTHER.c.id != effect.c.id,
    ),
    ~exists().where(
        lane.c.key == effect.c.lane,
        or_(
            lane.c.token.is_not(None),
            lane.c.due_at <= bindparam("now"),
            lane.c.waits_for.is_(None),
        ),
    ),
)
"""No other write of the record is in flight, and nobody decides its lane or is yet to.

A lane that waits for another record was judged as far as it can be; one that waits to be read
again was not, and a write would go over what nobody looked at.
"""
_CLAIM = (
    update(effect)
    .where(
        effect.c.id.in_(
            select(effect.c.id)
            .where(
                OPEN,
                effect.c.connection == bindparam("conn"),
                effect.c.state == bindparam("wanted"),
                effect.c.due_at <= bindparam("now"),
                FREE,
            )
            .order_by(effect.c.due_at)
            .limit(bindparam("take"))
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
    )
    .values(due_at=bindparam("until"), token=bindparam("new_token"))
    .returning(*effect.c)
)


def claim(  # noqa: PLR0913 - one statement's parameters
    connection: Connection,
    connection_id: str,
    state: EffectState,
    *,
    take: int,
    token: str,
    now: datetime,
    until: datetime,
) -> list[Effect]:
    """Claim due effects of one state; no lane due or being decided, no crossref with one in flight.

    What is told of a record is judged first: a write stands on the version that was judged last.
    """
    values = {
        "conn": connection_id,
        "wanted": state.value,
        "now": now,
        "take": take,
        "until": until,
        "new_token": token,
    }
    return [_effect(row) for row in connection.execute(_CLAIM, values).mappings()]


def freeze(
    connection: Connection,
    frozen: Mapping[str, tuple[str, Mapping[str, Any]]],
    token: str,
    at: datetime,
) -> set[str]:
    """Mark claimed effects sent: id -> lane and what will be written. Return those still held."""
    rows = [
        {
            "id": effect_id,
            "token": token,
            "state": EffectState.SENT.value,
            "lane": lane_now,
            "frozen": dict(values),
            "sent_at": at,
        }
        for effect_id, (lane_now, values) in frozen.items()
    ]
    return {key[0] for key in update_many(connection, effect, ["id", "token"], rows)}


def settle(
    connection: Connection, settled: Sequence[Settled], token: str, at: datetime
) -> set[str]:
    """Write the answers of claimed effects; those still open give their claim back.

    One that goes back to planned gives way to another planned meanwhile: that one will show golden
    as it is then. Returns the ids of those that were still held under this token.
    """
    held: set[str] = set()
    settled = _give_way(connection, settled)
    for with_frozen in (False, True):
        rows = [
            _settled_row(each, token, at)
            for each in settled
            if (each.frozen is not None) is with_frozen
        ]
        if rows:
            held |= {key[0] for key in update_many(connection, effect, ["id", "token"], rows)}
    _hand_back(connection, [each.effect_id for each in settled if each.state.is_open], token)
    return held


def _hand_back(connection: Connection, effect_ids: Sequence[str], token: str) -> None:
    if effect_ids:
        values = {"ids": keys(connection, effect_ids), "held_by": token}
        connection.execute(_HAND_BACK, values)


_HAND_BACK = (
    update(effect)
    .where(among(effect.c.id, "ids"), effect.c.token == bindparam("held_by"))
    .values(token=None)
)


def _give_way(connection: Connection, settled: Sequence[Settled]) -> list[Settled]:
    again = [each.effect_id for each in settled if each.state is EffectState.PLANNED]
    if not again:
        return list(settled)
    query = select(effect.c.id).where(
        among(effect.c.id, "ids"),
        exists().where(
            _OTHER.c.crossref_id == effect.c.crossref_id,
            is_in(_OTHER, EffectState.PLANNED, EffectState.WAITING),
            _OTHER.c.id != effect.c.id,
        ),
    )
    doubled = set(connection.scalars(query, {"ids": keys(connection, again)}))
    reason = {"reason": "a newer write is planned"}
    return [
        replace(each, state=EffectState.SUPERSEDED, answer=reason)
        if each.effect_id in doubled
        else each
        for each in settled
    ]


def _settled_row(each: Settled, token: str, at: datetime) -> dict[str, Any]:
    row = {
        "id": each.effect_id,
        "token": token,
        "state": each.state.value,
        "due_at": each.due_at,
        "answer": dict(each.answer) if each.answer is not None else None,
        "attempts": each.attempts,
        "settled_at": None if each.state.is_open else at,
    }
    return row if each.frozen is None else row | {"frozen": dict(each.frozen)}


def wait(connection: Connection, names: Mapping[str, str], token: str, at: datetime) -> None:
    """Let claimed effects wait for the record that `connection:golden id` names."""
    rows = [
        {
            "id": effect_id,
            "token": token,
            "state": EffectState.WAITING.value,
            "waits_for": name,
            "due_at": at + LOOK_AGAIN,
        }
        for effect_id, name in names.items()
    ]
    if rows:
        update_many(connection, effect, ["id", "token"], rows)
        _hand_back(connection, list(names), token)


_BUSY = Prepared(
    select(effect.c.lane, effect.c.crossref_id).where(
        OPEN,
        among(effect.c.lane, "lanes"),
        or_(
            is_in(effect, *_IN_FLIGHT),
            and_(
                is_in(effect, EffectState.PLANNED),
                effect.c.token.is_not(None),
                effect.c.due_at > bindparam("now"),
            ),
        ),
    )
)


def busy(connection: Connection, lane_keys: Iterable[str], now: datetime) -> dict[str, str]:
    """Return lane -> crossref id of lanes whose delivery is claimed or in flight."""
    lanes = keys(connection, sorted(set(lane_keys)))
    return dict(_BUSY.rows(connection, lanes=lanes, now=now))


def busy_crossrefs(connection: Connection, crossref_ids: Iterable[str]) -> set[str]:
    """Return which crossrefs have a write in flight."""
    query = select(effect.c.crossref_id).where(
        among(effect.c.crossref_id, "ids"), is_in(effect, *_IN_FLIGHT)
    )
    return set(connection.scalars(query, {"ids": keys(connection, sorted(set(crossref_ids)))}))


def creates_in_flight(
    connection: Connection, connection_id: str, object_type: str
) -> list[tuple[str, str, dict[str, Any]]]:
    """Return (crossref id, golden id, golden values by path) of creates sent and not answered."""
    query = select(effect.c.crossref_id, effect.c.golden_id, effect.c.frozen).where(
        is_in(effect, *_IN_FLIGHT),
        effect.c.connection == bindparam("conn"),
        effect.c.object_type == bindparam("type"),
        effect.c.operation == "create",
    )
    rows = connection.execute(query, {"conn": connection_id, "type": object_type})
    return [(row.crossref_id, row.golden_id, row.frozen["paths"]) for row in rows]


_DUE_HERE = (
    OPEN,
    effect.c.connection == bindparam("conn"),
    effect.c.due_at <= bindparam("now"),
)
_WAITED = (
    update(effect)
    .where(*_DUE_HERE, is_in(effect, EffectState.WAITING))
    .values(state=EffectState.PLANNED.value, waits_for=None)
)
_LOST = (
    update(effect)
    .where(*_DUE_HERE, is_in(effect, EffectState.SENT))
    .values(state=EffectState.UNKNOWN.value, due_at=bindparam("due"), token=None)
)


def lost(connection: Connection, connection_id: str, now: datetime, due: datetime) -> None:
    """Turn sent effects whose lease ran out into unknown ones, due for a resolving read at `due`.

    Effects that waited long for another record are looked at again.
    """
    values = {"conn": connection_id, "now": now}
    connection.execute(_WAITED, values)
    connection.execute(_LOST, values | {"due": due})


def give_back(
    connection: Connection, connection_id: str, tokens: Sequence[str], now: datetime, due: datetime
) -> int:
    """Give effects claimed under these tokens back: sent ones unknown, to be read at `due`."""
    values = {"conn": connection_id, "tokens": keys(connection, tokens), "at": now, "due": due}
    sent = is_in(effect, EffectState.SENT)
    statement = (
        update(effect)
        .where(OPEN, effect.c.connection == bindparam("conn"), among(effect.c.token, "tokens"))
        .values(
            token=None,
            state=case((sent, EffectState.UNKNOWN.value), else_=effect.c.state),
            due_at=case(
                (sent, bindparam("due", type_=Instant)), else_=bindparam("at", type_=Instant)
            ),
        )
    )
    return int(connection.execute(statement, values).rowcount)


def follow(connection: Connection, lanes: Mapping[str, str]) -> None:
    """Move the open effects of crossrefs (id -> lane) to the lane their record has by now."""
    rows = [
        {"id": row.id, "lane": lanes[row.crossref_id]}
        for row in connection.execute(
            select(effect.c.id, effect.c.crossref_id).where(
                OPEN, among(effect.c.crossref_id, "ids")
            ),
            {"ids": keys(connection, sorted(lanes))},
        )
    ]
    if rows:
        update_many(connection, effect, ["id"], rows)


def release(connection: Connection, names: Iterable[str], now: datetime) -> None:
    """Make the effects due that waited for one of these records: `connection:golden id`."""
    statement = (
        update(effect)
        .where(OPEN, among(effect.c.waits_for, "names"), is_in(effect, EffectState.WAITING))
        .values(state=EffectState.PLANNED.value, due_at=bindparam("now"), waits_for=None)
    )
    wanted = sorted(set(names))
    if wanted:
        connection.execute(statement, {"names": keys(connection, wanted), "now": now})


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """Return (connection, state) -> number of open effects."""
    query = (
        select(effect.c.connection, effect.c.state, func.count())
        .where(OPEN)
        .group_by(effect.c.connection, effect.c.state)
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def effects_of(connection: Connection, golden_id: str, limit: int) -> list[Effect]:
    """Return the latest effects of a golden record, newest first."""
    query = (
        select(effect)
        .where(effect.c.golden_id == bindparam("golden"))
        .order_by(effect.c.planned_at.desc(), effect.c.id.desc())
        .limit(bindparam("many"))
    )
    rows = connection.execute(query, {"golden": golden_id, "many": limit})
    return [_effect(row) for row in rows.mappings()]


def _effect(row: RowMapping) -> Effect:
    return Effect(**{**row, "state": EffectState(row["state"])})
