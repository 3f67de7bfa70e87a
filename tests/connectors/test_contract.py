import random
import threading

import pytest

from connectors import registry
from connectors.kit.harness import MemoryHarness
from connectors.kit.suite import ConnectorContract, overridden
from ground.database import open_database
from ground.door import SafeHttp
from ground.env import Env, SystemClock, spawn, system_ids
from tests.connectors import live


class TestMemoryTwin(ConnectorContract):
    @pytest.fixture
    def harness(self, clock):
        return MemoryHarness(clock)


@pytest.mark.e2e
class TestLiveSystem(ConnectorContract):
    """Every system with an app of its own, started on a real port over SQLite."""

    @pytest.fixture
    def receiver(self, socket_enabled):
        receiver = live.Receiver()
        yield receiver
        receiver.close()

    @pytest.fixture
    def houses(self, tmp_path):
        opened = [
            open_database(f"sqlite:///{tmp_path}/{name}.db", schema=name)
            for name in ("portal", "app")
        ]
        yield opened
        for each in opened:
            each.close()

    @pytest.fixture(params=registry.names())
    def harness(self, request, houses, receiver, serve):
        if request.param not in live.APPS:
            pytest.skip("no app of it here")
        clock = SystemClock()
        out = SafeHttp(allow={receiver.place, "127.0.0.1:9"}, clock=clock)
        env = Env(clock=clock, rng=random.Random(7), ids=system_ids(), http=out, db=houses[0])
        portal, app = live.build(request.param, env, houses[1])
        url = serve(app)
        stopping = threading.Event()
        sender = live.sender(request.param, env, houses[1])
        sending = spawn("notices", lambda: sender.run(stopping.is_set))
        door = SafeHttp(allow={url.removeprefix("http://")}, clock=clock)
        yield live.LiveHarness(request.param, url, portal, door, receiver)
        stopping.set()
        sending.join(10)
        door.close()
        out.close()


@pytest.mark.parametrize("suite", ConnectorContract.__subclasses__())
def test_no_standard_test_was_replaced(suite):
    assert overridden(suite) == []


def test_a_replaced_standard_test_is_found():
    class Lenient(ConnectorContract):
        def test_check_says_who_answers(self, harness):
            pass

    assert overridden(Lenient) == ["test_check_says_who_answers"]


def test_every_standard_test_says_what_to_check():
    names = [name for name in dir(ConnectorContract) if name.startswith("test_")]
    assert len(names) > 20
    assert all(getattr(ConnectorContract, name).__doc__.startswith("Red: ") for name in names)
