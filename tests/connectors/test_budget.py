import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.budget import Budget, Lane
from connectors.errors import RetryLater


class Timer:
    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def timer():
    return Timer()


@pytest.fixture
def a_budget(timer):
    def build(**limits):
        wanted = {"per_second": 2.0, "burst": 4, "reserved": 0.5, "patience": 0.0} | limits
        return Budget(timer, **wanted)

    return build


def taken(budget, lane):
    count = 0
    while budget.wait(lane) == 0:
        count += 1
    return count


def test_background_work_leaves_its_share_to_people(a_budget):
    budget = a_budget()
    assert taken(budget, Lane.BACKGROUND) == 2
    assert taken(budget, Lane.INTERACTIVE) == 2


def test_people_may_use_all(a_budget):
    assert taken(a_budget(), Lane.INTERACTIVE) == 4


def test_background_work_is_never_shut_out_for_good(a_budget, timer):
    budget = a_budget(reserved=1.0)
    assert taken(budget, Lane.BACKGROUND) == 1
    timer.now = 2.0
    assert taken(budget, Lane.BACKGROUND) == 1


def test_a_call_waits_as_long_as_its_patience(a_budget, timer):
    budget = a_budget(patience=2.0)
    for _ in range(5):
        budget.take(Lane.INTERACTIVE)
    assert timer.now == 2.0


def test_a_longer_wait_is_left_to_the_caller(a_budget):
    budget = a_budget(patience=1.0)
    taken(budget, Lane.INTERACTIVE)
    with pytest.raises(RetryLater) as caught:
        budget.take(Lane.INTERACTIVE)
    assert caught.value.after == 2.0


def test_a_closed_budget_lets_nobody_through(a_budget, timer):
    budget = a_budget()
    budget.close(5.0)
    budget.close(1.0)
    assert budget.wait(Lane.INTERACTIVE) == 5.0
    timer.now = 5.0
    assert budget.wait(Lane.INTERACTIVE) == 0.0


@given(st.integers(1, 9), st.lists(st.tuples(st.sampled_from(Lane), st.floats(0, 3)), max_size=60))
def test_no_window_holds_more_calls_than_the_burst(burst, steps):
    timer = Timer()
    budget = Budget(timer, per_second=3.0, burst=burst, reserved=0.4, patience=0.0)
    calls = []
    for lane, pause in steps:
        timer.now += pause
        if budget.wait(lane) == 0:
            calls.append(timer.now)
    window = burst / 3.0
    for start in calls:
        assert sum(start <= call < start + window * 0.999 for call in calls) <= burst
