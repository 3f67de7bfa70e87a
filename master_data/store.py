"""Golden records and crossrefs <-> rows. Writes are fenced by row versions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Table, bindparam, func, select, type_coerce
from sqlalchemy.exc import IntegrityError

from ground.database import Connection
from ground.instants import from_microseconds
from ground.statements import Prepared, among, insert_many, keys, update_many
from master_data.errors import GoldenMoved, RecordTaken
from master_data.fields import title_of_record
from master_data.model import (
    ConnectionId,
    Crossref,
    CrossrefHead,
    CrossrefId,
    CrossrefState,
    Golden,
    GoldenId,
    GoldenState,
    bases_of,
    contributions_of,
)
from master_data.normalise import fold
from master_data.tables import alias, crossref, golden

_GOLDEN: tuple[Column[Any], ...] = (
    golden.c.id,
    golden.c.entity,
    golden.c.version,
    golden.c.state,
    golden.c.body,
    golden.c.provenance,
    golden.c.decisions,
    golden.c.held,
)
_CROSSREF = tuple(  # instants in microseconds, as a crossref has them
    type_coerce(column, BigInteger) if column.name in ("seen_at", "settled_at") else column
    for column in (crossref.c[name] for name in Crossref.__slots__)
)
_SEAT = {"connection", "object_type", "entity", "golden_id", "external_id", "is_primary"}
_THESE_RECORDS = (
    crossref.c.connection == bindparam("conn"),
    crossref.c.object_type == bindparam("type"),
    among(crossref.c.external_id, "ids"),
)
_GOLDENS = Prepared(select(*_GOLDEN).where(among(golden.c.id, "ids")))
_CROSSREFS = Prepared(select(*_CROSSREF).where(among(crossref.c.id, "ids")))
_CROSSREFS_OF = Prepared(
    select(*_CROSSREF).where(among(crossref.c.golden_id, "ids")).order_by(crossref.c.id)
)
_CROSSREFS_AT = Prepared(select(*_CROSSREF).where(*_THESE_RECORDS))
_HEADS = Prepared(
    select(
        crossref.c.id,
        crossref.c.external_id,
        crossref.c.golden_id,
        crossref.c.remote_version,
        type_coerce(crossref.c.settled_at, BigInteger),
        crossref.c.state,
    ).where(*_THESE_RECORDS)
)
_VERSIONS = (
    select(golden.c.id, golden.c.version)
    .where(among(golden.c.id, "ids"))
    .order_by(golden.c.id)
    .with_for_update(read=True)
)


def goldens_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, Golden]:
    """Return the golden records of these ids, following aliases; the keys are the ids asked for."""
    wanted = sorted(set(ids))
    found = goldens_as_stored(connection, wanted)
    merged_away = GoldenState.MERGED
    missing = [each for each in wanted if each not in found or found[each].state is merged_away]
    if missing:
        roots = _roots(connection, missing)
        merged = goldens_by_id(connection, roots.values()) if roots else {}
        found |= {old: merged[root] for old, root in roots.items() if root in merged}
    return found


def goldens_as_stored(connection: Connection, ids: Iterable[str]) -> dict[str, Golden]:
    """Return the rows of these ids, merged ones as they were when they were merged."""
    rows = _GOLDENS.rows(connection, ids=keys(connection, sorted(set(ids))))
    return {row[0]: _golden(row) for row in rows}


def goldens_after(connection: Connection, after: str, many: int) -> list[Golden]:
    """Return the next golden records in the order of their ids, locked until the unit ends."""
    query = select(*_GOLDEN).where(golden.c.id > after).order_by(golden.c.id).limit(many)
    return [_golden(row) for row in connection.execute(query.with_for_update())]


def _roots(connection: Connection, old_ids: Sequence[str]) -> dict[str, str]:
    query = select(alias.c.old_id, alias.c.golden_id).where(among(alias.c.old_id, "ids"))
    rows = connection.execute(query, {"ids": keys(connection, list(old_ids))})
    return {row.old_id: row.golden_id for row in rows}


def crossrefs_by_external(
    connection: Connection, connection_id: str, object_type: str, external_ids: Sequence[str]
) -> list[Crossref]:
    """Return the crossrefs of these records of one system."""
    ids = keys(connection, external_ids)
    rows = _CROSSREFS_AT.rows(connection, conn=connection_id, type=object_type, ids=ids)
    return [_crossref(row) for row in rows]


def heads_by_external(
    connection: Connection, connection_id: str, object_type: str, external_ids: Sequence[str]
) -> list[CrossrefHead]:
    """Return the heads of the crossrefs of these records of one system."""
    ids = keys(connection, external_ids)
    rows = _HEADS.rows(connection, conn=connection_id, type=object_type, ids=ids)
    return [
        CrossrefHead(crossref_id, external, golden_id, version, settled or 0, CrossrefState(state))
        for crossref_id, external, golden_id, version, settled, state in rows
    ]


def crossrefs_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, Crossref]:
    """Return the crossrefs of these ids."""
    rows = _CROSSREFS.rows(connection, ids=keys(connection, sorted(set(ids))))
    return {row[0]: _crossref(row) for row in rows}


def crossrefs_of(connection: Connection, golden_ids: Iterable[str]) -> list[Crossref]:
    """Return every crossref of these golden records, in id order."""
    rows = _CROSSREFS_OF.rows(connection, ids=keys(connection, sorted(set(golden_ids))))
    return [_crossref(row) for row in rows]


def golden_id_of(
    connection: Connection, connection_id: str, entity: str, external_id: str
) -> str | None:
    """Return the golden record that an external record belongs to."""
    query = select(crossref.c.golden_id).where(
        crossref.c.connection == connection_id,
        crossref.c.entity == entity,
        crossref.c.external_id == external_id,
    )
    found: str | None = connection.scalar(query)
    return found


def may_be_made(connection: Connection, connection_id: str, golden_id: str) -> bool:
    """Say whether a golden record in use has no record there yet: it had none, or one is made."""
    there = select(crossref.c.id).where(
        crossref.c.golden_id == golden_id,
        crossref.c.connection == connection_id,
        crossref.c.state != CrossrefState.CREATING.value,
    )
    query = select(golden.c.id).where(
        golden.c.id == golden_id,
        golden.c.state.in_([GoldenState.ACTIVE.value, GoldenState.UNCONFIRMED.value]),
        ~there.exists(),
    )
    return connection.scalar(query) is not None


def external_id_of(connection: Connection, connection_id: str, golden_id: str) -> str | None:
    """Return the live external record of a golden record, or of what it was merged into."""
    root = select(alias.c.golden_id).where(alias.c.old_id == golden_id).scalar_subquery()
    query = select(crossref.c.external_id).where(
        crossref.c.golden_id == func.coalesce(root, golden_id),
        crossref.c.connection == connection_id,
        crossref.c.state == CrossrefState.LIVE.value,
        crossref.c.is_primary,
    )
    found: str | None = connection.scalar(query)
    return found


def known_versions(
    connection: Connection, connection_id: str, object_type: str, external_ids: Sequence[str]
) -> dict[str, str | None]:
    """Return external id -> version of the source record as last read."""
    query = select(crossref.c.external_id, crossref.c.remote_version).where(
        crossref.c.connection == bindparam("conn"),
        crossref.c.object_type == bindparam("type"),
        among(crossref.c.external_id, "ids"),
    )
    values = {"conn": connection_id, "type": object_type, "ids": keys(connection, external_ids)}
    return {row.external_id: row.remote_version for row in connection.execute(query, values)}


def insert_goldens(connection: Connection, goldens: Sequence[Golden], at: datetime) -> None:
    """Store new golden records."""
    if goldens:
        insert_many(
            connection,
            golden,
            [golden_row(each) | {"created_at": at, "updated_at": at} for each in goldens],
            on_conflict=None,
        )


def update_goldens(
    connection: Connection, changed: Sequence[tuple[Golden, int]], at: datetime
) -> None:
    """Store golden records over the versions they were read at. Raises GoldenMoved."""
    rows = [
        golden_row(each) | {"updated_at": at, "expected_version": read} for each, read in changed
    ]
    _update_fenced(connection, golden, rows)


def insert_crossrefs(connection: Connection, crossrefs: Sequence[Crossref], at: datetime) -> None:
    """Store new crossrefs. Raises GoldenMoved if another made one in its place meanwhile."""
    rows = [crossref_row(each) | {"created_at": at} for each in crossrefs]
    if rows and insert_many(connection, crossref, rows, on_conflict="nothing") < len(rows):
        raise GoldenMoved


def update_crossrefs(
    connection: Connection, changed: Sequence[tuple[Crossref, int]], *, moved: bool = True
) -> None:
    """Store crossrefs over the versions they were read at, one higher. Raises GoldenMoved.

    `moved` ones may belong to another record than before. Else what names the records is not
    written: no index is touched.
    """
    rows = [
        crossref_row(each) | {"version": read + 1, "expected_version": read}
        for each, read in changed
    ]
    if not moved:
        rows = [{name: row[name] for name in row.keys() - _SEAT} for row in rows]
    _update_fenced(connection, crossref, rows)


def try_update_crossrefs(connection: Connection, changed: Sequence[Crossref]) -> set[str]:
    """Store crossrefs over the version they carry, counting it up; return those not moved.

    Raises RecordTaken if one of them names a record that another one names.
    """
    rows = [
        crossref_row(each) | {"version": each.version + 1, "expected_version": each.version}
        for each in changed
    ]
    try:
        done = update_many(connection, crossref, ["id"], rows, expect="version")
    except IntegrityError as error:
        raise RecordTaken from error
    return {key[0] for key in done}


def bump_crossrefs(connection: Connection, crossrefs: Sequence[Crossref]) -> set[str]:
    """Count up the versions of crossrefs that stay as they are; return those not moved."""
    rows = [
        {"id": each.id, "version": each.version + 1, "expected_version": each.version}
        for each in crossrefs
    ]
    return {key[0] for key in update_many(connection, crossref, ["id"], rows, expect="version")}


def moved_goldens(connection: Connection, versions: Mapping[str, int]) -> set[str]:
    """Return which golden records are not at these versions; none moves before the unit's end."""
    rows = connection.execute(_VERSIONS, {"ids": keys(connection, sorted(versions))})
    return set(versions) - {row.id for row in rows if row.version == versions[row.id]}


