import subprocess
import sys
import time
from pathlib import Path

import pytest

from connectors.kit.memory import MemorySystem
from ground.env import SystemClock
from hub.lanes import store as lanes
from hub.workers import store as workers
from tests.hub.conftest import alive, eventually, waiting

ROOT = Path(__file__).parents[2]


@pytest.fixture
def hub(live_env, a_hub):
    made = a_hub(live_env, sweep_every=60.0, pace=0.0)
    twin = MemorySystem(("customers",), SystemClock())
    made.directory.add_with_row("crm", twin, live_env.clock.now(), mappings={})
    return made


RING = """
import sys
from ground.database import open_database
from hub.lanes import store
db = open_database(sys.argv[1], schema="hub")
db.write(lambda c: store.ring(c, ["crm|customers|cu_1"], db.now(c)))
db.close()
"""


@pytest.mark.slow  # starts another Python
def test_commit_of_another_process_wakes_the_worker(hub, start, tmp_path):
    start(hub)
    url = f"sqlite:///{tmp_path}/live.db"
    command = [sys.executable, "-c", RING, url]
    subprocess.run(command, check=True, cwd=ROOT, timeout=30)
    assert eventually(lambda: waiting(hub) == 0)


def test_lanes_left_by_a_killed_worker_are_served_by_the_next(hub, start):
    hub.db.write(lambda c: lanes.ring(c, ["crm|customers|cu_1"], hub.db.now(c)))
    start(hub)
    assert eventually(lambda: waiting(hub) == 0)


def test_worker_says_goodbye(hub, start):
    stop = start(hub)
    stop()
    assert alive(hub) == 0


def test_lane_of_a_paused_connection_waits(hub, start):
    from hub.connections.service import act

    act(hub, "crm", "pause")
    start(hub)
    hub.db.write(lambda c: lanes.ring(c, ["crm|customers|cu_1"], hub.db.now(c)))
    time.sleep(0.1)
    assert waiting(hub) == 1
    act(hub, "crm", "resume")
    assert eventually(lambda: waiting(hub) == 0)


def test_silent_worker_counts_as_dead_after_half_a_minute(database, clock):
    from master_data.tables import METADATA

    database.create_all(METADATA)
    database.write(lambda c: workers.seen(c, "wo_1", clock.now()))
    clock.advance(29)
    assert database.read(lambda c: workers.alive(c, clock.now())) == 1
    database.write(lambda c: workers.seen(c, "wo_2", clock.now()))
    clock.advance(2)
    assert database.read(lambda c: workers.alive(c, clock.now())) == 1
    database.write(lambda c: workers.leave(c, "wo_2"))
    assert database.read(lambda c: workers.alive(c, clock.now())) == 0
