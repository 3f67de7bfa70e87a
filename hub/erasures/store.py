"""Tombstones <-> rows, and the places where a person's words are kept beside golden records."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update

from ground.database import Connection
from ground.statements import among, insert_many, keys, update_many
from hub.conflicts.tables import conflict
from hub.deletes.tables import deletion, sighting
from hub.effects.rules import DELETE, EffectState
from hub.effects.tables import effect
from hub.erasures.register import Tombstone
from hub.erasures.tables import erasure
from hub.events.tables import event, notice
from hub.lanes.tables import lane
from hub.quality.tables import quality, quality_finding
from master_data.index import store as index
from master_data.model import lane_key
from master_data.tables import alias, crossref, edge, golden, golden_version, home, match_key, pin

__all__ = [
    "ERASED",
    "bury",
    "end_goldens",
    "erased_among",
    "forget_conflicts",
    "forget_crossrefs",
    "forget_effects",
    "forget_events",
    "forget_goldens",
    "forget_lanes",
    "gone_crossrefs",
    "homes_of",
    "lanes_under_way",
    "mark_of",
    "places_of",
    "rows_about",
    "tombstones",
]

ERASED = "erased"
_GONE = "erased:"


def mark_of(lane_key: str) -> str:
    """Return the tombstone of an external record."""
    return sha256(lane_key.encode()).hexdigest()


def bury(connection: Connection, tombstones: Iterable[Tombstone]) -> None:
    """Leave tombstones."""
    rows = [asdict(each) for each in sorted(tombstones, key=lambda each: each.mark)]
    if rows:
        insert_many(connection, erasure, rows, on_conflict="nothing")


def tombstones(connection: Connection) -> dict[str, Tombstone]:
    """Return mark -> tombstone of all that was erased."""
    rows = connection.execute(select(erasure)).mappings()
    return {row["mark"]: Tombstone(**row) for row in rows}


def places_of(connection: Connection, marks: Collection[str]) -> tuple[set[str], set[str]]:
    """Return the lanes with these marks, and the golden records they are linked to.

    Reads every external id there is: it is asked after an old copy was put back.
    """
    where = (crossref.c.connection, crossref.c.object_type, crossref.c.external_id)
    query = select(crossref.c.golden_id, *where).where(crossref.c.external_id.is_not(None))
    lanes, ids = set(), set()
    for golden_id, *place in connection.execute(query):
        key = lane_key(*place)
        if mark_of(key) in marks:
            lanes.add(key)
            ids.add(golden_id)
    told = connection.scalars(select(event.c.lane).distinct())
    lanes |= {each for each in told if mark_of(each) in marks}
    return lanes, ids


def lanes_under_way(connection: Connection, lane_keys: Sequence[str]) -> set[str]:
    """Return the lanes whose records are still to be deleted in their system."""
    query = select(effect.c.lane).where(
        among(effect.c.lane, "lanes"), effect.c.operation == DELETE, effect.c.settled_at.is_(None)
    )
    return set(connection.scalars(query, {"lanes": keys(connection, list(lane_keys))}))


def erased_among(connection: Connection, lane_keys: Iterable[str]) -> set[str]:
    """Return which external records were erased."""
    marks = {mark_of(each): each for each in lane_keys}
    query = select(erasure.c.mark).where(among(erasure.c.mark, "marks"))
    found = connection.scalars(query, {"marks": keys(connection, sorted(marks))})
    return {marks[each] for each in found}


def homes_of(connection: Connection, golden_id: str) -> list[str]:
    """Return a golden record and all that was merged into it."""
    query = select(alias.c.old_id).where(alias.c.golden_id == golden_id)
    return [golden_id, *connection.scalars(query)]


def end_goldens(connection: Connection, golden_ids: Sequence[str], by: str, at: datetime) -> None:
    """Write a last, empty version of emptied golden records, so that readers of changes hear."""
    query = select(golden.c.id, golden.c.version).where(among(golden.c.id, "ids"))
    rows: list[dict[str, Any]] = [
        {"golden_id": row.id, "version": row.version, "at": at, "actor": by, "changes": {}}
        for row in connection.execute(query, {"ids": keys(connection, list(golden_ids))})
    ]
    insert_many(connection, golden_version, rows, on_conflict=None)


def forget_goldens(
    connection: Connection, golden_ids: Sequence[str], digests: Mapping[tuple[str, int], str]
) -> None:
    """Empty golden records; each version keeps the digest by which its seal is proved."""
    ids = keys(connection, list(golden_ids))
    connection.execute(
        update(golden)
        .where(among(golden.c.id, "ids"))
        .values(
            state="gone",
            title=ERASED,
            folded=ERASED,
            body={},
            provenance={},
            decisions={},
            held=[],
            version=golden.c.version + 1,
        ),
        {"ids": ids},
    )
    rows: list[dict[str, Any]] = [
        {
            "golden_id": gid,
            "version": version,
            "changes": {},
            "snapshot": None,
            "erased": mark,
        }
        for (gid, version), mark in digests.items()
    ]
    if rows:
        update_many(connection, golden_version, ["golden_id", "version"], rows)
    index.remove(connection, golden_ids)
    for table in (match_key, pin, home, quality, quality_finding):
        connection.execute(delete(table).where(among(table.c.golden_id, "ids")), {"ids": ids})
    about = or_(among(edge.c.one, "ids"), among(edge.c.other, "ids"))
    connection.execute(delete(edge).where(about), {"ids": ids})


def forget_crossrefs(connection: Connection, kept: Sequence[str], dropped: Sequence[str]) -> None:
    """Drop crossrefs; those whose delete is under way keep their external id and nothing else."""
    blank: dict[str, Any] = {
        "record": None,
        "base": {},
        "contributions": {},
        "elements": {},
        "absent": [],
        "held": {},
        "writes": {},
        "parked": ERASED,
    }
    connection.execute(
        update(crossref)
        .where(among(crossref.c.id, "ids"))
        .values(version=crossref.c.version + 1, **blank),
        {"ids": keys(connection, list(kept))},
    )
    connection.execute(
        delete(crossref).where(among(crossref.c.id, "ids")),
        {"ids": keys(connection, list(dropped))},
    )


def forget_events(
    connection: Connection, event_ids: Iterable[str] = (), lane_keys: Iterable[str] = ()
) -> None:
    """Drop the states and details of events, the bodies of their notices, and the external ids.

    Other people's words in the same notice go with it: a body is only kept for support.
    """
    about = or_(among(event.c.id, "ids"), among(event.c.lane, "lanes"))
    wanted = {
        "ids": keys(connection, sorted(set(event_ids))),
        "lanes": keys(connection, sorted(set(lane_keys))),
    }
    rows = connection.execute(select(event.c.id, event.c.notice_id).where(about), wanted).all()
    bodies = sorted({row.notice_id for row in rows if row.notice_id})
    connection.execute(
        update(notice).where(among(notice.c.id, "ids")).values(body=_GONE),
        {"ids": keys(connection, bodies)},
    )
    connection.execute(
        update(event).where(among(event.c.id, "ids")).values(state=None, detail={"reason": ERASED}),
        {"ids": keys(connection, [row.id for row in rows])},
    )


def forget_effects(connection: Connection, crossref_ids: Sequence[str], at: datetime) -> None:
    """Empty the writes to these crossrefs; those not sent yet are called off, but for deletes."""
    mine = among(effect.c.crossref_id, "ids")
    wanted = {"ids": keys(connection, list(crossref_ids))}
    waiting = [EffectState.PLANNED.value, EffectState.WAITING.value]
    connection.execute(
        update(effect)
        .where(mine, effect.c.state.in_(waiting), effect.c.operation != DELETE)
        .values(state=EffectState.SUPERSEDED.value, settled_at=at, token=None),
        wanted,
    )
    under_way = [EffectState.SENT.value, EffectState.UNKNOWN.value]
    connection.execute(
        update(effect)
        .where(mine, effect.c.state.not_in(under_way))
        .values(frozen=None, answer=None),
        wanted,
    )


def forget_conflicts(
    connection: Connection, golden_ids: Sequence[str], at: datetime
) -> tuple[list[str], list[str]]:
    """Close and empty the conflicts about golden records; return their ids, and what waited."""
    about = or_(among(conflict.c.golden_id, "ids"), among(conflict.c.subject, "ids"))
    wanted = {"ids": keys(connection, list(golden_ids))}
    rows = connection.execute(
        select(conflict.c.id, conflict.c.events, conflict.c.closed_at, conflict.c.closed_by).where(
            about
        ),
        wanted,
    ).all()
    emptied = [
        {
            "id": row.id,
            "why": ERASED,
            "rivals": [],
            "resolution": {"why": ERASED},
            "cause": None,
            "closed_at": row.closed_at or at,
            "closed_by": row.closed_by or "rules",
        }
        for row in rows
    ]
    if emptied:
        update_many(connection, conflict, ["id"], emptied)
    waited = [each for row in rows if row.closed_at is None for each in row.events]
    return [row.id for row in rows], waited


def gone_crossrefs(connection: Connection, limit: int) -> list[tuple[str, str, str]]:
    """Return (crossref id, lane, golden id) of erased records that are gone in their system."""
    place = (crossref.c.connection, crossref.c.object_type, crossref.c.external_id)
    query = (
        select(crossref.c.id, *place, crossref.c.golden_id)
        .where(
            crossref.c.golden_id.in_(select(erasure.c.golden_id)),
            crossref.c.state == bindparam("gone"),
        )
        .limit(limit)
    )
    rows = connection.execute(query, {"gone": "gone"})
    return [(row[0], lane_key(*row[1:4]), row.golden_id) for row in rows]


def forget_lanes(connection: Connection, lane_keys: Sequence[str]) -> None:
    """Take the external ids out of what is kept for the books."""
    for each in lane_keys:
        mark = _GONE + mark_of(each)[:16]
        connection.execute(
            update(event).where(event.c.lane == each).values(lane=mark, external_id=mark)
        )
        connection.execute(update(effect).where(effect.c.lane == each).values(lane=mark))
        connection.execute(delete(lane).where(lane.c.key == each))
        system, object_type, external_id = each.split("|", 2)
        seen = sighting.c.object_type == object_type, sighting.c.external_id == external_id
        connection.execute(delete(sighting).where(sighting.c.connection == system, *seen))
        connection.execute(
            update(deletion).where(deletion.c.external_id == external_id).values(external_id=mark)
        )


def rows_about(
    connection: Connection, golden_ids: Sequence[str], lane_keys: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """Return everything that is kept about golden records, by table."""
    ids = keys(connection, list(golden_ids))
    found: dict[str, list[dict[str, Any]]] = {}
    for table, column in (
        (golden, golden.c.id),
        (golden_version, golden_version.c.golden_id),
        (crossref, crossref.c.golden_id),
        (effect, effect.c.golden_id),
        (conflict, conflict.c.golden_id),
        (event, event.c.golden_id),
    ):
        query = select(table).where(among(column, "ids"))
        rows = connection.execute(query, {"ids": ids}).mappings()
        found[table.name] = [dict(row) for row in rows]
    seen = {row["id"] for row in found["event"]}
    query = select(event).where(among(event.c.lane, "lanes"))
    more = connection.execute(query, {"lanes": keys(connection, list(lane_keys))}).mappings()
    found["event"] += [dict(row) for row in more if row["id"] not in seen]
    return found
