"""Statements over many rows, on both databases."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, select
from sqlalchemy.exc import IntegrityError

from ground.columns import DecimalText, Id, Instant, Json, metadata
from ground.statements import among, delete_many, insert_many, keys, update_many

TABLES = metadata()
RECORD = Table(
    "record",
    TABLES,
    Column("id", Id, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Instant),
    Column("words", Json),
    Column("price", DecimalText),
    Column("raw", LargeBinary),
    Column("open", Boolean),
)


def a_record(number, **changes):
    return {
        "id": f"r{number}",
        "place": number,
        "version": 1,
        "at": datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
        "words": {"name": 'Ünï"c\\ode', "list": [1, None, True]},
        "price": Decimal("90071992547409.9300"),
        "raw": b"\0\xff'",
        "open": True,
        **changes,
    }


@pytest.fixture
def store(database):
    database.create_all(TABLES)
    return database


def _all(store):
    rows = store.read(lambda connection: connection.execute(select(RECORD)).mappings().all())
    return {row["id"]: dict(row) for row in rows}


def test_rows_come_back_exactly_as_they_went_in(store):
    rows = [a_record(1), a_record(2, words=None, price=None, raw=None, at=None, open=None)]
    assert store.write(lambda connection: insert_many(connection, RECORD, rows)) == 2
    assert _all(store) == {row["id"]: row for row in rows}


def test_a_duplicate_fails_the_whole_batch(store):
    rows = [a_record(1), a_record(2), a_record(1)]
    with pytest.raises(IntegrityError):
        store.write(lambda connection: insert_many(connection, RECORD, rows))
    assert _all(store) == {}


def test_a_duplicate_may_be_skipped_and_is_not_counted(store):
    store.write(lambda connection: insert_many(connection, RECORD, [a_record(1)]))
    rows = [a_record(1, place=9), a_record(2)]
    count = store.write(
        lambda connection: insert_many(connection, RECORD, rows, on_conflict="nothing")
    )
    assert count == 1
    assert {row["place"] for row in _all(store).values()} == {1, 2}


def test_a_duplicate_may_update_the_given_columns_and_no_other(store):
    store.write(lambda connection: insert_many(connection, RECORD, [a_record(1)]))
    rows = [{"id": "r1", "place": 7, "version": 2}, {"id": "r1", "place": 8, "version": 3}]
    store.write(lambda connection: insert_many(connection, RECORD, rows, on_conflict=["id"]))
    assert _all(store) == {"r1": a_record(1, place=8, version=3)}


def test_no_rows_are_no_work(store):
    assert store.write(lambda connection: insert_many(connection, RECORD, [])) == 0
    assert store.write(lambda connection: update_many(connection, RECORD, ["id"], [])) == set()


def test_rows_with_different_columns_are_refused(store):
    rows = [{"id": "r1", "place": 1, "version": 1}, {"id": "r2", "place": 1}]
    with pytest.raises(ValueError, match="same columns"):
        store.write(lambda connection: insert_many(connection, RECORD, rows))


@pytest.mark.parametrize("column", ["id", "place"])
def test_many_keys_travel_in_one_parameter(store, column):
    store.write(
        lambda connection: insert_many(connection, RECORD, [a_record(n) for n in range(50)])
    )
    wanted = ["r3", "r44", "gone"] if column == "id" else [3, 44, 99]
    statement = select(RECORD.c.id).where(among(RECORD.c[column], "wanted")).order_by("id")
    found = store.read(
        lambda connection: (
            connection.execute(statement, {"wanted": keys(connection, wanted)}).scalars().all()
        )
    )
    assert found == ["r3", "r44"]


def test_no_keys_find_nothing(store):
    store.write(lambda connection: insert_many(connection, RECORD, [a_record(1)]))
    statement = select(RECORD.c.id).where(among(RECORD.c.id, "wanted"))
    found = store.read(
        lambda connection: connection.execute(statement, {"wanted": keys(connection, [])}).all()
    )
    assert found == []


def test_the_sql_text_does_not_depend_on_the_number_of_keys(store):
    statement = select(RECORD.c.id).where(among(RECORD.c.id, "wanted"))
    assert statement._generate_cache_key() == (
        select(RECORD.c.id).where(among(RECORD.c.id, "wanted"))._generate_cache_key()
    )


def test_an_update_says_which_rows_it_met(store):
    store.write(lambda connection: insert_many(connection, RECORD, [a_record(1), a_record(2)]))
    rows: list[dict] = [
        {"id": "r1", "words": None, "raw": b"\1"},
        {"id": "gone", "words": [], "raw": None},
    ]
    met = store.write(lambda connection: update_many(connection, RECORD, ["id"], rows))
    assert met == {("r1",)}
    assert _all(store) == {"r1": a_record(1, words=None, raw=b"\1"), "r2": a_record(2)}


def test_an_update_passes_over_rows_that_have_moved_on(store):
    rows = [a_record(1), a_record(2, version=5)]
    store.write(lambda connection: insert_many(connection, RECORD, rows))
    changes = [
        {"id": "r1", "place": 10, "version": 2, "expected_version": 1},
        {"id": "r2", "place": 20, "version": 2, "expected_version": 1},
    ]
    met = store.write(
        lambda connection: update_many(connection, RECORD, ["id"], changes, expect="version")
    )
    assert met == {("r1",)}
    assert {row["id"]: row["place"] for row in _all(store).values()} == {"r1": 10, "r2": 2}


def test_a_key_may_have_several_columns_of_any_type(store):
    store.write(lambda connection: insert_many(connection, RECORD, [a_record(1), a_record(2)]))
    at = a_record(1)["at"]
    rows = [
        {"at": at, "place": 1, "version": 8},
        {"at": at, "place": 3, "version": 8},
        {"at": datetime(2020, 1, 1, tzinfo=UTC), "place": 2, "version": 8},
    ]
    met = store.write(lambda connection: update_many(connection, RECORD, ["at", "place"], rows))
    assert met == {(at, 1)}
    assert {row["id"]: row["version"] for row in _all(store).values()} == {"r1": 8, "r2": 1}


def test_rows_are_deleted_by_their_keys(store):
    rows = [a_record(number) for number in range(150)]
    store.write(lambda connection: insert_many(connection, RECORD, rows))
    gone = [{"at": row["at"], "place": row["place"]} for row in rows[:100]]
    unknown = {"at": rows[0]["at"], "place": 9999}

    def delete(connection):
        return delete_many(connection, RECORD, ["at", "place"], [*gone, gone[0], unknown])

    assert store.write(delete) == 100
    left = store.read(lambda connection: connection.scalars(select(RECORD.c.id)).all())
    assert sorted(left) == sorted(row["id"] for row in rows[100:])
    assert store.write(lambda connection: delete_many(connection, RECORD, ["id"], [])) == 0


@pytest.mark.parametrize("many", [1, 15, 16, 17, 63, 64, 65, 200])
def test_a_batch_of_any_size_is_inserted_and_updated_whole(store, many):
    rows = [a_record(number) for number in range(many)]
    inserted = store.write(lambda connection: insert_many(connection, RECORD, rows))
    changed = [{"id": row["id"], "version": 7} for row in rows]
    updated = store.write(lambda connection: update_many(connection, RECORD, ["id"], changed))
    versions = store.read(lambda connection: connection.scalars(select(RECORD.c.version)).all())
    assert (inserted, len(updated), set(versions), len(versions)) == (many, many, {7}, many)
