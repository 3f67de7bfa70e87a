import threading

import dramatiq
import pytest

from ground.env import SystemClock
from hub.broker import QUEUE, Crew, EmbeddedBroker, ring
from hub.turns import Turn


@pytest.fixture
def broker():
    made = EmbeddedBroker(room=5)
    made.declare_queue(QUEUE)
    return made


@pytest.fixture
def crew(broker):
    """crew(*turns) -> a started Crew, stopped after the test."""
    started = []

    def start(*turns):
        started.append(Crew(broker, turns))
        started[-1].start()
        return started[-1]

    yield start
    for each in started:
        each.stop()


class Work:
    """Work of which so many rows are due; remembers how it was done."""

    def __init__(self, due=0):
        self.due = due
        self.calls = 0
        self.at_once = 0
        self.most_at_once = 0
        self.gate = threading.Event()
        self.gate.set()
        self.worked = threading.Event()

    def __call__(self):
        self.calls += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.gate.wait(5)
        done, self.due = min(self.due, 10), max(0, self.due - 10)
        self.at_once -= 1
        if done:
            self.worked.set()
        return done


def a_turn(work, name="decide", hands=1, pace=0.0):
    return Turn(name, work, SystemClock(), pace=pace, hands=hands)


def test_ring_runs_the_turn_until_nothing_is_due(broker, crew):
    work = Work(due=35)
    crew(a_turn(work))
    ring(broker, ["decide"])
    assert work.worked.wait(5)
    while work.calls < 5:
        pass
    assert work.due == 0


def test_waiting_rings_are_one_message(broker):
    for _ in range(20):
        ring(broker, ["decide"])
    consumer = broker.consume(QUEUE, prefetch=5, timeout=1)
    assert [next(consumer) is not None for _ in range(2)] == [True, False]


def test_rings_of_different_turns_are_kept_apart(broker):
    ring(broker, ["decide", "deliver", "decide"])
    consumer = broker.consume(QUEUE, prefetch=5, timeout=1)
    assert {next(consumer).actor_name, next(consumer).actor_name} == {"decide", "deliver"}


def test_full_queue_drops_the_ring_and_takes_it_again_later(broker):
    assert ring(broker, [f"turn {number}" for number in range(8)])
    broker.flush_all()
    assert ring(broker, ["turn 7"])
    assert next(broker.consume(QUEUE, prefetch=1, timeout=1)).actor_name == "turn 7"


def test_prefetch_bounds_what_is_under_way(broker):
    ring(broker, ["a", "b"])
    consumer = broker.consume(QUEUE, prefetch=1, timeout=1)
    first = next(consumer)
    assert next(consumer) is None
    consumer.ack(first)
    assert next(consumer).actor_name == "b"


def test_message_given_back_is_delivered_again(broker):
    ring(broker, ["a"])
    consumer = broker.consume(QUEUE, prefetch=2, timeout=1)
    consumer.requeue([next(consumer)])
    consumer.close()
    assert next(broker.consume(QUEUE, prefetch=1, timeout=1)).actor_name == "a"


def test_message_of_an_unknown_turn_is_let_go_and_may_be_rung_again(broker):
    ring(broker, ["other"])
    consumer = broker.consume(QUEUE, prefetch=1, timeout=1)
    consumer.nack(next(consumer))
    assert next(consumer) is None
    ring(broker, ["other"])
    assert next(consumer).actor_name == "other"


def test_delays_are_refused(broker):
    message: dramatiq.Message = dramatiq.Message(QUEUE, "a", (), {}, {})
    with pytest.raises(ValueError, match="delays"):
        broker.enqueue(message, delay=10)


def test_stopped_crew_leaves_what_it_did_not_begin_to_the_next(broker, crew):
    slow, fast = Work(due=1), Work(due=1)
    slow.gate.clear()
    first = crew(a_turn(slow, "slow"))
    dramatiq.actor(actor_name="fast", queue_name=QUEUE, broker=broker)(fast)
    ring(broker, ["slow"])
    while not slow.at_once:
        pass
    ring(broker, ["fast"])
    slow.gate.set()
    first.stop()
    broker.actors.clear()
    crew(a_turn(slow, "slow"), a_turn(fast, "fast"))
    assert fast.worked.wait(5)


def test_one_hand_works_at_a_time_and_no_ring_is_lost():
    work = Work(due=1)
    turn = a_turn(work)
    work.gate.clear()
    threads = [threading.Thread(target=turn.run) for _ in range(4)]
    for thread in threads:
        thread.start()
    work.due = 25
    work.gate.set()
    for thread in threads:
        thread.join(5)
    assert (work.most_at_once, work.due) == (1, 0)


def test_several_hands_work_side_by_side():
    work = Work(due=100)
    turn = a_turn(work, hands=3)
    work.gate.clear()
    threads = [threading.Thread(target=turn.run) for _ in range(5)]
    for thread in threads:
        thread.start()
    while work.at_once < 3:
        pass
    work.gate.set()
    for thread in threads:
        thread.join(5)
    assert work.most_at_once == 3


def test_failing_work_does_not_end_the_turn_for_ever():
    calls = []

    def work():
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("once")
        return 0

    turn = a_turn(work)
    turn.run()
    turn.run()
    assert len(calls) == 2


def test_short_turn_that_did_little_waits_for_company(clock):
    work = Work(due=3)
    started = clock.monotonic()
    Turn("decide", work, clock, pace=0.02).run()
    assert clock.monotonic() - started == pytest.approx(0.02)


def test_turn_that_did_much_goes_on_at_once(clock):
    work = Work(due=40)
    started = clock.monotonic()
    Turn("decide", work, clock, pace=0.02).run()
    assert clock.monotonic() == started


def test_stopped_turn_begins_nothing():
    work = Work(due=10)
    turn = a_turn(work)
    turn.stop()
    turn.run()
    assert work.calls == 0
