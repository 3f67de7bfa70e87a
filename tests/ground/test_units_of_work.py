"""Units of work, on both databases: what is promised whichever it is."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from sqlalchemy import Column, Integer, String, Table, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from ground.columns import metadata
from ground.database import DatabaseBusy, NestedUnit, open_database
from ground.statements import insert_many

TABLES = metadata()
PURSE = Table(
    "purse",
    TABLES,
    Column("owner", String(20), primary_key=True),
    Column("coins", Integer, nullable=False),
)


@pytest.fixture
def purses(database):
    database.create_all(TABLES)
    database.write(lambda connection: insert_many(connection, PURSE, [a_purse("ann")]))
    return database


def a_purse(owner, coins=0):
    return {"owner": owner, "coins": coins}


def _coins(connection):
    return dict(connection.execute(select(PURSE)).all())


def _earn(connection):
    """Read, then write what was read plus one: what loses updates without isolation."""
    coins = connection.execute(select(PURSE.c.coins).with_for_update()).scalar_one()
    connection.execute(update(PURSE).values(coins=coins + 1))
    return coins + 1


def test_no_update_is_lost_between_threads(purses):
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda _: purses.write(_earn), range(200)))
    assert sorted(results) == list(range(1, 201))
    assert purses.read(_coins) == {"ann": 200}


def test_no_update_is_lost_between_submitted_units(purses):
    futures = [purses.submit(_earn) for _ in range(200)]
    assert sorted(future.result(10) for future in futures) == list(range(1, 201))
    assert purses.read(_coins) == {"ann": 200}


def test_a_unit_that_raises_is_undone_alone(purses):
    def spend_and_fail(connection):
        connection.execute(update(PURSE).values(coins=-1))
        raise LookupError("no such shop")

    futures = [purses.submit(_earn if turn % 3 else spend_and_fail) for turn in range(60)]
    failed = [future for future in futures if future.exception(10)]
    assert len(failed) == 20
    assert all(isinstance(future.exception(), LookupError) for future in failed)
    assert purses.read(_coins) == {"ann": 40}


def test_an_error_reaches_its_caller_as_it_was(purses):
    error = LookupError("mine")

    def fail(connection):
        raise error

    with pytest.raises(LookupError) as caught:
        purses.write(fail)
    assert caught.value is error


def test_a_unit_may_go_on_after_a_savepoint_of_its_own(purses):
    def replace(connection):
        with pytest.raises(IntegrityError), connection.begin_nested():
            insert_many(connection, PURSE, [a_purse("ben"), a_purse("ann")])
        insert_many(connection, PURSE, [a_purse("cat")])

    purses.write(replace)
    assert purses.read(_coins) == {"ann": 0, "cat": 0}


def test_a_read_sees_what_was_written_before(purses):
    for expected in range(1, 30):
        purses.write(_earn)
        assert purses.read(_coins) == {"ann": expected}


def test_a_read_is_one_snapshot(purses):
    def look_twice(connection):
        before = _coins(connection)
        writer = threading.Thread(target=lambda: purses.write(_earn))
        writer.start()
        writer.join()
        return before, _coins(connection)

    before, after = purses.read(look_twice)
    assert before == after == {"ann": 0}
    assert purses.read(_coins) == {"ann": 1}


def test_a_read_cannot_write(purses):
    with pytest.raises(DBAPIError):
        purses.read(_earn)
    assert purses.read(_coins) == {"ann": 0}


def test_listeners_hear_every_commit_and_nothing_else(purses):
    heard = []
    purses.on_commit(lambda: heard.append(1))
    purses.read(_coins)
    with pytest.raises(LookupError):
        purses.write(_fail)
    assert heard == []
    purses.write(_earn)
    assert heard == [1]


def _fail(connection):
    raise LookupError


def test_a_listener_that_fails_harms_nobody(purses):
    def grumble():
        raise RuntimeError("not now")

    heard = []
    purses.on_commit(grumble)
    purses.on_commit(lambda: heard.append(1))
    assert purses.write(_earn) == 1
    assert heard == [1]


@pytest.mark.parametrize("outer", ["read", "write"])
@pytest.mark.parametrize("inner", ["read", "write"])
def test_a_unit_inside_a_unit_is_refused(purses, outer, inner):
    with pytest.raises(NestedUnit):
        getattr(purses, outer)(lambda _: getattr(purses, inner)(_coins))
    assert purses.write(_earn) == 1


def test_the_logging_context_travels_with_the_unit(purses):
    with structlog.contextvars.bound_contextvars(event="ev_1"):
        future = purses.submit(lambda _: structlog.contextvars.get_contextvars())
    assert future.result(5) == {"event": "ev_1"}


def test_the_database_time_is_the_clock_of_the_test(purses, clock):
    assert purses.read(purses.now) == clock.now()
    clock.advance(hours=1)
    assert purses.write(purses.now) == clock.now()


def test_close_finishes_what_was_submitted(purses, house_url):
    futures = [purses.submit(_earn) for _ in range(20)]
    purses.close()
    assert max(future.result(0) for future in futures) == 20


def test_another_database_object_is_another_process_to_it(open_house, house_url, tmp_path, dialect):
    url, schema = house_url("shared")
    one, other = open_database(url, schema=schema), open_database(url, schema=schema)
    one.create_all(TABLES)
    one.write(lambda connection: insert_many(connection, PURSE, [a_purse("ann")]))
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda each: each.write(_earn), [one, other] * 15))
    assert one.read(_coins) == other.read(_coins) == {"ann": 30}
    one.close()
    other.close()


def test_the_clock_of_the_database_is_near_ours(house_url):
    url, schema = house_url("clock")
    database = open_database(url, schema=schema)
    seen = database.read(database.now)
    assert seen.tzinfo is UTC
    assert abs(seen - datetime.now(UTC)) < timedelta(seconds=5)
    database.close()


def test_too_much_waiting_is_busy(purses):
    gate = threading.Event()
    blocked = [purses.submit(lambda _: gate.wait(10)) for _ in range(2000)]
    refused = [purses.submit(_earn) for _ in range(5)]
    gate.set()
    assert isinstance(refused[-1].exception(10), DatabaseBusy)
    assert all(future.result(20) for future in blocked)


def test_an_unknown_kind_of_database_is_refused():
    with pytest.raises(ValueError, match="mysql"):
        open_database("mysql://somewhere/x", schema="hub")


@pytest.mark.parametrize("schema", ["", "Hub", "a b", "x;drop"])
def test_a_schema_name_is_a_plain_word(schema):
    with pytest.raises(ValueError, match="schema"):
        open_database("postgresql://somewhere/x", schema=schema)
