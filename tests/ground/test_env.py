"""Env, its identifiers and its bell."""

import random
import threading
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.env import Bell, SystemClock, spawn, system_ids
from ground.ids import TimeOrderedIds, is_id


def test_identifiers_rise_and_never_repeat_across_threads():
    ids = system_ids()
    found: list[list[str]] = [[] for _ in range(4)]

    def take(list_):
        list_.extend(ids.new("cu") for _ in range(500))

    threads = [threading.Thread(target=take, args=(each,)) for each in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each for list_ in found for each in list_}) == 2000
    assert all(list_ == sorted(list_) for list_ in found)


@given(st.lists(st.integers(0, 2**60), min_size=2, max_size=50), st.randoms())
def test_identifiers_rise_even_if_the_clock_steps_back(times, rng):
    now = iter(times)
    ids = TimeOrderedIds(lambda: next(now), rng.getrandbits, nullcontext())
    made = [ids.new("ev") for _ in times]
    assert made == sorted(set(made))
    assert all(is_id(each, "ev") for each in made)


def test_identifiers_rise_when_the_random_part_is_full():
    ids = TimeOrderedIds(lambda: 5_000_000, lambda bits: (1 << bits) - 1, nullcontext())
    made = [ids.new("gr") for _ in range(5000)]
    assert made == sorted(set(made))
    assert all(is_id(each, "gr") for each in made)


def test_the_same_seed_gives_the_same_identifiers():
    one, two = (
        TimeOrderedIds(lambda: 7, random.Random(3).getrandbits, nullcontext()) for _ in range(2)
    )
    assert [one.new("a") for _ in range(3)] == [two.new("a") for _ in range(3)]


@pytest.mark.parametrize("text", ["", "cu_", "gr_" + "0" * 32, "cu_" + "g" * 32, "cu_1 OR 1=1"])
def test_what_is_no_identifier_is_told_apart(text):
    assert not is_id(text, "cu")


def test_many_rings_are_one_wake_up():
    bell = Bell()
    bell.ring()
    bell.ring()
    assert bell.wait(5)
    assert not bell.wait(0)


def test_a_ring_wakes_a_thread_that_waits():
    bell, woken = Bell(), []
    thread = spawn("sleeper", lambda: woken.append(bell.wait(10)))
    bell.ring()
    thread.join(5)
    assert woken == [True]
    assert not thread.is_alive()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_fails_is_not_silent(monkeypatch):
    heard = []
    monkeypatch.setattr(threading, "excepthook", lambda args: heard.append(args.exc_type))

    def fail():
        raise LookupError

    spawn("broken", fail).join(5)
    assert heard == [LookupError]


def test_the_machines_clock_is_utc_and_moves():
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0.001)
    assert clock.monotonic() > before
    assert clock.now().tzinfo is UTC
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 1
