"""Statements prepared once: the same rows, counts and errors as SQLAlchemy's own way."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Boolean, Column, Index, MetaData, Table, Text, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from ground.columns import Instant, Json
from ground.statements import Prepared, among, insert_many, keys

AT = datetime(2026, 5, 4, 3, 2, 1, 12, tzinfo=UTC)
METADATA = MetaData()
thing = Table(
    "thing",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("at", Instant),
    Column("told", Json),
    Column("good", Boolean),
    Index("ux_thing_at", "at", unique=True),
)
NAMED = select(thing).where(among(thing.c.name, "names")).order_by(thing.c.name)
WANTED = thing.c.name == bindparam("wanted")
MOVE = Prepared(update(thing).where(WANTED).values(at=bindparam("then"), told=None))
RETURNED = Prepared(
    update(thing)
    .where(WANTED)
    .values(at=bindparam("then"), told=None)
    .returning(thing.c.at, thing.c.told)
)


@pytest.fixture
def things(database):
    database.create_all(METADATA)
    rows: list[dict[str, object]] = [
        {"name": "a", "at": AT, "told": {"x": [1, None]}, "good": True},
        {"name": "b", "at": None, "told": None, "good": None},
    ]
    database.write(lambda c: insert_many(c, thing, rows))
    return database


def test_rows_are_those_that_sqlalchemy_gives(things):
    def both(connection):
        names = keys(connection, ["a", "b", "c"])
        return (
            [tuple(row) for row in Prepared(NAMED).rows(connection, names=names)],
            [tuple(row) for row in connection.execute(NAMED, {"names": names})],
        )

    mine, theirs = things.read(both)
    assert mine == theirs
    assert mine[0] == ("a", AT, {"x": [1, None]}, True)


def test_values_are_stored_and_constants_kept(things):
    later = AT.replace(second=2)
    assert things.write(lambda c: MOVE.run(c, wanted="a", then=AT)) == 1
    assert things.write(lambda c: MOVE.run(c, wanted="none", then=AT)) == 0
    rows = things.write(lambda c: RETURNED.rows(c, wanted="a", then=later))
    assert [tuple(row) for row in rows] == [(later, None)]


def test_a_duplicate_is_told_without_its_values(things):
    with pytest.raises(IntegrityError) as told:
        things.write(lambda c: MOVE.run(c, wanted="b", then=AT))
    assert "parameters:" not in str(told.value)


def test_a_parameter_that_is_missing_is_an_error(things):
    with pytest.raises(Exception, match="then"):
        things.write(lambda c: MOVE.run(c, wanted="b"))
