"""Redis, PostgreSQL, servers and workers go away, stand still or come back late."""

import signal
import time

import psycopg
import pytest

from tests.e2e.bad_days.stories import a_stream, during, heals, look, seconds
from tests.e2e.fleet import Fleet
from tests.e2e.installation import until

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


def unheard(sight):
    """Workers say that Redis does not take their rings."""
    return sight["rectoverso_workers_unheard"] > 0


def test_redis_is_flushed_again_and_again(fleet, redis, report):
    here = fleet(redis)
    from redis import Redis

    def flush():
        with Redis(port=redis.port) as client:
            for _ in range(30):
                client.flushall()
                time.sleep(0.2)

    def shows(sight):
        return sight["rectoverso_workers_found_doorbell_emptied"] > 0

    heals(here, during(here, flush, shows), report, "Redis flushed 30 times")


def test_redis_stands_still_for_a_while(fleet, redis, report):
    here = fleet(redis)

    def pause():
        time.sleep(1)
        redis._process.send_signal(signal.SIGSTOP)
        time.sleep(seconds(15, 60))
        redis._process.send_signal(signal.SIGCONT)

    heals(here, during(here, pause, unheard), report, "Redis paused")


def test_redis_is_restarted(fleet, redis, report):
    here = fleet(redis)
    port = redis.port

    def restart():
        time.sleep(1)
        redis.stop()
        time.sleep(4)
        redis._desired_port = port
        redis.start()

    heals(here, during(here, restart, unheard), report, "Redis away for 4 s")


class Nobody:
    """A Redis that never comes."""

    connection_url = "redis://127.0.0.1:1"


def test_redis_is_absent_from_the_start(fleet, report):
    here = fleet(Nobody())
    names = a_stream(here.api("sales"), 30)
    until(lambda: unheard(look(here)), "it is seen")
    heals(here, names, report, "Redis never there")


def test_postgresql_is_restarted_in_the_middle(fleet, redis, report):
    here = fleet(redis)

    def crash():
        for _ in range(2):
            time.sleep(2)
            here.restart_database()

    heals(
        here, during(here, crash, lambda sight: not sight.ready), report, "PostgreSQL crashed twice"
    )


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
        time.sleep(seconds(8, 60))
        for each in held:
            each.close()

    def shows(sight):
        used = sight.figures.get('rectoverso_database_connections{state="used"}', 0)
        return used >= sight.figures.get('rectoverso_database_connections{state="most"}', 1)

    heals(here, during(here, hog, shows), report, "connections used up")


def test_a_worker_that_stood_still_wakes_as_a_zombie_and_harms_nobody(fleet, redis, report):
    here = fleet(redis, lease="10")

    def freeze():
        for name in ("work0", "work1"):
            time.sleep(1)
            here.send(name, signal.SIGSTOP)
            time.sleep(seconds(14, 90))  # its leases run out, the other one takes over
            here.send(name, signal.SIGCONT)

    def shows(sight):
        return sight["rectoverso_worker_silent_seconds"] > 10

    heals(here, during(here, freeze, shows, many=150), report, "workers stopped past their lease")


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

    def shows(sight):
        return sight["rectoverso_workers_ended"] > 0

    heals(here, during(here, kill, shows, many=100), report, "every process killed once")


def test_all_processes_are_killed_at_once(fleet, redis, report):
    here = fleet(redis)

    def kill():
        time.sleep(3)
        for name in here.processes:
            here.kill_one(name)
        for name in here.processes:
            here.begin_one(name)

    names = during(here, kill, lambda sight: not sight.ready)
    heals(here, names, report, "all processes killed at once")
    assert look(here)["rectoverso_workers_ended"] == 2
