"""Redis, PostgreSQL, servers and workers go away, stand still or come back late."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.e2e.bad_days.stories import (
    a_stream,
    heals,
    seconds,
)
from tests.e2e.fleet import Fleet

pytestmark = [pytest.mark.chaos, pytest.mark.enable_socket, pytest.mark.timeout(6000)]


@pytest.fixture
def fleet(tmp_path, socket_enabled):
    """fleet(redis, **settings) -> a running Fleet."""
    started = []

    def start(redis, **settings):
        folder = tmp_path / "fleet"
        folder.mkdir()
        started.append(Fleet(folder / "data", redis, **settings))
        started[-1].start()
        started[-1].wait_until_ready()
        return started[-1]

    yield start
    for each in started:
        each.stop()


def during(here, cause, many=60):
    """Create customers while `cause()` happens beside; return their names."""
    crm = here.api("sales")  # its key is made while all is well
    with ThreadPoolExecutor(1) as beside:
        happening = beside.submit(cause)
        names = a_stream(crm, many)
        happening.result()
    return names


def test_redis_is_flushed_again_and_again(fleet, redis, report):
    here = fleet(redis)
    from redis import Redis

    def flush():
        with Redis(port=redis.port) as client:
            for _ in range(30):
                client.flushall()
                time.sleep(0.2)

    heals(here, during(here, flush), report, "Redis flushed 30 times")


def test_redis_stands_still_for_a_while(fleet, redis, report):
    here = fleet(redis)

    def pause():
        time.sleep(1)
        redis._process.send_signal(signal.SIGSTOP)
        time.sleep(seconds(15, 60))
        redis._process.send_signal(signal.SIGCONT)

    heals(here, during(here, pause), report, "Redis paused")


def test_redis_is_restarted(fleet, redis, report):
    here = fleet(redis)
    port = redis.port

    def restart():
        time.sleep(1)
        redis.stop()
        time.sleep(4)
        redis._desired_port = port
        redis.start()

    heals(here, during(here, restart), report, "Redis away for 4 s")


class Nobody:
    """A Redis that never comes."""

    connection_url = "redis://127.0.0.1:1"


def test_redis_is_absent_from_the_start(fleet, report):
    here = fleet(Nobody())
    heals(here, a_stream(here.api("sales"), 30), report, "Redis never there")


def test_postgresql_is_restarted_in_the_middle(fleet, redis, report):
    here = fleet(redis)

    def crash():
        for _ in range(2):
            time.sleep(2)
            here.restart_database()

    heals(here, during(here, crash), report, "PostgreSQL crashed twice")


def test_all_connections_of_postgresql_are_used_up(fleet, redis, report):
    here = fleet(redis)

    def hog():
        held = []
        time.sleep(1)
        try:
            while len(held) < 100:
                held.append(psycopg.connect(here.database_url))
        except psycopg.OperationalError:
            pass
        time.sleep(8)
        for each in held:
            each.close()

    heals(here, during(here, hog), report, "connections used up for 8 s")


def test_a_worker_that_stood_still_wakes_as_a_zombie_and_harms_nobody(fleet, redis, report):
    here = fleet(redis, lease="10")

    def freeze():
        for name in ("work0", "work1"):
            time.sleep(1)
            here.send(name, signal.SIGSTOP)
            time.sleep(seconds(14, 90))  # its leases run out, the other one takes over
            here.send(name, signal.SIGCONT)

    heals(here, during(here, freeze, many=150), report, "workers stopped past their lease")


def test_servers_and_workers_are_killed_one_after_the_other(fleet, redis, report):
    here = fleet(redis)

    def kill():
        for name, words in (
            ("work0", ("work",)),
            ("serve1", ("serve", "--port", str(here.ports[1]))),
            ("work1", ("work",)),
            ("serve0", ("serve", "--port", str(here.ports[0]))),
        ):
            time.sleep(2)
            here.kill_one(name)
            here.begin_one(name, *words)

    heals(here, during(here, kill, many=100), report, "every process killed once")
