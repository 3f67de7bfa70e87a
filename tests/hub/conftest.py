"""A hub over an empty database whose connections are in-memory twins."""

import asyncio
import importlib
import random
import threading
import time
from pathlib import Path

import pytest
import uvicorn

import hub
from connectors.kit.memory import MemorySystem
from connectors.kit.memory_connector import MemoryConnector
from ground.database import open_database
from ground.env import Env, SystemClock, system_ids
from hub.connections.secrets import SealedVault
from hub.doorbell import LocalDoorbell
from hub.settings import HubSettings
from hub.wiring import Hub, OpenConnection
from master_data.tables import METADATA

SECRET = "whsec_" + "c2VjcmV0" * 5 + "MDE="

for each in Path(hub.__file__).parent.glob("*/tables.py"):
    importlib.import_module(f"hub.{each.parent.name}.tables")


class TwinDirectory:
    """Connections to in-memory systems, known without rows."""

    def __init__(self):
        self.open = {}
        self.refreshed = 0

    def connections(self):
        return self.open

    def refresh(self):
        self.refreshed += 1

    def add(self, connection_id, system, *, secrets=(SECRET,), **more):
        connector = MemoryConnector(system)
        fields = {"state": "live", "health": "ok", "rank": 1, "skew_ms": 0, "settings": {}}
        self.open[connection_id] = OpenConnection(
            id=connection_id,
            system="memory",
            title=connection_id,
            version=1,
            connector=connector,
            webhook_secrets=secrets,
            mappings=dict.fromkeys(system.object_types),
            **(fields | more),
        )
        return connector


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
            directory=TwinDirectory(),
            doorbell=LocalDoorbell(env.db),
            vault=SealedVault(bytes(32), env.rng),
        )

    return build


@pytest.fixture
def live_env(tmp_path):
    """An Env on SQLite whose clock runs, for tests over real sockets and threads."""
    database = open_database(f"sqlite:///{tmp_path}/live.db", schema="hub")
    rng = random.Random(7)
    yield Env(clock=SystemClock(), rng=rng, ids=system_ids(), http=None, db=database)
    database.close()


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
    return None
