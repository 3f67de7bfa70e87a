"""A thousand random edits on both sides while notices get lost, come twice and late."""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.installation import everything, is_idle, until
from tests.e2e.proxy import Lossy

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.timeout(240)]

CRM, ERP, HUB = "/crm/api/v1", "/erp/api/v1", "/hub/api/v1"
EDITS, CUSTOMERS, PRODUCTS, EDITORS = 1000, 60, 30, 4
QUIET = 10.0  # seconds in which nothing may be written
CUSTOMER = {
    "kind": "kind",
    "name": "name",
    "legal_name": "legal_name",
    "language": "language",
    "roles": "roles",
    "payment_terms": "payment_terms",
    "payment_method": "payment_method",
    "price_list": "price_list",
    "tax_class": "tax_class",
    "currency": "currency",
    "credit_limit": "credit_limit",
    "erp_number": "number",
    "addresses": "addresses",
    "contact_points": "contact_points",
}
PRODUCT = (
    "sku",
    "name",
    "description",
    "type",
    "uom",
    "tax_class",
    "lifecycle",
    "origin",
    "prices",
)
LANGUAGES = ("es", "ru", "id", "ro", "en", "de", "fr", "it", "pl", "pt", "nl", "cs", None)
ORIGINS = ("ES", "RO", "ID", "DE", "FR", "IT", "PL", "PT", "NL", "CZ", "US", "CN", None)


class Editor:
    """Somebody who changes things at random in both apps, seeing what is changed."""

    def __init__(self, seed, crm, erp):
        self._random = random.Random(seed)
        self._apis = {CRM: crm, ERP: erp}
        self._ids = {}
        for prefix, api in self._apis.items():
            for collection in ("customers", "products"):
                path = f"{prefix}/{collection}"
                self._ids[path] = [item["id"] for item in api.every(path)]

    def work(self, edits):
        """Do so many edits."""
        for _ in range(edits):
            self.edit()

    def edit(self):
        """Change one record once, or lose against another edit and do it again."""
        path = self._random.choice(
            [f"{CRM}/customers"] * 4 + [f"{ERP}/customers"] * 4 + [f"{ERP}/products"] * 2
        )
        record_path = f"{path}/{self._random.choice(self._ids[path])}"
        api = self._apis[path[:11]]
        while True:
            record = api.get(record_path)
            version = {"if-match": f'"{record["version"]}"'}
            change = self._change(path, record)
            answer = api.call("PATCH", record_path, change, headers=version)
            if answer.status_code not in {412, 503}:  # somebody was faster; too busy just now
                assert answer.is_success, answer.text
                return

    def _change(self, path, record):
        word = self._random.choice
        mark = f"{self._random.randrange(10**6)}"
        ways = [
            {"name": f"{record['name'][:12].strip()} {mark}"},
            {"language": word(LANGUAGES)},
        ]
        if path.endswith("products"):
            ways = [ways[0], {"description": mark}, {"origin": word(ORIGINS)}]
            ways.append({"prices": [{"currency": "EUR", "amount": f"{mark}.50"}]})
        else:
            ways += [
                {"addresses": self._other_list(record["addresses"], "city", f"City {mark}")},
                {
                    "contact_points": self._other_list(
                        record["contact_points"], "value", f"m{mark}@example.com"
                    )
                },
            ]
        if path == f"{CRM}/customers":
            ways += [{"notes": mark}, {"segment": word(["a", "b", None])}]
        if path == f"{ERP}/customers":
            ways += [{"payment_terms": f"NET{mark}"}, {"tax_class": mark}]
            ways += [{"credit_limit": {"amount": f"{mark}.25", "currency": "EUR"}}]
        return word(ways)

    def _other_list(self, elements, field, text):
        """Return the list with one element added, changed or removed."""
        new = {"kind": "email"} if field == "value" else {"uses": ["shipping"], "country": "ES"}
        roll = self._random.random()
        if not elements or (roll < 0.25 and len(elements) < 4):
            return [*elements, new | {field: text}]
        mine = self._random.randrange(len(elements))
        if roll < 0.4:
            return [each for at, each in enumerate(elements) if at != mine]
        return [each | {field: text} if at == mine else each for at, each in enumerate(elements)]


