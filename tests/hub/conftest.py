"""A hub over an empty database whose connections are in-memory twins."""

import asyncio
import importlib
import random
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn

import hub
from connectors.kit.memory import MemorySystem
from connectors.kit.memory_connector import MemoryConnector
from ground.database import open_database
from ground.env import Env, SystemClock, system_ids
from hub.broker import QUEUE, EmbeddedBroker
from hub.connections import store
from hub.connections.model import StoredConnection
from hub.connections.rules import State
from hub.connections.secrets import SealedVault
from hub.doorbell import LocalDoorbell
from hub.lanes import store as lanes
from hub.settings import HubSettings
from hub.wiring import Hub, OpenConnection
from hub.worker import run
from hub.workers import store as workers
from master_data.tables import METADATA

SECRET = "whsec_" + "c2VjcmV0" * 5 + "MDE="

for each in Path(hub.__file__).parent.glob("*/tables.py"):
    importlib.import_module(f"hub.{each.parent.name}.tables")


class TwinDirectory:
    """Connections to in-memory systems; state and health as their rows say, if there are rows."""

    def __init__(self, db):
        self.db = db
        self.open = {}

    def connections(self):
        return self.open

    def refresh(self):
        for stored in self.db.read(store.all_connections):
            columns = {name: getattr(stored, name) for name in ("state", "health", "kept")}
            self.open[stored.id] = replace(self.open[stored.id], **columns)

    def add(self, connection_id, system, *, secrets=(SECRET,), capabilities=None, **more):
        connector = MemoryConnector(system)
        connector.capabilities = replace(connector.capabilities, **(capabilities or {}))
        fields: dict[str, Any] = {
            "state": "live",
            "health": "ok",
            "rank": 1,
            "skew_ms": 0,
            "settings": {},
            "mappings": dict.fromkeys(system.object_types),
        }
        self.open[connection_id] = OpenConnection(
            id=connection_id,
            system="memory",
            title=connection_id,
            version=1,
            connector=connector,
            webhook_secrets=secrets,
            **(fields | more),
        )
        return connector

    def add_with_row(self, connection_id, system, now, **more):
        stored = StoredConnection(
            id=connection_id,
            system="memory",
            title=connection_id,
            base_url="https://twin.example",
            state=State.LIVE,
            rank=1,
            created_at=now,
            updated_at=now,
        )
        self.db.write(lambda c: store.insert(c, stored))
        return self.add(connection_id, system, **more)


@pytest.fixture
def hub_settings(tmp_path):
    return HubSettings(data=tmp_path, _env_file=None)


@pytest.fixture
def twin(clock):
    return MemorySystem(("customers", "products"), clock)


@pytest.fixture
def a_hub(hub_settings):
    """a_hub(env, **changes of settings) -> Hub with an empty directory, tables made."""

    def build(env, **changes):
        env.db.create_all(METADATA)
        return Hub(
            env=env,
            settings=hub_settings.model_copy(update=changes),
            directory=TwinDirectory(env.db),
            doorbell=LocalDoorbell(env.db),
            vault=SealedVault(bytes(32), env.rng),
        )

    return build


@pytest.fixture
def live_env(tmp_path):
    """An Env on SQLite whose clock runs, for tests over real sockets and threads."""
    database = open_database(f"sqlite:///{tmp_path}/live.db", schema="hub")
    rng = random.Random(7)
    no_network: Any = None
    yield Env(clock=SystemClock(), rng=rng, ids=system_ids(), http=no_network, db=database)
    database.close()


def eventually(holds, seconds=20.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def start():
    """start(hub, broker) -> stop(); the worker runs in a thread."""
    running = []

    def begin(hub, broker=None):
        if broker is None:
            broker = EmbeddedBroker()
            broker.declare_queue(QUEUE)
        stopping = threading.Event()
        thread = threading.Thread(target=run, args=(hub, broker, stopping.is_set), daemon=True)
        thread.start()
        running.append((stopping, thread))
        assert eventually(lambda: alive(hub) == 1)
        return lambda: end(stopping, thread)

    def end(stopping, thread):
        stopping.set()
        thread.join(30)  # dramatiq stops slowly while Redis is away
        assert not thread.is_alive()

    yield begin
    for stopping, thread in running:
        end(stopping, thread)


def alive(hub):
    return hub.db.read(lambda c: workers.alive(c, hub.db.now(c)))


def waiting(hub):
    return hub.db.read(lanes.count)


def test_commit_of_this_process_wakes_the_worker(hub, start):
    start(hub)
    hub.db.write(lambda c: lanes.ring(c, ["crm|customers|cu_1"], hub.db.now(c)))
    assert eventually(lambda: waiting(hub) == 0)


@pytest.fixture
def serve(socket_enabled):
    """serve(app) -> port of a real server on 127.0.0.1."""
    running = []

    def start(app):
        config = uvicorn.Config(
            app, host="127.0.0.1", port=0, log_level="warning", lifespan="off", loop="asyncio"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        running.append((server, thread))
        return server.servers[0].sockets[0].getsockname()[1]

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(5)


@pytest.fixture
def http():
    """Twins need no network."""
    return
