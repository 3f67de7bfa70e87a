"""What people do in one app and find in the other, in the real product."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from tests.e2e.installation import is_idle, until

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.timeout(180)]

CRM, ERP, HUB = "/crm/api/v1", "/erp/api/v1", "/hub/api/v1"
SOON = 30.0  # seconds: patience, no promise; the measured times are printed
CHANGES, PER_SECOND = 100, 20
LAST = {f"Change {n:03}" for n in range(CHANGES // 2, CHANGES)}  # the names they end with
PHONE = {"kind": "phone", "value": "+34912345678", "purpose": None, "preferred": True}


@pytest.fixture
def crm(running):
    running.wait_until_ready()
    return running.api("sales")


@pytest.fixture
def erp(running):
    return running.api("clerk")


@pytest.fixture
def hub(running):
    return running.api("steward")


@pytest.fixture
def customer(crm, erp):
    """customer(name) -> (id in the CRM, id in the ERP) of a customer both agree on."""

    def make(name):
        new = {"kind": "organisation", "name": name, "lifecycle": "customer", "roles": ["customer"]}
        made = crm.post(f"{CRM}/customers", new | {"contact_points": [PHONE]})
        there = until(lambda: erp.find(f"{ERP}/customers", name=name), f"{name} is in the ERP")
        known = lambda: crm.get(f"{CRM}/customers/{made['id']}")["erp_number"]  # noqa: E731
        assert until(known, f"the CRM knows the number of {name}") == there["number"]
        return made["id"], there["id"]

    return make


def test_a_customer_made_in_the_crm_is_in_the_erp_and_its_number_comes_back(crm, erp, hub):
    new = {"kind": "organisation", "name": "Bodegas", "lifecycle": "customer"}
    made = crm.post(f"{CRM}/customers", new | {"roles": ["customer"]})
    there = until(lambda: erp.find(f"{ERP}/customers", name="Bodegas"), "the ERP has it", SOON)
    until(
        lambda: crm.get(f"{CRM}/customers/{made['id']}")["erp_number"] == there["number"],
        "its number is in the CRM",
        SOON,
    )
    golden = hub.get(f"{HUB}/golden/customers", q="Bodegas")["items"]
    assert [each["fields"]["number"] for each in golden] == [there["number"]]


def test_a_hundred_changes_of_the_crm_at_twenty_a_second_are_in_the_erp_soon(crm, erp, report):
    sent, seen, made = {}, {}, []

    def change():
        begun = time.monotonic()
        for n in range(CHANGES):
            time.sleep(max(0.0, begun + n / PER_SECOND - time.monotonic()))
            name = f"Change {n:03}"
            sent[name] = time.monotonic()
            if n < CHANGES // 2:
                new = {"kind": "organisation", "name": name, "lifecycle": "customer"}
                made.append(crm.post(f"{CRM}/customers", new | {"roles": ["customer"]}))
            else:
                crm.patch(f"{CRM}/customers/{made[n - CHANGES // 2]['id']}", {"name": name})

    def look():
        """Note when each name is seen first; only what changed lately is read."""
        latest = max((each for each, _ in seen.values()), default="2026-01-01T00:00:00Z")
        # What is committed late has an earlier time than what was seen already.
        since = (datetime.fromisoformat(latest) - timedelta(seconds=5)).isoformat()
        for each in erp.every(f"{ERP}/customers", updated_since=since):
            seen.setdefault(each["name"], (each["updated_at"], time.monotonic()))
        return seen.keys() >= LAST

    def lacking():
        there = {each["name"] for each in erp.every(f"{ERP}/customers")}
        return f"the ERP has the last changes; lacking are {sorted(LAST - there)}"

    with ThreadPoolExecutor(1) as threads:
        changing = threads.submit(change)
        until(look, lacking, pause=0.02)
        changing.result()
    took = sorted(seen[name][1] - at for name, at in sent.items() if name in seen)
    report(
        f"CRM to ERP, {CHANGES} changes at {PER_SECOND}/s: median {took[len(took) // 2]:.3f} s, "
        f"p95 {took[len(took) * 95 // 100]:.3f} s; {CHANGES - len(took)} went with a later one"
    )


def test_a_prospect_stays_in_the_crm_until_it_becomes_a_customer(crm, erp, hub):
    new = {"kind": "organisation", "name": "Perhaps Ltd", "lifecycle": "prospect"}
    made = crm.post(f"{CRM}/customers", new | {"roles": ["customer"]})
    until(lambda: hub.get(f"{HUB}/golden/customers", q="Perhaps Ltd")["items"], "the hub has it")
    until(lambda: is_idle(hub), "the hub has nothing to do")
    assert erp.find(f"{ERP}/customers", name="Perhaps Ltd") is None

    crm.patch(f"{CRM}/customers/{made['id']}", {"lifecycle": "customer"})

    until(lambda: erp.find(f"{ERP}/customers", name="Perhaps Ltd"), "the ERP has it", SOON)


def test_a_product_made_in_the_erp_is_in_the_crm_with_its_category(crm, erp):
    category = erp.post(f"{ERP}/categories", {"code": "TEA", "name": "Teas"})
    new = {"sku": "TEA-1", "name": "Sencha", "type": "goods", "uom": "KGM", "tax_class": "standard"}
    price = {"currency": "EUR", "price_list": None, "amount": "12.50"}
    erp.post(f"{ERP}/products", new | {"category_id": category["id"], "prices": [price]})

    def with_category():
        found = crm.find(f"{CRM}/products", sku="TEA-1")
        return found if found and found["category_id"] else None

    product = until(with_category, "the CRM has the product and its category", SOON)
    assert crm.get(f"{CRM}/categories/{product['category_id']}")["code"] == "TEA"
    assert product["prices"][0]["amount"] == "12.50"


def test_edits_of_different_fields_on_both_sides_are_both_kept_on_both_sides(
    crm, erp, hub, customer
):
    here, there = customer("Çelik Ticaret")
    crm.patch(
        f"{CRM}/customers/{here}",
        {"contact_points": [PHONE | {"value": "+34912345679"}]},
    )
    erp.patch(f"{ERP}/customers/{there}", {"payment_terms": "NET60"})

    def seen():
        records = crm.get(f"{CRM}/customers/{here}"), erp.get(f"{ERP}/customers/{there}")
        return [
            (each["payment_terms"], [point["value"] for point in each["contact_points"]])
            for each in records
        ]

    until(lambda: seen() == [("NET60", ["+34912345679"])] * 2, "both edits are on both sides")
    until(lambda: is_idle(hub), "the hub has nothing to do")
    assert seen() == [("NET60", ["+34912345679"])] * 2


def test_rival_legal_names_wait_for_a_person_while_other_fields_go_on(
    crm, erp, hub, customer, running
):
    here, there = customer("Rival Works")
    integrator = running.api("integrator")
    for name in ("crm", "erp"):
        integrator.post(f"{HUB}/connections/{name}/pause")
    crm.patch(f"{CRM}/customers/{here}", {"legal_name": "Rival Works S.L.", "language": "es"})
    erp.patch(
        f"{ERP}/customers/{there}", {"legal_name": "Rival Works GmbH", "payment_method": "sepa"}
    )
    for name in ("crm", "erp"):
        integrator.post(f"{HUB}/connections/{name}/resume")

    conflict = until(
        lambda: hub.get(f"{HUB}/conflicts", **{"filter[state]": "open"})["items"], "a conflict"
    )[0]
    assert conflict["subject"] == "legal_name"
    until(lambda: erp.get(f"{ERP}/customers/{there}")["language"] == "es", "other fields go on")
    until(
        lambda: crm.get(f"{CRM}/customers/{here}")["payment_method"] == "sepa", "other fields go on"
    )
    until(lambda: is_idle(hub), "the hub has nothing to do")
    assert crm.get(f"{CRM}/customers/{here}")["legal_name"] == "Rival Works S.L."
    assert erp.get(f"{ERP}/customers/{there}")["legal_name"] == "Rival Works GmbH"

    seen = hub.get(f"{HUB}/conflicts/{conflict['id']}")
    answer = {"choice": "take", "value": "Rival Works S.L.", "seen": seen["version"]}
    hub.post(f"{HUB}/conflicts/{conflict['id']}/resolve", answer)

    until(
        lambda: erp.get(f"{ERP}/customers/{there}")["legal_name"] == "Rival Works S.L.",
        "the answer is in the ERP",
    )
    until(lambda: is_idle(hub), "the hub has nothing to do")
    assert crm.get(f"{CRM}/customers/{here}")["legal_name"] == "Rival Works S.L."
    assert hub.get(f"{HUB}/conflicts", **{"filter[state]": "open"})["items"] == []
    balance = hub.get(f"{HUB}/balance")["total"]
    assert (balance["even"], balance["open"]) == (True, 0)


def test_a_dry_run_of_a_comparison_counts_and_finds_nothing_where_all_agree(running, customer, hub):
    customer("Compared")
    until(lambda: is_idle(hub), "all is decided and written")
    words = ("reconcile", "crm", "--dry-run", "--port", str(running.port))
    rows = {
        each["object_type"]: each for each in json.loads(running.run(*words, "--json"))["items"]
    }
    there = rows["customers"]
    assert there["read"] >= 1
    assert (there["new"], there["changed"], there["gone"], there["not_shown"]) == ([], [], [], 0)
    assert "customers" in running.run(*words)


def test_a_field_that_the_erp_keeps_is_refused_in_the_crm_with_the_reason(crm, customer):
    here, _ = customer("Kept Brothers")
    answer = crm.call("PATCH", f"{CRM}/customers/{here}", {"payment_terms": "NET10"})
    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["field"], problem["kept_by"]) == ("payment_terms", "erp")
    assert problem["text"] == "Kept in ERP: change it there."
