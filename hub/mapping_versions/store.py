"""Mapping versions and remappings <-> rows."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, bindparam, delete, exists, func, select, update

from ground.database import Connection
from ground.statements import insert_many
from hub.mapping_versions.model import Laws, MappingRef, Remapping, StoredVersion, VersionState
from hub.mapping_versions.tables import mapping_version, remapping
from master_data.tables import crossref, golden

__all__ = [
    "active_versions",
    "advance",
    "any_laws_due",
    "any_remapping_due",
    "change",
    "finish",
    "held_crossrefs",
    "insert",
    "latest_goldens",
    "laws_due",
    "next_number",
    "next_remapping",
    "note_laws",
    "page_of_goldens",
    "remove",
    "request_remapping",
    "rewrite",
    "stale_goldens",
    "version",
    "version_in",
    "versions_of",
]

_COLUMNS = [mapping_version.c[field.name] for field in fields(StoredVersion)]
_MINE = and_(
    mapping_version.c.connection == bindparam("conn"),
    mapping_version.c.object_type == bindparam("type"),
)

_IT = and_(_MINE, mapping_version.c.number == bindparam("num"))

# Built once: building one takes longer than running it.
_ONE = select(*_COLUMNS).where(_IT)
_ALL = select(*_COLUMNS).where(_MINE).order_by(mapping_version.c.number.desc())
_IN_STATE = select(*_COLUMNS).where(_MINE, mapping_version.c.state == bindparam("state"))
_ACTIVE = select(*_COLUMNS).where(
    mapping_version.c.connection == bindparam("conn"),
    mapping_version.c.state == VersionState.ACTIVE.value,
)


def insert(connection: Connection, new: Sequence[StoredVersion]) -> int:
    """Store versions; one whose number is taken is left out. Returns how many were stored."""
    rows = [asdict(each) | {"laws": each.laws.to_json() if each.laws else None} for each in new]
    return insert_many(connection, mapping_version, rows, on_conflict="nothing") if rows else 0


def version(connection: Connection, ref: MappingRef, number: int) -> StoredVersion | None:
    """Return one version."""
    values = _of(ref) | {"num": number}
    row = connection.execute(_ONE, values).mappings().one_or_none()
    return _version(row) if row else None


def versions_of(connection: Connection, ref: MappingRef) -> list[StoredVersion]:
    """Return every version of a mapping, the newest first."""
    rows = connection.execute(_ALL, _of(ref))
    return [_version(row) for row in rows.mappings()]


def version_in(
    connection: Connection, ref: MappingRef, state: VersionState
) -> StoredVersion | None:
    """Return the version in a state of which there is one at most."""
    row = connection.execute(_IN_STATE, _of(ref) | {"state": state.value}).mappings().one_or_none()
    return _version(row) if row else None


def active_versions(connection: Connection, connection_id: str) -> list[StoredVersion]:
    """Return the versions in force of a connection; mappings nobody touched have none."""
    rows = connection.execute(_ACTIVE, {"conn": connection_id})
    return [_version(row) for row in rows.mappings()]


def next_number(connection: Connection, ref: MappingRef) -> int:
    """Return the number of the next version; numbers are never used again."""
    query = select(func.max(mapping_version.c.number)).where(_MINE)
    last = connection.scalar(query, _of(ref))
    return int(last or 0) + 1


def change(connection: Connection, known: StoredVersion, columns: dict[str, Any]) -> bool:
    """Change a version if it is still at the revision it was read at, and count that up."""
    statement = (
        update(mapping_version)
        .where(
            mapping_version.c.connection == known.connection,
            mapping_version.c.object_type == known.object_type,
            mapping_version.c.number == known.number,
            mapping_version.c.revision == known.revision,
        )
        .values(columns | {"revision": known.revision + 1})
    )
    return connection.execute(statement).rowcount == 1


def rewrite(connection: Connection, known: StoredVersion, written: StoredVersion) -> None:
    """Give a draft another text, with what is said of it."""
    names = ("text", "digest", "author", "note", "updated_at")
    laws = written.laws.to_json() if written.laws else None
    change(connection, known, {name: getattr(written, name) for name in names} | {"laws": laws})


def remove(connection: Connection, draft: StoredVersion) -> None:
    """Drop a draft."""
    connection.execute(
        delete(mapping_version).where(_IT, mapping_version.c.state == "draft"), _key(draft)
    )


def note_laws(connection: Connection, draft: StoredVersion, laws: Laws) -> None:
    """Note what trying the laws of a draft said, unless its text changed meanwhile."""
    statement = (
        update(mapping_version)
        .where(_IT, mapping_version.c.digest == bindparam("tried"))
        .values(laws=bindparam("said", type_=mapping_version.c.laws.type))
    )
    connection.execute(statement, _key(draft) | {"tried": draft.digest, "said": laws.to_json()})


def _key(each: StoredVersion) -> dict[str, Any]:
    return _of(each.ref) | {"num": each.number}


def _of(ref: MappingRef) -> dict[str, Any]:
    return {"conn": ref.connection, "type": ref.object_type}


def laws_due(connection: Connection) -> StoredVersion | None:
    """Return a draft whose laws are still to be tried."""
    due = [each for each in _drafts(connection) if each.laws and each.laws.state == "due"]
    return due[0] if due else None


def any_laws_due(connection: Connection) -> bool:
    """Say whether the laws of a draft are still to be tried."""
    return laws_due(connection) is not None


_DRAFTS = (
    select(*_COLUMNS)
    .where(mapping_version.c.state == VersionState.DRAFT.value)
    .order_by(mapping_version.c.updated_at)
)


def _drafts(connection: Connection) -> list[StoredVersion]:
    return [_version(row) for row in connection.execute(_DRAFTS).mappings()]


def _version(row: RowMapping) -> StoredVersion:
    told = {"state": VersionState(row["state"]), "laws": Laws.from_json(row["laws"])}
    return StoredVersion(**{**row, **told})


# --- records on their way to a version


def request_remapping(connection: Connection, wanted: Remapping, now: datetime) -> None:
    """Bring all records of a mapping to a version, from the beginning."""
    row = asdict(wanted) | {"due_at": now}
    insert_many(connection, remapping, [row], on_conflict=["connection", "object_type"])


def next_remapping(connection: Connection, now: datetime) -> Remapping | None:
    """Return what is due the longest."""
    columns = [remapping.c[field.name] for field in fields(Remapping)]
    query = (
        select(*columns)
        .where(remapping.c.due_at <= bindparam("now"))
        .order_by(remapping.c.due_at)
        .limit(1)
    )
    row = connection.execute(query, {"now": now}).mappings().one_or_none()
    return Remapping(**row) if row else None


_ANY_DUE = select(exists().where(remapping.c.due_at <= bindparam("now")))


def any_remapping_due(connection: Connection, now: datetime) -> bool:
    """Say whether records are still to be brought to a version now."""
    return bool(connection.scalar(_ANY_DUE, {"now": now}))


def advance(connection: Connection, done: Remapping, after: str, due_at: datetime) -> None:
    """Note how far it went, unless another version was asked for or another worker was faster."""
    connection.execute(update(remapping).where(_still(done)).values(after=after, due_at=due_at))


def finish(connection: Connection, done: Remapping) -> None:
    """Forget it, unless another version was asked for meanwhile."""
    connection.execute(delete(remapping).where(_still(done)))


def _still(done: Remapping) -> Any:  # noqa: ANN401 - SQLAlchemy's condition
    return and_(
        remapping.c.connection == done.connection,
        remapping.c.object_type == done.object_type,
        remapping.c.number == done.number,
        remapping.c.until == done.until,
        remapping.c.after == done.after,
    )


def page_of_goldens(connection: Connection, entity: str, after: str, many: int) -> list[str]:
    """Return the next ids of golden records of an entity, in their order."""
    query = (
        select(golden.c.id)
        .where(golden.c.id > bindparam("after"), golden.c.entity == bindparam("entity"))
        .order_by(golden.c.id)
        .limit(bindparam("many"))
    )
    values = {"after": after, "entity": entity, "many": many}
    return list(connection.scalars(query, values))


def latest_goldens(connection: Connection, entity: str, many: int) -> list[str]:
    """Return the ids of the golden records of an entity that changed last, in id order."""
    query = (
        select(golden.c.id)
        .where(golden.c.entity == bindparam("entity"))
        .order_by(golden.c.updated_at.desc(), golden.c.id.desc())
        .limit(bindparam("many"))
    )
    return sorted(connection.scalars(query, {"entity": entity, "many": many}))


def stale_goldens(connection: Connection, done: Remapping, many: int) -> list[str]:
    """Return golden ids of records that are not at the version, though they had their turn."""
    query = (
        select(crossref.c.golden_id)
        .where(
            crossref.c.connection == done.connection,
            crossref.c.object_type == done.object_type,
            crossref.c.mapping_version.not_in([0, done.number]),
        )
        .limit(bindparam("many"))
    )
    return sorted(set(connection.scalars(query, {"many": many})))


def held_crossrefs(connection: Connection, ref: MappingRef) -> list[str]:
    """Return the golden ids of records of which a field is held."""
    query = select(crossref.c.golden_id).where(
        crossref.c.connection == ref.connection,
        crossref.c.object_type == ref.object_type,
        crossref.c.held != {},
    )
    return sorted(set(connection.scalars(query)))
