"""The index <-> rows: one statement finds what shares a key, one reads the forms."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import orjson
from sqlalchemy import TextClause, delete, exists, func, literal, null, select, text

from ground.database import Connection
from ground.statements import among, copy_rows, delete_many, insert_many, keys
from master_data.forms.records import VERSION, Form
from master_data.index.tables import blocking_key, match_form, match_statistics, match_threshold
from master_data.likeness.keys import STOP, hashed_keys_of
from master_data.likeness.model import Thresholds
from master_data.likeness.statistics import Statistics
from master_data.tables import match_key

_LOCKS = 1024
_MOST_LOCKS = 64
_LOCK_SPACE, _ALL = 7_403_221, -1
_LOCK_ALL = text("SELECT pg_advisory_xact_lock(:space, :all)")
_LOCK_ALL_SHARED = text("SELECT pg_advisory_xact_lock_shared(:space, :all)")
_LOCK_SOME = text(
    "SELECT pg_advisory_xact_lock(:space, place) FROM unnest(CAST(:locks AS int[])) AS place"
)
_SQLITE_KEYS = """
    SELECT k.value, (SELECT json_group_array(number) FROM
        (SELECT number FROM blocking_key WHERE key = k.value LIMIT :most))
    FROM json_each(:keys) AS k
    WHERE EXISTS (SELECT 1 FROM blocking_key WHERE key = k.value)
"""
_POSTGRESQL_KEYS = """
    SELECT k, found FROM unnest(CAST(:keys AS bigint[])) AS k CROSS JOIN LATERAL
        (SELECT array_agg(number) AS found FROM
            (SELECT number FROM blocking_key WHERE key = k LIMIT :most) AS few) AS many
    WHERE found IS NOT NULL
"""
_SQLITE_FORMS = """
    SELECT number, golden_id, entity, form FROM match_form
    WHERE number IN (SELECT value FROM json_each(:numbers))
"""
_POSTGRESQL_FORMS = """
    SELECT number, golden_id, entity, form FROM match_form
    WHERE number = ANY (CAST(:numbers AS bigint[]))
"""

_COUNTED = select(match_statistics.c.entity, match_statistics.c.digest, null(), null(), literal(0))
_SET = select(
    match_threshold.c.entity,
    literal(""),
    match_threshold.c.link,
    match_threshold.c.review,
    match_threshold.c.version,
)
_WEIGHING = _COUNTED.union_all(_SET)
_OLDER = select(match_key.c.key, match_key.c.golden_id).where(among(match_key.c.key, "ks"))


@dataclass(frozen=True, slots=True)
class Entry:
    """A golden record as it is found."""

    golden_id: str
    entity: str
    form: Form


def number_of(golden_id: str) -> int:
    """Return the number under which a golden record stands in the index."""
    digest = hashlib.blake2b(golden_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def put(connection: Connection, entries: Sequence[Entry]) -> None:
    """Store golden records as they are now; their earlier keys are removed."""
    remove(connection, [entry.golden_id for entry in entries])
    add(connection, entries)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of the index: rows of keys that come and go, forms that come and go."""

    rows: list[dict[str, int]]
    gone: list[dict[str, int]]
    entries: list[Entry]
    left: list[int]


def prepare(changed: Sequence[tuple[Entry | None, Entry | None]]) -> Change:
    """Return what becomes of golden records, each with what it was: (before, now).

    None is not in the index. To be asked outside the unit that writes it: it is most of the work.
    """
    rows, gone = [], []
    for before, now in changed:
        had = set(hashed_keys(before)) if before else set()
        has = hashed_keys(now) if now else ()
        number = number_of((now or before).golden_id)  # type: ignore[union-attr]  # one is there
        rows += [{"key": key, "number": number} for key in has if key not in had]
        gone += [{"key": key, "number": number} for key in had.difference(has)]
    entries = [now for _, now in changed if now]
    left = [number_of(b.golden_id) for b, now in changed if b is not None and now is None]
    return Change(rows, gone, entries, left)


