"""A connected system is down, lies, stops in the middle or says far too much."""

import json
import time

import pytest

from hub.connections.model import NewConnection
from hub.connections.service import add_connection
from hub.start import open_hub
from portal import Portal, Role
from rectoverso.settings import Settings
from rectoverso.wiring import Houses
from tests.e2e.bad_days.stories import (
    CRM,
    ERP,
    FULL,
    HUB,
    a_stream,
    heals,
    look,
    memory,
    seconds,
)
from tests.e2e.installation import until
from tests.e2e.proxy import Cut

pytestmark = [pytest.mark.chaos, pytest.mark.enable_socket, pytest.mark.timeout(6000)]


class Mood:
    """What the proxy does to requests; `kind` may change at any time."""

    def __init__(self):
        self.kind = None
        self.hits = 0

    def __call__(self, proxy, request):
        method, path, headers, body = request
        listing = method == "GET" and "updated_since" in path
        match self.kind:
            case "down":
                self.hits += 1
                return 503, {"retry-after": "1"}, b""
            case "huge" if listing:
                self.hits += 1
                return 200, {"content-type": "application/json"}, b" " * 200_000_000
            case "half a page" if listing:
                self.hits += 1
                status, told, page = proxy.forward(request)
                cut = Cut(page[: len(page) // 2])
                cut.promised = len(page)
                return status, told, cut
            case "does nothing" if method in ("POST", "PATCH", "PUT") and "bulk" in path:
                document = json.loads(body)
                for item in document["items"]:
                    if "id" in item:
                        self.hits += 1
                        item["values"] = {}
                changed = method, path, headers, json.dumps(document).encode()
                return proxy.forward(changed)
        return proxy.forward(request)


@pytest.fixture
def mood():
    return Mood()


@pytest.fixture
def here(install, proxy, mood):
    """An installation whose hub reaches the ERP through the proxy."""
    between = proxy(mood)
    between.stall = 0.0

    def put_between(installation):
        between.target = installation.url
        installation.run("init")
        houses = Houses(Settings(data=installation.data))
        key = Portal(houses.env("portal")).create_key("Hub, connection erp", Role.INTEGRATOR)
        hub = open_hub(houses.hub_settings, houses.env("hub"))
        new = NewConnection(
            id="erp",
            system="simple_erp",
            title="ERP",
            base_url=f"{between.url}/erp",
            key=key.secret,
        )
        add_connection(hub, new)
        houses.close()

    made = install(allow=f'["{between.address}"]', poll_every="1", before=put_between)
    made.between = between
    return made


def health(here):
    return here.api("steward").get(f"{HUB}/connections/erp")["health"]


def is_told(here):
    """Tell whether the hub says that the ERP, or a list of it, cannot be read."""
    polls = here.api("steward").get(f"{HUB}/connections/erp/polls")["items"]
    return health(here) != "ok" or any(each["error"] for each in polls)


def test_the_target_is_down_for_a_while(here, mood, report):
    names = a_stream(here.api("sales"), 10)
    heals(here, names, report, "before")
    mood.kind = "down"
    names += a_stream(here.api("sales"), 40, first=10)
    until(lambda: health(here) == "down", "the breaker is open")
    seen = mood.hits
    time.sleep(seconds(20, 3600))
    assert mood.hits - seen <= seconds(12, 600)  # one probe now and then, no storm
    assert look(here).figures['rectoverso_connection_up{connection="erp"}'] == 0
    if FULL:
        told = here.api("steward").get(f"{HUB}/alerts")["items"]
        assert "failing:erp" in [each["key"] for each in told]
    mood.kind = None
    heals(here, names, report, "target down")


def test_a_target_that_says_done_and_does_nothing_is_found_out(here, mood, report):
    names = a_stream(here.api("sales"), 3)
    heals(here, names, report, "before")
    crm, hub = here.api("sales"), here.api("steward")
    first = crm.find(f"{CRM}/customers", name=names[0])
    mood.kind = "does nothing"
    crm.patch(f"{CRM}/customers/{first['id']}", {"name": "Renamed"})
    opened = {"filter[state]": "open"}
    (conflict,) = until(lambda: hub.get(f"{HUB}/conflicts", **opened)["items"], "it is found out")
    assert conflict["why"] == "accepted there, but not applied"
    assert mood.hits
    mood.kind = None
    answer = {"choice": "retry", "seen": conflict["version"]}
    hub.post(f"{HUB}/conflicts/{conflict['id']}/resolve", answer)
    heals(here, ["Renamed", *names[1:]], report, "200 and nothing done")


def test_a_poll_that_ends_in_the_middle_of_a_page_loses_nothing(here, mood, report):
    names = a_stream(here.api("sales"), 3)
    heals(here, names, report, "before")
    mood.kind, here.between.stall = "half a page", 2.0
    clerk = here.api("clerk")
    known = clerk.find(f"{ERP}/customers", name=names[0])
    clerk.patch(f"{ERP}/customers/{known['id']}", {"name": "Renamed there"})
    until(lambda: mood.hits >= 2, "polls were cut")
    until(lambda: is_told(here), "it is seen that the ERP cannot be read")
    mood.kind = None
    heals(here, ["Renamed there", *names[1:]], report, "polls cut in the middle")


def test_an_answer_of_200_megabytes_is_not_swallowed(here, mood, report):
    names = a_stream(here.api("sales"), 3)
    heals(here, names, report, "before")
    before = memory(here)
    mood.kind = "huge"
    until(lambda: mood.hits >= 3, "it was asked and told too much")
    until(lambda: is_told(here), "it is seen that the ERP cannot be read")
    names += a_stream(here.api("sales"), 5, first=3)
    grown = memory(here) - before
    report(f"200 MB answers: grown by {grown // 1024} MB")
    assert grown < 100 * 1024
    mood.kind = None
    heals(here, names, report, "200 MB answers")
