"""Redis as doorbell: whatever happens to it, it costs time only."""

import os
import signal
import time

import pytest
from pydantic import SecretStr

from connectors.kit.memory import MemorySystem
from ground.env import SystemClock
from hub.attendance import attending
from hub.broker import Crew, open_broker, redis_answers, ring, was_emptied
from hub.lanes import store as lanes
from hub.settings import HubSettings
from hub.turns import Turn
from tests import servers
from tests.hub.conftest import eventually, waiting

pytestmark = pytest.mark.db


@pytest.fixture(scope="module")
def server():
    made = servers.redis_server()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def redis(server, socket_enabled):
    """A client of an empty server."""
    from redis import Redis

    with Redis(port=server.port) as client:
        client.flushall()
        yield client


@pytest.fixture
def broker(redis, server):
    made = open_broker(HubSettings(redis_url=SecretStr(server.connection_url)))
    yield made
    made.close()


class Rung:
    """Work that is never due; it only counts how often somebody looked."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return 0


@pytest.fixture
def crew(broker):
    started = []

    def begin(*turns):
        started.append(Crew(broker, turns))
        started[-1].start()

    yield begin
    for each in started:
        each.stop()


def a_turn(work, name="decide"):
    return Turn(name, work, SystemClock(), pace=0.0)


def test_ring_reaches_a_worker_through_redis(broker, crew, server):
    work = Rung()
    crew(a_turn(work))
    web = open_broker(HubSettings(redis_url=SecretStr(server.connection_url)))
    assert ring(web, ["decide"])
    assert eventually(lambda: work.times == 1)
    web.close()


def test_flushed_rings_cost_only_the_wait_for_the_next(broker, crew, redis):
    assert ring(broker, ["decide"])
    redis.flushall()
    work = Rung()
    crew(a_turn(work))
    time.sleep(0.1)
    assert work.times == 0
    ring(broker, ["decide"])
    assert eventually(lambda: work.times == 1)


def test_paused_redis_holds_nobody_up_for_long(broker, server):
    assert ring(broker, ["decide"])
    os.kill(server._process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert not ring(broker, ["decide"])
        assert time.monotonic() - began < 1.0
    finally:
        os.kill(server._process.pid, signal.SIGCONT)
    assert eventually(lambda: ring(broker, ["decide"]))


def test_a_redis_that_lost_its_memory_is_noticed_once(broker, redis):
    redis.flushall()
    assert not was_emptied(broker), "it was new"
    assert not was_emptied(broker)
    redis.flushall()
    assert was_emptied(broker)
    assert not was_emptied(broker)


def test_absent_redis_is_no_error(socket_enabled):
    nobody = open_broker(HubSettings(redis_url=SecretStr("redis://127.0.0.1:1")))
    assert not was_emptied(nobody)
    began = time.monotonic()
    assert not ring(nobody, ["decide", "deliver"])
    assert time.monotonic() - began < 1.0


@pytest.fixture
def hub(live_env, a_hub):
    made = a_hub(live_env, sweep_every=0.1, pace=0.0)
    twin = MemorySystem(("customers",), SystemClock())
    made.directory.add_with_row("crm", twin, live_env.clock.now(), mappings={})
    return made


def ring_lane(hub, number):
    hub.db.write(lambda c: lanes.ring(c, [f"crm|customers|cu_{number}"], hub.db.now(c)))


def test_commit_in_a_web_process_is_passed_on_to_redis(hub, broker, redis):
    with attending(hub, broker):
        time.sleep(0.05)
        ring_lane(hub, 1)
        assert eventually(lambda: redis.llen("dramatiq:hub") >= 2)


@pytest.mark.slow  # dramatiq's threads take their time to stop while Redis is away
def test_worker_serves_lanes_while_redis_is_away_and_after(hub, start, server, socket_enabled):
    broker = open_broker(HubSettings(redis_url=SecretStr(server.connection_url)))
    start(hub, broker)
    ring_lane(hub, 1)
    assert eventually(lambda: waiting(hub) == 0)
    os.kill(server._process.pid, signal.SIGSTOP)
    try:
        ring_lane(hub, 2)
        assert eventually(lambda: waiting(hub) == 0, seconds=10)
    finally:
        os.kill(server._process.pid, signal.SIGCONT)
    ring_lane(hub, 3)
    assert eventually(lambda: waiting(hub) == 0)


def test_worker_serves_lanes_without_any_redis(hub, start, socket_enabled):
    broker = open_broker(HubSettings(redis_url=SecretStr("redis://127.0.0.1:1")))
    start(hub, broker)
    ring_lane(hub, 1)
    assert eventually(lambda: waiting(hub) == 0)


def test_whether_it_answers_is_told(redis, server):
    assert redis_answers(server.connection_url)
    assert not redis_answers("redis://127.0.0.1:1")
