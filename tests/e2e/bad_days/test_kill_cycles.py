"""Processes are killed -9 again and again between two systems that never die."""

import random
import threading
import time

import pytest

from tests.e2e.bad_days.bare_systems import Told, sheet
from tests.e2e.fleet import Fleet, Processes
from tests.e2e.installation import until

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.timeout(1500)]

HEAL = 60.0  # seconds after the last kill
PATIENCE = 180.0  # what a story may take that is late: how late is told
MOST_RENAMES = 4


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def run_cycles(told, serve, tmp_path, report):
    """run_cycles(kind, cycles, **options): kill, begin again, and look that nothing is wrong."""
    running = []

    def run(kind, cycles, **options):
        url = serve(told)
        allow = f'["{url.removeprefix("http://")}"]'
        here = kind(tmp_path / "data", allow=allow, **options)
        running.append(here)
        here.begin_all()
        houses = here.houses(allow=(url.removeprefix("http://"),))
        told.connect(houses, url)
        try:
            edits, took = _under_fire(here, told, cycles)
            seconds = _heals(told, houses)
        finally:
            houses.close()
        report(
            f"{cycles} kills in {took:.0f} s: {edits} acknowledged changes of {len(told.latest)} "
            f"customers, all there once {seconds:.1f} s after the last kill"
        )

    yield run
    for here in running:
        here.stop()


def _under_fire(here, told, cycles):
    """Tell of changes without a pause while processes are killed; return how many there were."""
    chance, stop, broken = random.Random(11), threading.Event(), []
    urls = [f"http://127.0.0.1:{port}" for port in here.ports]
    until(here._is_ready, "a worker works", pause=0.1)

    def edit_without_a_pause():
        try:
            while not stop.is_set():
                _one_change(told, chance, urls)
                time.sleep(0.02)
        except Exception as error:  # noqa: BLE001 - shown in the test's own thread
            broken.append(error)

    editing = threading.Thread(target=edit_without_a_pause)
    editing.start()
    begun, when = time.monotonic(), random.Random(12)
    for _ in range(cycles):
        more = told.notices + when.randrange(5, 25)
        until(lambda more=more: broken or told.notices >= more, "changes are taken", 60, 0.01)
        name = when.choice(sorted(here.processes))
        here.kill_one(name)
        here.begin_one(name)
    took = time.monotonic() - begun
    stop.set()
    editing.join()
    assert not broken, broken
    return told.notices, took


def _one_change(told, chance, urls):
    """Half of the changes make a customer; the others rename one, each always in one system.

    None is renamed so often that the hub has to take it for a loop (more than six in ten minutes).
    """
    many = len(told.latest)
    number = chance.randrange(many) if many else 0
    if many < 20 or chance.random() < 0.5 or told.renamed(number) >= MOST_RENAMES:
        told.make(many, urls)
    elif number % 4:
        told.edit("shop", number, urls)
    else:
        told.edit("books", number, urls)


def _heals(told, houses):
    """Wait until both systems hold what was told last, once; return how long it took."""
    begun = time.monotonic()
    until(lambda: not told.faults(), told.faults, PATIENCE, 0.2)
    took = time.monotonic() - begun
    until(lambda: sheet(houses) == (0, 0, 0, True), lambda: sheet(houses), PATIENCE, 0.2)
    assert not told.faults()
    assert took <= HEAL
    return took


@pytest.mark.slow  # seven processes are begun one after the other
def test_processes_on_sqlite_are_killed_and_nothing_is_lost_or_doubled(run_cycles):
    run_cycles(Processes, 5)


@pytest.mark.slow  # a database, a doorbell and eight processes
@pytest.mark.db
def test_processes_on_postgresql_are_killed_and_nothing_is_lost_or_doubled(run_cycles, redis):
    run_cycles(Fleet, 4, redis=redis)


@pytest.mark.chaos
def test_a_hundred_kills_on_sqlite(run_cycles):
    run_cycles(Processes, 100)


@pytest.mark.chaos
def test_fifty_kills_on_postgresql_and_redis(run_cycles, redis):
    run_cycles(Fleet, 50, redis=redis)
