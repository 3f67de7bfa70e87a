"""The pages of CRM and ERP in a real browser: accessible, fitting, and quicker with script."""

import re

import pytest
from fastapi import FastAPI

import simple_crm.app
import simple_crm.tables
import simple_erp.app
import simple_erp.tables
from ground.database import open_database
from ground.env import system_env
from ground.records.model import ManagedField
from portal import Portal, Role
from portal.tables import METADATA
from tests.e2e.chromium import CHROMIUM, SCREENS, chromium, findings, open_tab, overflows

__all__ = ["chromium", "open_tab"]

PASSWORD = "a-long-enough-password"
LONG = "Sociedad Cooperativa de Exportaciones Agroalimentarias del Alto Ampurdán, S. Coop. C. L."
FIRM = {
    "name": LONG,
    "roles": ["customer", "supplier", "payer"],
    "addresses": [{"uses": ["legal", "billing"], "city": "Figueres", "country": "ES"}],
    "contact_points": [
        {"kind": "phone", "value": "+34972200100", "preferred": True},
        {"kind": "email", "value": "a.very.long.address.of.the.purchasing.department@example.com"},
    ],
    "tax_ids": [{"country": "ES", "value": "A58818501"}],
}
PRODUCT = {
    "sku": "RV-1",
    "name": LONG,
    "uom": "C62",
    "tax_class": "standard",
    "prices": [{"currency": "EUR", "amount": "129.90"}],
}
TEXT = "Terms are agreed in the ERP. Change them there."

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]


@pytest.fixture
def apps(tmp_path, http):
    """A portal with both apps, and records in them."""
    databases = {
        name: open_database(f"sqlite:///{tmp_path}/{name}.db", schema=name)
        for name in ("portal", "crm", "erp")
    }
    tables = {"portal": METADATA, "crm": simple_crm.tables.METADATA}
    for name, metadata in (tables | {"erp": simple_erp.tables.METADATA}).items():
        databases[name].create_all(metadata)
    env = system_env(db=databases["portal"], http=http)
    portal = Portal(env)
    server = FastAPI(openapi_url=None)
    crm = simple_crm.app.create_app(env.with_db(databases["crm"]), portal)
    erp = simple_erp.app.create_app(env.with_db(databases["erp"]), portal)
    server.mount("/crm", crm)
    server.mount("/erp", erp)
    server.mount("/", portal.app())
    author = portal.create_user("Lucía Marín", "lucia@example.com", Role.ADMIN, PASSWORD).user
    paths = _fill(crm.state.crm, erp.state.erp, author)
    yield portal.security(server), paths
    for database in databases.values():
        database.close()


def _fill(crm, erp, author):
    """Make one record of each kind; return the pages worth a look."""
    tools = {"code": "T", "name": "Tools"}
    firm = crm.customers.create(FIRM | {"lifecycle": "customer"}, author)
    made = {
        "/crm/customers": firm,
        "/crm/contacts": crm.contacts.create(
            {"customer_id": firm.id, "given_name": "Aitor", "role": "Buyer"}, author
        ),
        "/crm/products": crm.products.create(PRODUCT, author),
        "/crm/categories": crm.categories.create(tools, author),
        "/erp/customers": erp.customers.create(FIRM | {"currency": "EUR"}, author),
        "/erp/products": erp.products.create(PRODUCT, author),
        "/erp/categories": erp.categories.create(tools, author),
    }
    crm.customers.keep([ManagedField("payment_terms", "ERP", TEXT, "ak_of_the_hub")])
    pages = ["/crm/contacts/new", f"/crm/contacts/new?customer={firm.id}"]
    for path, record in made.items():
        pages += [path, f"{path}/{record.id}"]
        if path != "/crm/products":
            pages += [f"{path}/{record.id}/edit"]
            pages += [f"{path}/new"] if path != "/crm/contacts" else []
    return pages


@pytest.fixture
def address(serve, apps):
    return serve(apps[0])


