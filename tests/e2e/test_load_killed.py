"""Loading a real data set while everything is killed again and again."""

import json
import random
import time
from pathlib import Path

import pytest

from tests.e2e.installation import everything, is_idle, until

NORTHWIND = Path(__file__).parents[3] / "shared" / "data" / "northwind"
FILES = {"customers": 91, "suppliers": 29, "products": 77}
KILLS = 20
LEASE = 15  # seconds after which the work of a dead process is taken over
CRM, ERP, HUB = "/crm/api/v1", "/erp/api/v1", "/hub/api/v1"

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.enable_socket,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not NORTHWIND.exists(), reason=f"the data set {NORTHWIND.name} is not here"),
]


def _has_come(hub, crm):
    """The notices of a killed sender wait for the end of its lease: idle is not yet told."""
    goldens = len(hub.every(f"{HUB}/golden/products")) + len(hub.every(f"{HUB}/golden/customers"))
    return goldens >= 91 + 29 + 77 and len(crm.every(f"{CRM}/products")) >= 77


def test_a_load_killed_twenty_times_ends_complete_and_without_duplicates(install, report):
    here = install(lease=str(LEASE))
    begun = time.monotonic()
    _load_under_fire(here)
    here.wait_until_ready()
    for name in FILES:
        _load(here, name)
    loaded = time.monotonic()
    hub, crm, erp = here.api("steward"), here.api("sales"), here.api("clerk")
    until(lambda: _has_come(hub, crm), "what was told by then has come", patience=LEASE * 10)
    until(lambda: is_idle(hub), "all that was in flight is resolved", patience=LEASE * 4)

    customers = hub.every(f"{HUB}/golden/customers")
    products = hub.every(f"{HUB}/golden/products")
    for records in (customers, erp.every(f"{ERP}/customers")):
        assert len(records) == len({_title(each) for each in records}) == 91 + 29
    for records in (products, erp.every(f"{ERP}/products"), crm.every(f"{CRM}/products")):
        assert len(records) == len({_sku(each) for each in records}) == 77
    in_crm = [each["name"] for each in crm.every(f"{CRM}/customers")]
    assert len(in_crm) == len(set(in_crm)) == 91  # suppliers have no place in the CRM
    assert all(each["erp_number"] for each in crm.every(f"{CRM}/customers"))
    balance = hub.get(f"{HUB}/balance")["total"]
    assert balance["even"]
    assert hub.get(f"{HUB}/conflicts", **{"filter[state]": "open"})["items"] == []

    before = everything(here.api("admin"))
    again = {name: json.loads(_load(here, name)) for name in FILES}
    assert {name: (each["written"], each["already_there"]) for name, each in again.items()} == {
        name: (0, many) for name, many in FILES.items()
    }
    assert len({each["line"] for each in again["customers"]["bad"]}) == 2  # the blank rows
    until(lambda: is_idle(hub), "the hub has nothing to do")
    assert everything(here.api("admin")) == before
    report(
        f"{KILLS} kills, loaded after {loaded - begun:.1f} s, "
        f"settled after {time.monotonic() - loaded:.1f} s more; {balance}"
    )


def _load_under_fire(here):
    """Load the three files in an endless row while everything is killed."""
    chance = random.Random(3)
    loads = []
    for _ in range(KILLS):
        if not loads or loads[-1].poll() is not None:
            name = list(FILES)[len(loads) % len(FILES)]
            loads.append(here.begin(*_words(name)))
        until(here.is_alive, "the server answers", pause=0.02)
        time.sleep(chance.uniform(0.0, 0.6))
        here.kill()
        here.start()
    loads[-1].wait()


def _load(here, name):
    return here.run(*_words(name), "--port", str(here.port), "--json", codes=(0, 3))


def _words(name):
    words = ["load", str(NORTHWIND / f"{name}.csv"), "--as", name, "--into", "erp"]
    if name == "products":
        words += ["--map", "northwind-products"]
    return [*words, "--currency", "EUR"]


def _title(record):
    return record.get("title") or record["name"]


def _sku(record):
    return record.get("sku") or record["fields"]["sku"]
