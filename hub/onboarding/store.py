"""Counts the matching plan from rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, distinct, func, select

from ground.database import Connection
from hub.conflicts.tables import conflict
from hub.effects import store as effects
from hub.effects.due.store import how_they_went
from hub.events.tables import event
from hub.polling import store as polls
from hub.replanning import store as replanning
from master_data.model import CrossrefState, GoldenState
from master_data.tables import crossref, golden

__all__ = ["EntityPlan", "MatchingPlan", "Progress", "matching_plan", "progress"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityPlan:
    """What approval would do for one entity.

    `read`: records of the connection; `linked`: of these, found in other systems too; `new`: only
    here, made elsewhere where they belong; `ask`: possible duplicates, a person decides; `missing`:
    golden records without a record here, made here where they belong.
    """

    entity: str
    read: int
    linked: int
    new: int
    ask: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingPlan:
    """The plan of a connection; `complete`: everything was read and judged."""

    connection: str
    entities: list[EntityPlan]
    conflicts: int
    undecided: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the load of an approved connection is. Seconds; `eta` None: not known yet."""

    connection: str
    done: int
    total: int
    to_deliver: int
    failed: int
    seconds: float
    per_second: float
    eta: float | None
    held: str | None


_LIVING = (GoldenState.ACTIVE.value, GoldenState.UNCONFIRMED.value)


def matching_plan(connection: Connection, connection_id: str) -> MatchingPlan:
    """Return the matching plan of a connection."""
    undecided = int(
        connection.scalar(
            select(func.count()).where(
                event.c.lane >= f"{connection_id}|",
                event.c.lane < f"{connection_id}}}",
                event.c.decided_at.is_(None),
            )
        )
        or 0
    )
    open_conflicts = select(func.count(distinct(conflict.c.id))).where(
        conflict.c.closed_at.is_(None),
        conflict.c.golden_id.in_(
            select(crossref.c.golden_id).where(crossref.c.connection == connection_id)
        ),
    )
    feeds = polls.all_polls(connection, connection_id)
    return MatchingPlan(
        connection=connection_id,
        entities=_entities(connection, connection_id),
        conflicts=int(connection.scalar(open_conflicts) or 0),
        undecided=undecided,
        complete=bool(feeds) and all(each.last_ok_at for each in feeds) and not undecided,
    )


def _entities(connection: Connection, connection_id: str) -> list[EntityPlan]:
    mine = crossref.c.connection == connection_id
    linked = crossref.c.state == CrossrefState.LIVE.value
    per_golden = (
        select(
            golden.c.id,
            golden.c.entity,
            golden.c.state,
            func.sum(case((mine & linked, 1), else_=0)).label("here"),
            func.sum(case((~mine & linked, 1), else_=0)).label("elsewhere"),
        )
        .join(crossref, crossref.c.golden_id == golden.c.id)
        .where(golden.c.state.in_(_LIVING))
        .group_by(golden.c.id, golden.c.entity, golden.c.state)
        .subquery()
    )
    here, elsewhere, state = per_golden.c.here, per_golden.c.elsewhere, per_golden.c.state
    asked = state == GoldenState.UNCONFIRMED.value
    query = (
        select(
            per_golden.c.entity,
            func.sum(here),
            func.sum(case(((here > 0) & (elsewhere > 0), 1), else_=0)),
            func.sum(case(((here > 0) & (elsewhere == 0) & ~asked, 1), else_=0)),
            func.sum(case(((here > 0) & asked, 1), else_=0)),
            func.sum(case((here == 0, 1), else_=0)),
        )
        .group_by(per_golden.c.entity)
        .order_by(per_golden.c.entity)
    )
    return [
        EntityPlan(
            entity=entity,
            read=int(read),
            linked=int(both),
            new=int(new),
            ask=int(ask),
            missing=int(missing),
        )
        for entity, read, both, new, ask, missing in connection.execute(query)
    ]


def progress(connection: Connection, connection_id: str, now: datetime) -> Progress:
    """Return how far the load of a connection is, planning and delivery together."""
    counts = effects.counts(connection)
    waiting = sum(many for (name, _), many in counts.items() if name == connection_id)
    total = int(connection.scalar(select(func.count()).select_from(golden)) or 0)
    found = replanning.of_connection(connection, connection_id)
    if found is None or found.began_at is None:
        return Progress(
            connection=connection_id,
            done=total,
            total=total,
            to_deliver=waiting,
            failed=0,
            seconds=0.0,
            per_second=0.0,
            eta=None if waiting else 0.0,
            held=None,
        )
    passed = select(func.count()).where(golden.c.id <= found.after)
    done = int(connection.scalar(passed) or 0)
    _, failed = how_they_went(connection, connection_id, found.began_at)
    seconds = max((now - found.began_at).total_seconds(), 0.001)
    left = total - done + waiting
    rate = max(done - waiting, 0) / seconds
    return Progress(
        connection=connection_id,
        done=done,
        total=total,
        to_deliver=waiting,
        failed=failed,
        seconds=round(seconds, 1),
        per_second=round(rate, 1),
        eta=round(left / rate, 1) if rate else None,
        held=found.held,
    )
