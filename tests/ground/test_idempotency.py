import threading
from datetime import timedelta

import pytest
from sqlalchemy import Column, Integer, Table, func, select

from ground.columns import metadata
from ground.idempotency import (
    FirstAnswer,
    KeyInFlight,
    KeyRefused,
    KeyReused,
    answer_table,
    forget,
    keyed,
    once,
    prune,
)

METADATA = metadata()
ANSWERS = answer_table(METADATA)
ORDERS = Table("orders", METADATA, Column("id", Integer, primary_key=True, autoincrement=True))


@pytest.fixture
def post(database, clock):
    """post(key, body, principal) -> the answer of a POST that makes one order."""
    database.create_all(METADATA)

    def send(key="k1", body=b"{}", principal="ak_1", *, path="/orders", failing=None):
        request = keyed(key, principal, method="POST", path=path, body=body)

        def unit(connection):
            def work():
                made = connection.execute(ORDERS.insert().values()).inserted_primary_key[0]
                if failing:
                    raise failing
                return FirstAnswer(201, {"ETag": '"1"'}, b"%d \xff" % made)

            return once(connection, ANSWERS, request, clock.now(), work)

        return database.write(unit)

    return send


@pytest.fixture
def orders(database):
    """orders() -> how many were made."""
    statement = select(func.count()).select_from(ORDERS)
    return lambda: database.read(lambda connection: connection.execute(statement).scalar())


def test_a_retry_gets_the_first_answer_and_does_nothing(post, orders):
    first, again = post(), post()
    assert (first.replayed, again.replayed) == (False, True)
    assert (again.status, again.headers, again.body) == (first.status, first.headers, first.body)
    assert orders() == 1


@pytest.mark.parametrize("change", [{"body": b"{ }"}, {"path": "/orders?a=1"}])
def test_the_same_key_with_another_request_is_a_conflict(post, change, orders):
    post()
    with pytest.raises(KeyReused) as caught:
        post(**change)
    assert caught.value.status == 409
    assert orders() == 1


def test_a_key_is_the_principals_own(post, orders):
    post()
    assert not post(principal="ak_2", body=b"[]").replayed
    assert not post(key="k2").replayed
    assert orders() == 3


def test_a_request_that_failed_may_be_sent_again(post, orders):
    with pytest.raises(LookupError):
        post(failing=LookupError("no"))
    assert not post(body=b"other").replayed
    assert orders() == 1


def test_an_answer_is_given_again_for_a_day(post, clock, orders):
    post()
    clock.advance(hours=24)
    assert post().replayed
    clock.advance(1)
    assert not post().replayed
    clock.advance(60)
    assert post().replayed
    assert orders() == 2


def test_old_answers_are_pruned(post, database, clock):
    post("k1")
    clock.advance(hours=12)
    post("k2")
    clock.advance(hours=13)
    assert database.write(lambda connection: prune(connection, ANSWERS, clock.now())) == 1
    assert prune_count(database, clock.now() + timedelta(days=2)) == 1


def prune_count(database, now):
    return database.write(lambda connection: prune(connection, ANSWERS, now))


@pytest.mark.parametrize("key", ["", "a b", "é", "a\n", "x" * 256])
def test_a_key_that_cannot_be_one_is_refused(key):
    with pytest.raises(KeyRefused):
        keyed(key, "ak_1", method="POST", path="/", body=b"")


def test_two_at_once_make_one_order(database, clock, post, orders):
    """On PostgreSQL the second one is told to wait; SQLite lets it wait by itself."""
    begun, may_end, ends = threading.Event(), threading.Event(), []
    request = keyed("k1", "ak_1", method="POST", path="/orders", body=b"{}")

    def slow(connection):
        def work():
            connection.execute(ORDERS.insert().values())
            begun.set()
            may_end.wait(10)
            return FirstAnswer(201, {}, b"")

        return once(connection, ANSWERS, request, clock.now(), work)

    def second():
        try:
            ends.append(post().replayed)
        except KeyInFlight:
            ends.append("in flight")

    first = threading.Thread(target=database.write, args=(slow,))
    first.start()
    assert begun.wait(10)
    other = threading.Thread(target=second)
    other.start()
    if database.dialect == "postgresql":
        other.join(10)
        assert ends == ["in flight"]
    may_end.set()
    first.join(10)
    other.join(10)
    assert ends[0] in {True, "in flight"}
    assert orders() == 1


def test_the_words_of_what_is_gone_are_put_out_of_the_answers(post, database, orders):
    first, other = post(key="k1"), post(key="k2")
    database.write(lambda connection: forget(connection, ANSWERS, first.body[:3], b"gone"))
    assert post(key="k1").body == b"gone"
    assert post(key="k2").body == other.body
    assert orders() == 2