def change(connection: Connection, change: Change) -> None:
    """Store golden records as they are now."""
    delete_many(connection, blocking_key, ["key", "number"], change.gone)
    if change.left:
        leaving = delete(match_form).where(among(match_form.c.number, "numbers"))
        connection.execute(leaving, {"numbers": keys(connection, change.left)})
    _insert(connection, change.entries, change.rows)


def hashed_keys(entry: Entry) -> tuple[int, ...]:
    """Return the keys of a golden record as they are stored."""
    return tuple(hashed_keys_of(entry.entity, entry.form))


def add(connection: Connection, entries: Sequence[Entry]) -> None:
    """Store golden records that are not in the index yet."""
    rows = [
        {"key": key, "number": number}
        for entry in entries
        for number in (number_of(entry.golden_id),)
        for key in hashed_keys(entry)
    ]
    _insert(connection, entries, rows)


def form_row(entry: Entry) -> tuple[int, str, str, int, str]:
    """Return the row of a golden record, for `append_forms`."""
    form = orjson.dumps(entry.form).decode()
    return number_of(entry.golden_id), entry.golden_id, entry.entity, VERSION, form


def append_forms(connection: Connection, rows: Iterable[tuple[int, str, str, int, str]]) -> None:
    """Store golden records that are not in the index yet, many at once and best in order."""
    copy_rows(connection, match_form, ("number", "golden_id", "entity", "version", "form"), rows)


def append_keys(connection: Connection, rows: Iterable[tuple[int, int]]) -> None:
    """Store (key, number) of golden records without keys, many at once and best in order."""
    copy_rows(connection, blocking_key, ("key", "number"), rows)


def _insert(connection: Connection, entries: Sequence[Entry], rows: list[dict[str, int]]) -> None:
    forms = [
        {
            "number": number_of(entry.golden_id),
            "golden_id": entry.golden_id,
            "entity": entry.entity,
            "version": VERSION,
            "form": entry.form,
        }
        for entry in entries
    ]
    if forms:
        forms.sort(key=lambda row: row["number"])  # type: ignore[arg-type,return-value]  # an int
        insert_many(connection, match_form, forms, on_conflict=["number"])
    if rows:
        rows.sort(key=lambda row: (row["key"], row["number"]))
        insert_many(connection, blocking_key, rows, on_conflict="nothing")


def remove(connection: Connection, golden_ids: Iterable[str]) -> None:
    """Take golden records out of the index, with all that was derived from their values."""
    numbers = [number_of(golden_id) for golden_id in golden_ids]
    stored = forms_of(connection, numbers).values()
    change(connection, prepare([(Entry(*each), None) for each in stored]))


def lock_keys(connection: Connection, wanted: Iterable[int]) -> None:
    """Keep others from deciding about the same keys until the unit ends (PostgreSQL).

    Keys share a thousand locks; who needs more than a few of them would wait for nearly everybody
    and takes one that stands for all, so that no batch uses up the server's lock table.
    """
    locks = sorted({key % _LOCKS for key in wanted})
    values = {"space": _LOCK_SPACE, "all": _ALL}
    if len(locks) > _MOST_LOCKS:
        connection.execute(_LOCK_ALL, values)
    elif locks:
        connection.execute(_LOCK_ALL_SHARED, values)
        connection.execute(_LOCK_SOME, {"space": _LOCK_SPACE, "locks": locks})


def numbers_by_key(connection: Connection, wanted: Sequence[int]) -> dict[int, list[int]]:
    """Return key -> numbers of the records that have it, at most one more than STOP."""
    rows = connection.execute(
        _statement(connection.dialect.name, "keys"),
        {"keys": keys(connection, wanted), "most": STOP + 1},
    )
    if connection.dialect.name == "sqlite":
        return {key: orjson.loads(found) for key, found in rows}
    return {key: list(found) for key, found in rows}


def forms_of(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[str, str, Form]]:
    """Return number -> (golden id, entity, form)."""
    rows = connection.execute(
        _statement(connection.dialect.name, "forms"), {"numbers": keys(connection, numbers)}
    )
    return {number: (golden_id, kind, _form(stored)) for number, golden_id, kind, stored in rows}


