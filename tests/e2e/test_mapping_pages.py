"""The pages of mappings in a real browser: edit, see the fault, preview, publish, go back."""

import importlib
from pathlib import Path

import pytest

import hub
from ground.database import open_database
from ground.door import SafeHttp
from ground.env import SystemClock, system_env
from hub.app import create_app
from hub.connections import service
from hub.connections.model import NewConnection
from hub.publishing.checking import try_laws_due
from hub.settings import HubSettings
from hub.start import open_hub
from master_data.tables import METADATA
from portal import Portal, Role
from portal.tables import METADATA as PORTAL_METADATA
from tests.e2e.chromium import CHROMIUM, chromium, findings, open_tab, overflows  # noqa: F401

for each in Path(hub.__file__).parent.glob("*/tables.py"):
    importlib.import_module(f"hub.{each.parent.name}.tables")

PASSWORD = "a-long-enough-password"
PAGE = "/hub/mappings/crm/categories"

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]


@pytest.fixture
def running(tmp_path):
    """A hub with one connection, behind the portal."""
    databases = [open_database(f"sqlite:///{tmp_path}/{n}.db", schema=n) for n in ("hub", "portal")]
    for database, tables in zip(databases, (METADATA, PORTAL_METADATA), strict=True):
        database.create_all(tables)
    env = system_env(db=databases[0], http=SafeHttp(clock=SystemClock()))
    portal = Portal(env.with_db(databases[1]))
    portal.create_user("Ana Torres", "ana@example.com", Role.INTEGRATOR, PASSWORD)
    made = open_hub(HubSettings(data=tmp_path), env, portal)
    crm = NewConnection(
        id="crm", system="simple_crm", title="CRM", base_url="https://crm.example", key="k"
    )
    service.add_connection(made, crm)
    yield made
    env.http.close()
    for database in databases:
        database.close()


@pytest.fixture
def address(running, serve):
    app = running.portal.app()
    app.mount("/hub", create_app(running))
    return serve(running.portal.security(app))


@pytest.fixture
def signed_in(open_tab):  # noqa: F811
    def open_page(screen="wide", **more):
        tab = open_tab(screen, **more)
        tab.goto("/sign-in")
        tab.fill("input[name=email]", "ana@example.com")
        tab.fill("input[name=password]", PASSWORD)
        with tab.expect_navigation():
            tab.press("input[name=password]", "Enter")
        tab.goto(PAGE)
        return tab

    return open_page


def press(tab, label):
    with tab.expect_navigation():
        tab.click(f"button:has-text('{label}')")


def confirm(tab, label, dialog):
    tab.get_by_role("button", name=label).first.click()
    with tab.expect_navigation():
        tab.click(f"#{dialog} footer button:not([type])")


@pytest.mark.parametrize("screen", ["wide", "dark", "phone"])
def test_the_pages_read_well_everywhere(signed_in, screen):
    tab = signed_in(screen)
    press(tab, "Preview")
    assert "What publishing would do" in tab.inner_text("main")
    assert findings(tab) == []
    assert not overflows(tab)
    tab.goto("/hub/mappings")
    assert "CRM: categories" in tab.inner_text("main")
    assert (findings(tab), overflows(tab)) == ([], False)


def test_a_mapping_is_changed_published_and_rolled_back_without_script(signed_in, running):
    tab = signed_in(script=False)
    text = tab.input_value("textarea[name=text]")
    tab.fill("textarea[name=text]", text.replace("golden: code", "golden: cod"))
    press(tab, "Save draft")
    assert "line 7, 5" in tab.inner_text("main")
    assert "did you mean 'code'?" in tab.inner_text("main")
    tab.fill("textarea[name=text]", text.replace("[nfc, trim]", "[trim, nfc]"))
    press(tab, "Save draft")
    assert "The checker finds nothing wrong." in tab.inner_text("main")
    assert try_laws_due(running) == 1
    tab.goto(PAGE)
    assert "The laws hold" in tab.inner_text("main")
    assert tab.input_value("textarea[name=text]").count("version: 2") == 1


def test_publishing_and_going_back_ask_first(signed_in, running):
    tab = signed_in()
    text = tab.input_value("textarea[name=text]")
    tab.fill("textarea[name=text]", text.replace("[nfc, trim]", "[trim, nfc]"))
    press(tab, "Save draft")
    assert try_laws_due(running) == 1
    tab.goto(PAGE)
    confirm(tab, "Publish", "publish")
    assert running.mapping("crm", "categories").version == 2
    confirm(tab, "Roll back", "rollback")
    assert running.mapping("crm", "categories").version == 1
