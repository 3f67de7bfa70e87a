"""Keys that are being decided on are locked on PostgreSQL, by few locks however many keys."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from ground.database import DatabaseBusy
from master_data.index import store

pytestmark = pytest.mark.db

FEW, OTHERS, MANY = range(100, 140), range(40), range(5000)
COUNT = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")


@pytest.fixture
def database(database):
    if database.dialect != "postgresql":
        pytest.skip("SQLite has one writer")
    return database


@pytest.mark.parametrize(("wanted", "most"), [(FEW, 41), (MANY, 1), ((), 0)])
def test_few_locks_are_taken(database, wanted, most):
    def count(connection):
        store.lock_keys(connection, wanted)
        return connection.scalar(COUNT)

    assert database.write(count) == most
    assert database.write(lambda c: c.scalar(COUNT)) == 0


@pytest.mark.parametrize(
    ("mine", "theirs", "waits"),
    [
        (FEW, FEW, True),
        (FEW, OTHERS, False),
        (FEW, MANY, True),
        (MANY, FEW, True),
        (MANY, MANY, True),
    ],
    ids=["same", "apart", "few_and_many", "many_and_few", "many_and_many"],
)
def test_who_decides_on_the_same_keys_waits(database, mine, theirs, waits):
    def other(connection):
        connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
        store.lock_keys(connection, theirs)

    def work(connection):
        store.lock_keys(connection, mine)
        with ThreadPoolExecutor(1) as beside:
            return beside.submit(database.write, other).exception()

    assert isinstance(database.write(work), DatabaseBusy) is waits
