"""Scores <-> rows."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, tuple_

from ground.database import Connection
from ground.statements import among, insert_many, keys
from hub.quality.model import Day, Link, Row, Scored, Summary, ToMend
from hub.quality.tables import quality, quality_day, quality_finding
from master_data.model import CrossrefState, split_path
from master_data.quality.model import Assessment
from master_data.tables import crossref, golden, golden_version

__all__ = [
    "changed_between",
    "days",
    "forget",
    "keep_day",
    "links_of",
    "oldest",
    "rows_of",
    "save",
    "summaries",
    "unmoved",
    "worst",
]

_LIVING = {"active", "unconfirmed"}
_ROW = [golden.c[field.name] for field in fields(Row)]
_LINK = [crossref.c[field.name] for field in fields(Link)]


def changed_between(connection: Connection, since: datetime, until: datetime) -> list[str]:
    """Return the golden records that got a version in (since, until]."""
    query = select(golden_version.c.golden_id).where(
        golden_version.c.at > since, golden_version.c.at <= until
    )
    return sorted(set(connection.scalars(query)))


def oldest(connection: Connection, before: datetime, limit: int) -> list[str]:
    """Return the records that were scored longest ago, before a time."""
    query = (
        select(quality.c.golden_id)
        .where(quality.c.assessed_at < before)
        .order_by(quality.c.assessed_at)
        .limit(limit)
    )
    return list(connection.scalars(query))


def rows_of(connection: Connection, golden_ids: Sequence[str]) -> tuple[list[Row], list[str]]:
    """Return the living records to score, and the ids of those that are no more."""
    query = select(*_ROW).where(among(golden.c.id, "ids"))
    found = connection.execute(query, {"ids": keys(connection, golden_ids)}).mappings()
    living = [Row(**row) for row in found if row["state"] in _LIVING]
    return living, sorted(set(golden_ids) - {row.id for row in living})


def links_of(connection: Connection, golden_ids: Sequence[str]) -> dict[str, list[Link]]:
    """Return golden id -> its live records in systems."""
    query = select(*_LINK).where(
        among(crossref.c.golden_id, "ids"), crossref.c.state == CrossrefState.LIVE.value
    )
    links: dict[str, list[Link]] = {}
    for row in connection.execute(query, {"ids": keys(connection, golden_ids)}).mappings():
        links.setdefault(row["golden_id"], []).append(Link(**row))
    return links


def unmoved(connection: Connection, rows: Sequence[Row]) -> set[str]:
    """Return the ids of the rows that are still as they were read."""
    query = select(golden.c.id, golden.c.version).where(among(golden.c.id, "ids"))
    found = connection.execute(query, {"ids": keys(connection, [row.id for row in rows])})
    stored = {(row.id, row.version) for row in found}
    return {row.id for row in rows if (row.id, row.version) in stored}


def save(
    connection: Connection, scored: Mapping[str, tuple[str, Assessment]], at: datetime
) -> None:
    """Keep scores: golden id -> (entity, assessment)."""
    forget(connection, list(scored))
    rows, lines = [], []
    for golden_id, (entity, each) in scored.items():
        rows.append(
            {
                "golden_id": golden_id,
                "entity": entity,
                "score": each.score,
                "parts": each.parts,
                "findings": [[f.rule, f.path, f.why] for f in each.findings],
                "assessed_at": at,
            }
        )
        places = {(f.rule, split_path(f.path)[0]) for f in each.findings}
        lines += [
            {
                "golden_id": golden_id,
                "rule": rule,
                "path": path,
                "entity": entity,
                "score": each.score,
            }
            for rule, path in sorted(places)
        ]
    insert_many(connection, quality, rows, on_conflict=None)
    insert_many(connection, quality_finding, lines, on_conflict=None)


def forget(connection: Connection, golden_ids: Sequence[str]) -> None:
    """Drop the scores of records."""
    ids = {"ids": keys(connection, golden_ids)}
    for table in (quality, quality_finding):
        connection.execute(delete(table).where(among(table.c.golden_id, "ids")), ids)


def summaries(connection: Connection) -> list[Summary]:
    """Return each entity's figures, what most records need first."""
    lines: dict[str, list[ToMend]] = {}
    count = func.count().label("records")
    at = (quality_finding.c.entity, quality_finding.c.rule, quality_finding.c.path)
    for row in connection.execute(select(*at, count).group_by(*at)):
        lines.setdefault(row.entity, []).append(ToMend(row.rule, row.path, row.records))
    query = select(
        quality.c.entity, func.count().label("records"), func.sum(quality.c.score).label("total")
    ).group_by(quality.c.entity)
    return [
        Summary(
            row.entity,
            row.records,
            float(row.total) / row.records,
            sorted(lines.get(row.entity, ()), key=lambda each: (-each.records, each.path)),
        )
        for row in connection.execute(query.order_by(quality.c.entity))
    ]


def keep_day(connection: Connection, day: str, found: Sequence[Summary]) -> None:
    """Keep the figures of a day; a later look on the same day replaces them."""
    connection.execute(delete(quality_day).where(quality_day.c.day == day))
    rows: list[dict[str, Any]] = [
        {
            "entity": each.entity,
            "day": day,
            "records": each.records,
            "score": round(each.score * 100),
            "findings": [[one.rule, one.path, one.records] for one in each.to_mend],
        }
        for each in found
    ]
    if rows:
        insert_many(connection, quality_day, rows, on_conflict=None)


def days(connection: Connection, entity: str, limit: int) -> list[Day]:
    """Return the last days of an entity, the oldest first."""
    query = (
        select(quality_day.c.day, quality_day.c.records, quality_day.c.score)
        .where(quality_day.c.entity == entity)
        .order_by(quality_day.c.day.desc())
        .limit(limit)
    )
    rows = list(connection.execute(query))
    return [Day(row.day, row.records, row.score / 100) for row in reversed(rows)]


def worst(
    connection: Connection,
    entity: str,
    finding: tuple[str, str] | None,
    after: tuple[int, str] | None,
    limit: int,
) -> list[Scored]:
    """Return records by score, the worst first; `finding`: those one rule finds at one field."""
    table = quality_finding if finding else quality
    place = tuple_(table.c.score, table.c.golden_id)
    query = select(quality, golden.c.title).join(golden, golden.c.id == quality.c.golden_id)
    if finding:
        query = query.join(quality_finding, quality_finding.c.golden_id == quality.c.golden_id)
        query = query.where(
            quality_finding.c.rule == finding[0], quality_finding.c.path == finding[1]
        )
    query = query.where(table.c.entity == entity)
    if after:
        query = query.where(place > tuple_(*after))
    query = query.order_by(table.c.score, table.c.golden_id).limit(limit)
    return [
        Scored(row["golden_id"], row["title"], row["score"], row["parts"], row["findings"])
        for row in connection.execute(query).mappings()
    ]