def save_statistics(connection: Connection, entity: str, statistics: Statistics) -> None:
    """Store the snapshot of frequencies that all paths weigh with."""
    counts = statistics.to_json()
    row = {
        "entity": entity,
        "digest": statistics.digest,
        "records": statistics.records,
        "counts": counts,
    }
    insert_many(connection, match_statistics, [row], on_conflict=["entity"])


def statistics_digests(connection: Connection) -> dict[str, str]:
    """Return entity -> digest of its snapshot of frequencies."""
    return weighing(connection)[0]


def weighing(connection: Connection) -> tuple[dict[str, str], dict[str, Thresholds]]:
    """Return by entity: the digest of its snapshot of frequencies, and thresholds set here."""
    digests, thresholds = {}, {}
    for entity, digest, link, review, version in connection.execute(_WEIGHING):
        if version:
            thresholds[entity] = Thresholds(link, review, version)
        else:
            digests[entity] = digest
    return digests, thresholds


def save_thresholds(
    connection: Connection, entity: str, new: Thresholds, by: str, at: datetime
) -> None:
    """Let an entity type be decided by these thresholds from now on."""
    row = {"entity": entity, "link": new.link, "review": new.review, "version": new.version}
    insert_many(connection, match_threshold, [row | {"by": by, "at": at}], on_conflict=["entity"])


def statistics_of(connection: Connection, entity: str) -> Statistics:
    """Return the snapshot of frequencies; none yet is an empty one."""
    query = select(match_statistics.c.counts).where(match_statistics.c.entity == entity)
    stored: Mapping[str, object] | None = connection.scalar(query)
    return Statistics.from_json(stored) if stored else Statistics()


def records_counted(connection: Connection) -> dict[str, int]:
    """Return entity -> how many records its snapshot of frequencies was counted from."""
    query = select(match_statistics.c.entity, match_statistics.c.records)
    return {row.entity: row.records for row in connection.execute(query)}


def is_empty(connection: Connection) -> bool:
    """Say whether nobody can be found in the index yet."""
    return not connection.scalar(select(exists().select_from(blocking_key)))


def first_of_each(connection: Connection, many: int) -> list[tuple[str, int, int]]:
    """Return (entity, how many, the last number) among the first records of the index."""
    first = select(match_form.c.number, match_form.c.entity)
    sample = first.order_by(match_form.c.number).limit(many).subquery()
    query = select(sample.c.entity, func.count(), func.max(sample.c.number))
    rows = connection.execute(query.group_by(sample.c.entity))
    return [(entity, count, last) for entity, count, last in rows]


def forms_after(connection: Connection, number: int, many: int) -> list[tuple[int, str, Form]]:
    """Return the next records of the index: (number, entity, form)."""
    query = select(match_form.c.number, match_form.c.entity, match_form.c.form)
    rows = connection.execute(
        query.where(match_form.c.number > number).order_by(match_form.c.number).limit(many)
    )
    return [
        (n, entity, {name: tuple(said) for name, said in form.items()}) for n, entity, form in rows
    ]


def are_older_left(connection: Connection) -> bool:
    """Say whether some golden records are older than the index and found by match keys only."""
    return bool(connection.scalar(select(exists().select_from(match_key))))


def older_by_key(connection: Connection, wanted: Iterable[str]) -> dict[str, list[str]]:
    """Return match key -> ids of the golden records older than the index that have it."""
    hits: dict[str, list[str]] = {}
    for row in connection.execute(_OLDER, {"ks": keys(connection, sorted(set(wanted)))}):
        hits.setdefault(row.key, []).append(row.golden_id)
    return hits


def forget_keys(connection: Connection, golden_ids: Sequence[str]) -> None:
    """Delete the match keys of golden records."""
    if golden_ids:
        leaving = delete(match_key).where(among(match_key.c.golden_id, "ids"))
        connection.execute(leaving, {"ids": keys(connection, golden_ids)})


def _form(stored: str) -> Form:
    return {name: tuple(values) for name, values in orjson.loads(stored).items()}


@cache
def _statement(dialect: str, what: str) -> TextClause:
    if dialect == "sqlite":
        return text(_SQLITE_KEYS if what == "keys" else _SQLITE_FORMS)
    return text(_POSTGRESQL_KEYS if what == "keys" else _POSTGRESQL_FORMS)
