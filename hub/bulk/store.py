"""Runs, their pages and what they append <-> rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields

from sqlalchemy import delete, select, update

from ground.database import Connection
from ground.statements import among, copy_rows, insert_many, keys
from hub.bulk.model import Phase, Prepared, Row, Run
from hub.bulk.tables import bulk_page, bulk_run
from master_data.model import GoldenState
from master_data.tables import crossref, golden, golden_version

__all__ = [
    "CROSSREF",
    "GOLDEN",
    "VERSION",
    "append",
    "begin",
    "crossref_ids",
    "forget_pages",
    "insert_page",
    "of",
    "pages_of",
    "save",
    "suspect",
    "unfinished",
]

GOLDEN = tuple(column.name for column in golden.c)
CROSSREF = tuple(column.name for column in crossref.c)
VERSION = tuple(column.name for column in golden_version.c if column.name != "erased")
_RUN = [bulk_run.c[field.name] for field in fields(Run)]


def begin(connection: Connection, run: Run) -> None:
    """Store a new run."""
    insert_many(connection, bulk_run, [{f.name: getattr(run, f.name) for f in fields(Run)}])


def of(connection: Connection, connection_id: str, object_type: str) -> Run | None:
    """Return the run of an object type that has not ended."""
    query = select(*_RUN).where(
        bulk_run.c.connection == connection_id,
        bulk_run.c.object_type == object_type,
        bulk_run.c.ended_at.is_(None),
    )
    row = connection.execute(query).mappings().one_or_none()
    return Run(**{**row, "phase": Phase(row["phase"])}) if row else None


def unfinished(connection: Connection) -> list[tuple[str, str]]:
    """Return (connection, object type) of runs that have not ended."""
    query = select(bulk_run.c.connection, bulk_run.c.object_type)
    return [
        (row[0], row[1]) for row in connection.execute(query.where(bulk_run.c.ended_at.is_(None)))
    ]


def save(connection: Connection, run: Run, seen: Run) -> bool:
    """Store how far a run is; False if another process moved it since `seen`."""
    values = {f.name: getattr(run, f.name) for f in fields(Run) if f.name != "id"}
    as_seen = [
        bulk_run.c.id == seen.id,
        bulk_run.c.phase == seen.phase,
        bulk_run.c.pages == seen.pages,
        bulk_run.c.mark == seen.mark,
    ]
    return connection.execute(update(bulk_run).where(*as_seen).values(values)).rowcount == 1


def append(
    connection: Connection,
    goldens: Iterable[Row],
    crossrefs: Iterable[Row],
    versions: Iterable[Row],
) -> None:
    """Append new golden records, their crossrefs and the provenance of their first versions."""
    copy_rows(connection, golden, GOLDEN, goldens)
    copy_rows(connection, crossref, CROSSREF, crossrefs)
    copy_rows(connection, golden_version, VERSION, versions)


def insert_page(connection: Connection, run: Run, page: Prepared) -> None:
    """Store the keys of a page that a run has read now."""
    row = {name: getattr(page, name) for name in ("numbers", "counts", "hashes", "identifying")}
    insert_many(connection, bulk_page, [row | {"run": run.id, "number": run.pages}])


def pages_of(connection: Connection, run_id: str) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    """Yield the keys of each page: (numbers, counts, keys, identifying)."""
    columns = (bulk_page.c.numbers, bulk_page.c.counts, bulk_page.c.hashes, bulk_page.c.identifying)
    query = select(*columns).where(bulk_page.c.run == run_id).order_by(bulk_page.c.number)
    for row in connection.execute(query):
        yield row[0], row[1], row[2], row[3]


def forget_pages(connection: Connection, run_id: str) -> None:
    """Delete the pages of a run that ended."""
    connection.execute(delete(bulk_page).where(bulk_page.c.run == run_id))


def crossref_ids(connection: Connection, golden_ids: Iterable[str]) -> dict[str, str]:
    """Return golden id -> id of its crossref, of new golden records: they have one each."""
    query = select(crossref.c.golden_id, crossref.c.id).where(among(crossref.c.golden_id, "ids"))
    rows = connection.execute(query, {"ids": keys(connection, sorted(golden_ids))})
    return {row[0]: row[1] for row in rows}


def suspect(connection: Connection, golden_ids: Sequence[str]) -> None:
    """Let new golden records be unconfirmed until a person decides."""
    if golden_ids:
        moving = update(golden).where(among(golden.c.id, "ids"))
        state = GoldenState.UNCONFIRMED.value
        connection.execute(moving.values(state=state), {"ids": keys(connection, golden_ids)})
