"""Real servers on this machine."""

import threading
import time

import pytest
import uvicorn

from tests import servers
from tests.e2e.installation import Installation
from tests.e2e.proxy import Proxy


@pytest.fixture
def serve(socket_enabled):
    """serve(app) -> "http://127.0.0.1:port", stopped after the test."""
    running = []

    def start(app):
        config = uvicorn.Config(
            app, host="127.0.0.1", port=0, log_config=None, access_log=False, ws="none"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, name="uvicorn", daemon=True)
        thread.start()
        running.append((server, thread))
        give_up = time.monotonic() + 10
        while not server.started:
            if not thread.is_alive() or time.monotonic() > give_up:
                pytest.fail("the server did not start")
            time.sleep(0.002)
        port = server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    yield start
    for server, _ in running:
        server.should_exit = True
    for _, thread in running:
        thread.join(10)


@pytest.fixture
def install(tmp_path, socket_enabled):
    """install(**settings) -> a new Installation that runs, stopped after the test.

    `before(installation)` is called before the first start.
    """
    installed = []

    def start(before=None, **settings):
        folder = tmp_path / f"installation-{len(installed)}"
        folder.mkdir()
        installed.append(Installation(folder / "data", **settings))
        if before:
            before(installed[-1])
        installed[-1].start()
        installed[-1].wait_until_ready()
        return installed[-1]

    yield start
    for each in installed:
        each.stop()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One running Installation for all stories of a module."""
    installation = Installation(tmp_path_factory.mktemp("installation") / "data")
    installation.start()
    yield installation
    installation.stop()


@pytest.fixture
def proxy():
    """proxy(treat) -> a Proxy on its own port, stopped after the test."""
    started = []

    def start(treat):
        started.append(Proxy(treat))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def report(record_property):
    """report(line) shows a measured figure below the results."""
    return lambda line: record_property("measured", line)


def pytest_terminal_summary(terminalreporter):
    for passed in terminalreporter.stats.get("passed", ()):
        for name, line in passed.user_properties:
            if name == "measured" and passed.when == "call":
                terminalreporter.write_line(line)


@pytest.fixture
def redis():
    """A real server that speaks Redis, stopped after the test."""
    server = servers.redis_server()
    server.start()
    yield server
    server.stop()
