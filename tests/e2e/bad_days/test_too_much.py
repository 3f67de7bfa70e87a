"""More comes than can be taken: notices, or bytes for the disk."""

import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest

from connectors.declarative.signature import sign_standard
from tests.e2e.bad_days.stories import (
    CRM,
    ERP,
    HUB,
    NEW,
    TRY_AGAIN,
    a_stream,
    heals,
    look,
    memory,
    seconds,
)
from tests.e2e.installation import Installation, is_idle, until

pytestmark = [pytest.mark.chaos, pytest.mark.enable_socket, pytest.mark.timeout(6000)]


class Storm:
    """Notices without a pause, for `lasts` seconds and until one was put off.

    A busy machine may send too few at first; `LONGER` seconds on it has to have come to that.
    """

    LONGER = 120.0
    SENDERS = 8

    def __init__(self, url, secret, lasts):
        self.url, self.secret, self.lasts = url, secret, lasts
        self.begun = time.monotonic()
        self.states, self.put_off = [], []  # put off: what each was told of when to come again

    def age(self):
        return time.monotonic() - self.begun

    def is_over(self):
        return self.age() > self.lasts + (0.0 if self.put_off else self.LONGER)

    def blow(self, sender):
        with httpx.Client(base_url=self.url) as client:
            count = 0
            while not self.is_over():
                count += 1
                status, after = _notice(client, self.secret, f"{sender}-{count}")
                self.states.append(status)
                if status in (429, 503):
                    self.put_off.append(after)


def test_ten_times_too_much_is_put_off_and_the_quiet_one_is_served(install, report):
    here = install(max_backlog="3000", poll_every="1")
    api, secret = here.api("integrator"), "whsec_" + "b" * 43 + "="
    api.post(f"{HUB}/connections/crm/webhook-secrets", {"secret": secret})
    names = a_stream(here.api("sales"), 5)
    heals(here, names, report, "before")
    before, storm = memory(here), Storm(here.url, secret, seconds(20, 300))
    with ThreadPoolExecutor(storm.SENDERS) as loud:
        storming = [loud.submit(storm.blow, number) for number in range(storm.SENDERS)]
        time.sleep(5)
        served = _serve_the_quiet_one(here, names[0])
        until(lambda: look(here)["rectoverso_lanes"] > 1000, "the backlog is seen", 120, 0.5)
        for each in storming:
            each.result()
    grown = memory(here) - before
    report(
        f"{len(storm.states)} notices of 20 changes in {storm.age():.0f} s, "
        f"{len(storm.put_off)} put off; the quiet one after {served:.1f} s; "
        f"grown by {grown // 1024} MB"
    )
    assert set(storm.states) <= {202, 429, 503}
    assert storm.put_off
    assert all(storm.put_off)
    assert grown < 100 * 1024
    ended = time.monotonic()
    until(lambda: is_idle(here.api("steward")), "all is decided", 200, 0.5)
    report(f"the backlog was worked off in {time.monotonic() - ended:.1f} s")
    heals(here, ["Quiet", *names[1:]], report, "overload")


def _serve_the_quiet_one(here, name):
    """Rename a customer in the ERP; return after how many seconds the CRM has it."""
    clerk, crm = here.api("clerk"), here.api("sales")
    known = clerk.find(f"{ERP}/customers", name=name)
    clerk.patch(f"{ERP}/customers/{known['id']}", {"name": "Quiet"})
    begun = time.monotonic()
    until(lambda: crm.find(f"{CRM}/customers", name="Quiet"), "the quiet one is served")
    return time.monotonic() - begun


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


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own with little room, for whoever may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_loses_nothing_and_heals_once_there_is_room(small_disk, report):
    here = Installation(small_disk / "data", poll_every="1")
    here.start()
    try:
        here.wait_until_ready()
        names = a_stream(here.api("sales"), 10)
        heals(here, names, report, "before")
        filler = small_disk / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as full:
            while True:
                full.write(bytes(65_536))
        with suppress(OSError), filler.open("ab", buffering=0) as full:
            while True:
                full.write(bytes(512))
        refused = _try_many(here.api("sales"), seconds(10, 60))
        assert refused  # 503, visible to who asks
        assert look(here)["rectoverso_disk_free_bytes"] < 1_000_000
        filler.unlink()
        names += a_stream(here.api("sales"), 20, first=10)
        heals(here, sorted({*names, *_taken(here)}), report, f"disk full, {refused} refused")
    finally:
        here.stop()


def _try_many(api, lasts):
    """Try to create customers on a full disk; return how many were put off."""
    stop, refused, number = time.monotonic() + lasts, 0, 0
    while time.monotonic() < stop:
        number += 1
        new = NEW | {"name": f"While full {number:04}"}
        try:
            answer = api.call("POST", f"{CRM}/customers", new)
            refused += answer.status_code in TRY_AGAIN
        except httpx.TransportError:
            refused += 1
        time.sleep(0.1)
    return refused


def _taken(here):
    """Names that the CRM has by now, taken before the disk was full or in its last corners."""
    return {each["name"] for each in here.api("sales").every(f"{CRM}/customers")}