@pytest.fixture
def pages(apps):
    return apps[1]


def enter(tab):
    tab.goto("/sign-in")
    tab.locator("[name=email]").fill("lucia@example.com")
    tab.locator("[name=password]").fill(PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/")


@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_is_accessible_and_fits(open_tab, pages, screen):
    tab = open_tab(screen)
    enter(tab)
    for path in pages:
        tab.goto(path)
        assert (path, findings(tab)) == (path, [])
        assert (path, overflows(tab)) == (path, False)


def test_rows_come_without_asking_the_server(open_tab, pages):
    tab = open_tab()
    enter(tab)
    tab.goto("/crm/customers/new")
    tab.locator("#name").fill("Anna Roca")
    requests = []
    tab.on("request", lambda request: requests.append(request.url))
    for number in range(2):
        tab.get_by_role("button", name="Add an address").click()
        tab.keyboard.press("Tab")
        tab.locator(f"[name='addresses[{number}].city']").fill(f"City {number}")
    assert requests == []
    assert findings(tab) == []
    tab.locator("[name='addresses[0].remove']").check()
    assert not tab.locator("[name='addresses[0].city']").is_visible()
    tab.get_by_role("button", name="Save").last.click()
    tab.wait_for_url(re.compile("/crm/customers/cu_[0-9a-f]+$"))
    assert "City 1" in tab.locator("main").inner_text()
    assert "City 0" not in tab.locator("main").inner_text()


def test_enter_saves_and_adds_no_row(open_tab, pages):
    tab = open_tab()
    enter(tab)
    tab.goto("/erp/categories/new")
    tab.locator("#code").fill("H")
    tab.locator("#name").fill("Hand tools")
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile("/erp/categories/ca_[0-9a-f]+$"))
    tab.goto("/crm/customers/new")
    tab.locator("#name").fill("Anna Roca")
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile("/crm/customers/cu_[0-9a-f]+$"))


@pytest.mark.parametrize("screen", ["wide", "dark", "phone"])
def test_a_refused_form_is_accessible_too(open_tab, pages, screen):
    tab = open_tab(screen)
    enter(tab)
    tab.goto("/crm/customers/new")
    tab.locator("#name").fill("Anna")
    tab.get_by_role("button", name="Add a number or address").click()
    tab.locator("[name='contact_points[0].kind']").select_option("email")
    tab.locator("[name='contact_points[0].value']").fill("no address")
    tab.get_by_role("button", name="Save").last.click()
    tab.get_by_text("Nothing was saved").wait_for()
    assert findings(tab) == []
    assert overflows(tab) is False
    tab.locator(".form-error a").first.click()
    assert tab.evaluate("location.hash") == "#contact_points-0-value"


def test_a_dangerous_button_asks_first(open_tab, pages):
    tab = open_tab()
    enter(tab)
    tab.goto("/erp/customers")
    tab.locator("a.cover").first.click()
    tab.get_by_role("button", name="Block").click()
    dialog = tab.get_by_role("dialog")
    assert "Nothing more is sold" in dialog.inner_text()
    assert findings(tab) == []
    dialog.get_by_role("button", name="Block").click()
    tab.get_by_role("button", name="Unblock").wait_for()


def test_what_two_people_changed_is_shown_side_by_side(open_tab, pages):
    one, other = open_tab(), open_tab("dark")
    for tab in (one, other):
        enter(tab)
        tab.goto(next(path for path in pages if re.fullmatch("/crm/customers/cu_.*/edit", path)))
        tab.locator("#segment").fill("Retail" if tab is one else "Wholesale")
    one.get_by_role("button", name="Save").last.click()
    one.wait_for_url(re.compile("/crm/customers/cu_[0-9a-f]+$"))
    other.get_by_role("button", name="Save").last.click()
    other.get_by_text("while you were editing").wait_for()
    assert "Now: Retail" in other.locator("main").inner_text()
    assert findings(other) == []
