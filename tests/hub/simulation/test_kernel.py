"""Virtual time, order from the seed, and processes that die where they stand."""

import pytest

from hub.simulation.kernel import Kernel, OutOfSteps


@pytest.fixture
def kernels():
    """kernels(seed) -> Kernel, let go of after the test."""
    made = []

    def make(seed=1, most_steps=1000):
        made.append(Kernel(seed, most_steps=most_steps))
        return made[-1]

    yield make
    for each in made:
        each.end()


@pytest.fixture
def order_of():
    """order_of(kernel) -> the order in which three processes took their steps."""

    def run(kernel):
        told = []

        def work(name):
            for _ in range(3):
                kernel.pause("step")
                told.append(name)

        for name in "abc":
            kernel.spawn(name, "task", lambda name=name: work(name))
        kernel.run(1.0)
        return told

    return run


def test_the_order_is_the_seeds(kernels, order_of):
    first, again, other = order_of(kernels(1)), order_of(kernels(1)), order_of(kernels(5))
    assert first == again
    assert first != other
    assert sorted(first) == sorted(other)


def test_a_sleeper_goes_on_when_its_time_has_come(kernels):
    kernel, woke = kernels(), []

    def sleeper():
        kernel.sleep(3600)
        woke.append(kernel.seconds)

    kernel.spawn("a", "task", sleeper)
    kernel.run(3599)
    assert woke == []
    kernel.run(2)
    assert woke == [3600]


def test_a_killed_process_is_never_resumed_and_runs_no_finally(kernels):
    kernel, told = kernels(), []

    def victim():
        try:
            told.append("began")
            kernel.sleep(1.0)
            told.append("went on")
        finally:
            told.append("cleaned up")

    def killer():
        kernel.sleep(0.5)
        kernel.kill("a")

    kernel.spawn("a", "task", victim)
    kernel.spawn("b", "task", killer)
    kernel.run(10.0)
    assert told == ["began"]
    assert kernel.is_dead("a")


def test_who_waits_is_woken_once_and_not_by_a_timer_that_is_over(kernels):
    kernel, woken = kernels(), []

    def waits():
        woken.append(kernel.wait(10.0))
        woken.append(kernel.wait(100.0))

    task = kernel.spawn("a", "task", waits)
    kernel.run(1.0)
    kernel.wake(task)
    kernel.wake(task)
    kernel.run(50.0)
    assert woken == [True]
    kernel.run(100.0)
    assert woken == [True, False]


def test_who_runs_in_circles_is_stopped(kernels):
    kernel = kernels(most_steps=50)

    def circles():
        while True:
            kernel.pause("again")

    kernel.spawn("a", "task", circles)
    with pytest.raises(OutOfSteps):
        kernel.run(1.0)
