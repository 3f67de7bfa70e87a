"""The pages of quality and of a person's rights in a real browser: readable everywhere."""

import importlib
from dataclasses import replace
from pathlib import Path

import pytest

import hub
from ground.database import open_database
from ground.door import SafeHttp
from ground.env import SystemClock, system_env
from hub.app import create_app
from hub.quality import store as quality
from hub.quality.service import assess_records, sum_up_day
from hub.settings import HubSettings
from hub.start import open_hub
from master_data import store
from master_data.tables import METADATA
from portal import Portal, Role
from portal.tables import METADATA as PORTAL_METADATA
from tests.e2e.chromium import CHROMIUM, chromium, findings, open_tab, overflows  # noqa: F401
from tests.master_data.builders import make_contribution, make_crossref, make_golden

for each in Path(hub.__file__).parent.glob("*/tables.py"):
    importlib.import_module(f"hub.{each.parent.name}.tables")

PASSWORD = "a-long-enough-password"
NAMES = (
    "Ibarra Hermanos y Compañía de Transportes Internacionales",
    "Талисман",
    "Müller & Söhne GmbH",
    "Luna",
)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]


def seed(running):
    goldens, links = [], []
    for number, name in enumerate(NAMES):
        body: dict[str, object] = {"name": name, "kind": "organisation"}
        body |= {"tax_ids[el_1]": {"country": "ES", "value": f"B1234567{number}"}}
        golden_id = f"gr_{number}"
        goldens.append(replace(make_golden(body), id=golden_id, provenance=dict.fromkeys(body, 1)))
        said = make_contribution("crm", name)
        link = {"id": f"xr_{number}", "golden_id": golden_id, "external_id": f"cu_{number}"}
        links.append(make_crossref("crm", {"name": name}, {"name": said}, **link))

    def write(connection):
        at = running.db.now(connection)
        store.insert_goldens(connection, goldens, at)
        store.insert_crossrefs(connection, links, at)
        quality.keep_day(connection, "2026-01-01", [])

    running.db.write(write)
    assess_records(running, [each.id for each in goldens])
    sum_up_day(running)
    (summary,) = running.db.read(quality.summaries)
    for day, score in (("2026-01-01", 40.0), ("2026-01-02", 55.5), ("2026-01-03", 52.0)):
        earlier = [replace(summary, score=score)]
        running.db.write(lambda c, d=day, e=earlier: quality.keep_day(c, d, e))


@pytest.fixture
def running(tmp_path):
    """A hub with four customers, behind the portal."""
    databases = [open_database(f"sqlite:///{tmp_path}/{n}.db", schema=n) for n in ("hub", "portal")]
    for database, tables in zip(databases, (METADATA, PORTAL_METADATA), strict=True):
        database.create_all(tables)
    env = system_env(db=databases[0], http=SafeHttp(clock=SystemClock()))
    portal = Portal(env.with_db(databases[1]))
    portal.create_user("Ana Torres", "ana@example.com", Role.STEWARD, PASSWORD)
    made = open_hub(HubSettings(data=tmp_path), env, portal)
    seed(made)
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
        return tab

    return open_page


@pytest.mark.parametrize("screen", ["wide", "dark", "phone"])
def test_the_pages_read_well_everywhere(signed_in, screen):
    tab = signed_in(screen)
    for page, words in (
        ("/hub/quality", "to mend"),
        ("/hub/quality/customers?filter[rule]=invalid&filter[path]=tax_ids", "check digits"),
        ("/hub/records/customers/gr_0/privacy", "delete it by hand"),
    ):
        tab.goto(page)
        assert words in tab.inner_text("main")
        assert (page, findings(tab), overflows(tab)) == (page, [], False)


def test_a_person_is_erased_without_script(signed_in):
    tab = signed_in(script=False)
    tab.goto("/hub/records/customers/gr_0")
    with tab.expect_navigation():
        tab.click("a:has-text('Export or erase')")
    tab.fill("input[name=reason]", "asked on paper")
    with tab.expect_navigation():
        tab.click("button:has-text('Erase for good')")
    assert tab.url.endswith("/hub/records/customers")
    listed = tab.inner_text("main")
    assert "Ibarra" not in listed
    assert "Luna" in listed
