"""What bad days have in common: people who go on working, and the look at what became of it."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.e2e.installation import _children, is_idle, open_effects, until

CRM, ERP, HUB = "/crm/api/v1", "/erp/api/v1", "/hub/api/v1"
NEW = {"kind": "organisation", "lifecycle": "customer", "roles": ["customer"]}
HEAL = 30.0  # seconds after the end of the cause
PATIENCE = 90.0  # what a story may take that is late: how late is told
FULL = os.environ.get("CHAOS") == "full"
TRY_AGAIN = {429, 500, 502, 503}


def seconds(short, long):
    """Return how long a cause lasts: `CHAOS=full make chaos` takes all the time of the real one."""
    return long if FULL else short


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


@dataclass(frozen=True)
class Sight:
    """What monitoring sees: whether the installation is ready, and its figures."""

    ready: bool
    figures: dict

    def __getitem__(self, name):
        """Return a figure, the largest of its samples; 0 if there is none."""
        samples = (each for key, each in self.figures.items() if key.partition("{")[0] == name)
        return max(samples, default=0.0)


def look(here):
    """Ask as monitoring does."""
    try:
        ready = httpx.get(f"{here.url}/readyz", timeout=5).is_success
        told = httpx.get(f"{here.url}/hub/metrics", timeout=5)
    except httpx.TransportError:
        return Sight(ready=False, figures={})
    lines = told.text.splitlines() if told.is_success else []
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return Sight(ready, {name: float(value) for name, _, value in pairs})


def during(here, cause, shows, many=60):
    """Create customers while `cause()` happens beside; return their names.

    Somebody who watches has to see it (`shows(sight)`) before it is over.
    """
    crm = here.api("sales")  # its key is made while all is well
    with ThreadPoolExecutor(2) as beside:
        happening = beside.submit(cause)
        watching = beside.submit(_watch, here, shows, happening)
        names = a_stream(crm, many)
        happening.result()
        last = watching.result()
    assert last is None, f"nobody could see it: {last}"
    return names


def _watch(here, shows, happening):
    """Look until it shows; return what was seen last if it never did."""
    while not shows(seen := look(here)):
        if happening.done():
            return seen
        time.sleep(0.1)
    return None


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
    assert took <= HEAL
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
    balance = hub.get(f"{HUB}/balance")["total"]
    return (
        f"{len(there)} of {len(names)} there, lost {lost[:5]}, "
        f"open {open_effects(hub)[:3]}, {balance}"
    )


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