def _update_fenced(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    done = update_many(connection, table, ["id"], rows, expect="version")
    if len(done) != len(rows):
        raise GoldenMoved


def _golden(row: Sequence[Any]) -> Golden:
    golden_id, entity, version, state, body, provenance, decisions, held = row
    return Golden(
        id=GoldenId(golden_id),
        entity=entity,
        version=version,
        state=GoldenState(state),
        body=body,
        provenance=provenance,
        decisions=decisions,
        held=frozenset(held),
    )


def golden_row(each: Golden) -> dict[str, Any]:
    """Return a golden record as a row, but for its times."""
    title = title_of_record(each.entity, each.body)
    return {
        "id": each.id,
        "entity": each.entity,
        "version": each.version,
        "state": each.state.value,
        "title": title,
        "folded": fold(title),
        "body": each.body,
        "provenance": each.provenance,
        "decisions": each.decisions,
        "held": sorted(each.held),
    }


def _crossref(row: Sequence[Any]) -> Crossref:
    crossref_id, connection, object_type, entity, golden_id, external_id, state, *more = row
    version, remote_version, record, base, contributions, elements, absent, held, *rest = more
    parked, writes, seen_at, settled_at, mapping_version, is_primary = rest
    return Crossref(
        id=CrossrefId(crossref_id),
        connection=ConnectionId(connection),
        object_type=object_type,
        entity=entity,
        golden_id=GoldenId(golden_id),
        external_id=external_id,
        state=CrossrefState(state),
        version=version,
        remote_version=remote_version,
        record=record,
        base=bases_of(base),
        contributions=contributions_of(connection, contributions),
        elements=elements,
        absent=frozenset(absent),
        held=held,
        parked=parked,
        writes=writes,
        seen_at=seen_at or 0,
        settled_at=settled_at or 0,
        mapping_version=mapping_version,
        is_primary=is_primary,
    )


def crossref_row(each: Crossref) -> dict[str, Any]:
    """Return a crossref as a row, but for when it was made and how it went."""
    return {
        "id": each.id,
        "connection": each.connection,
        "object_type": each.object_type,
        "entity": each.entity,
        "golden_id": each.golden_id,
        "external_id": each.external_id,
        "state": each.state.value,
        "is_primary": each.is_primary,
        "version": each.version,
        "remote_version": each.remote_version,
        "record": each.record,
        "base": {path: base.to_json() for path, base in each.base.items()},
        "contributions": {path: c.to_json() for path, c in each.contributions.items()},
        "elements": each.elements,
        "absent": sorted(each.absent),
        "held": each.held,
        "parked": each.parked,
        "writes": each.writes,
        "seen_at": _instant(each.seen_at),
        "settled_at": _instant(each.settled_at),
        "mapping_version": each.mapping_version,
    }


def _instant(micros: int) -> datetime | None:
    return from_microseconds(micros) if micros else None