@pytest.fixture
def lossy(socket_enabled, proxy):
    return proxy(Lossy(seed=11))


def test_both_systems_end_equal_and_then_nothing_is_written(install, lossy, report):
    here = install(public_url=lossy.url, poll_every="1")
    lossy.target = here.url
    crm, erp, hub = here.api("sales"), here.api("clerk"), here.api("steward")
    _plant(crm, erp)
    until(lambda: len(erp.every(f"{ERP}/customers")) == CUSTOMERS, "the ERP has all customers")
    until(lambda: len(crm.every(f"{CRM}/products")) == PRODUCTS, "the CRM has all products")

    editors = [Editor(seed, crm, erp) for seed in range(EDITORS)]
    begun = time.monotonic()
    with ThreadPoolExecutor(EDITORS) as threads:
        list(threads.map(lambda editor: editor.work(EDITS // EDITORS), editors))
    edited = time.monotonic()
    until(
        lambda: is_idle(hub) and not _differences(crm, erp, hub),
        lambda: f"both systems are equal: {_differences(crm, erp, hub)[:5]}",
        pause=0.5,
    )
    settled = time.monotonic()

    before = everything(here.api("admin"))
    time.sleep(QUIET)
    assert everything(here.api("admin")) == before
    assert hub.get(f"{HUB}/balance")["total"]["even"]
    conflicts = hub.every(f"{HUB}/conflicts", **{"filter[state]": "open"})
    assert not [each for each in conflicts if each["kind"] == "possible_duplicate"]
    report(
        f"{EDITS} edits in {edited - begun:.1f} s, equal after {settled - edited:.1f} s more; "
        f"open conflicts {dict(Counter(each['kind'] for each in conflicts))}, "
        f"notices {dict(lossy.seen)}"
    )


def _plant(crm, erp):
    for n in range(CUSTOMERS):
        crm.post(
            f"{CRM}/customers",
            {
                "kind": "organisation",
                "name": f"Company {n:02}",
                "lifecycle": "customer",
                "roles": ["customer"],
                "addresses": [{"uses": ["billing"], "city": f"Town {n}", "country": "ES"}],
            },
        )
    for n in range(PRODUCTS):
        new = {"sku": f"SKU-{n:02}", "name": f"Thing {n:02}", "type": "goods", "uom": "C62"}
        erp.post(f"{ERP}/products", new | {"tax_class": "standard"})


def _differences(crm, erp, hub):
    """Return what differs between the two sides, apart from what waits for a person."""
    held = _held(hub)
    goldens = {
        each["fields"].get("number"): each["id"] for each in hub.every(f"{HUB}/golden/customers")
    }
    found = []
    ours = {each["number"]: each for each in erp.every(f"{ERP}/customers")}
    for each in crm.every(f"{CRM}/customers"):
        waits = held.get(goldens.get(each["erp_number"]), set())
        other = ours.get(each["erp_number"], {})
        found += [
            (each["id"], mine, value, other.get(theirs))
            for mine, theirs in CUSTOMER.items()
            if (value := _plain(each[mine])) != _plain(other.get(theirs))
            and not any(path in {theirs, f"terms.{theirs}"} for path in waits)
        ]
    theirs = {each["sku"]: each for each in crm.every(f"{CRM}/products")}
    held_products = {
        each["fields"]["sku"]: held.get(each["id"], set())
        for each in hub.every(f"{HUB}/golden/products")
    }
    for each in erp.every(f"{ERP}/products"):
        other = theirs.get(each["sku"], {})
        found += [
            (each["id"], name, each[name], other.get(name))
            for name in PRODUCT
            if _plain(each[name]) != _plain(other.get(name))
            and name not in held_products[each["sku"]]
        ]
    return found


def _held(hub):
    """Return golden id -> fields (of a list, the list) that wait for a person."""
    held = {}
    for each in hub.every(f"{HUB}/conflicts", **{"filter[state]": "open"}):
        path = each["subject"].rpartition(":")[2].partition("[")[0]
        held.setdefault(each["golden_id"], set()).add(path)
    return held


def _plain(value):
    """Return list elements without their ids and order, which each system has for itself."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        return value
    return sorted(
        repr(sorted((name, told) for name, told in each.items() if name != "id")) for each in value
    )
