"""The same stories on PostgreSQL and Redis, with two servers and two workers."""

import pytest

from tests import servers
from tests.e2e.fleet import Fleet
from tests.e2e.installation import until
from tests.e2e.test_stories import *  # noqa: F403 - the stories and their people
from tests.e2e.test_stories import CRM, ERP

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.db,
    pytest.mark.enable_socket,
    pytest.mark.timeout(180),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One running fleet for all stories of this module."""
    redis = servers.redis_server()
    redis.start()
    fleet = Fleet(tmp_path_factory.mktemp("fleet") / "data", redis)
    try:
        fleet.start()
        yield fleet
    finally:
        fleet.stop()
        redis.stop()


def test_what_one_server_takes_the_other_shows(running):
    running.wait_until_ready()
    first, second = running.api("sales", 0), running.api("sales", 1)
    new = {"kind": "organisation", "name": "Two Doors", "lifecycle": "customer"}
    made = first.post(f"{CRM}/customers", new | {"roles": ["customer"]})
    assert second.get(f"{CRM}/customers/{made['id']}")["name"] == "Two Doors"
    clerk = running.api("clerk", 1)
    until(lambda: clerk.find(f"{ERP}/customers", name="Two Doors"), "the ERP has it")
