"""The portal's pages in a real browser: no console error, no accessibility finding, no overflow."""

from pathlib import Path

import pytest

from ground.database import open_database
from ground.env import system_env
from portal import Portal, Role
from portal.tables import METADATA

CHROMIUM = Path("/usr/bin/chromium")
PASSWORD = "a-long-enough-password"
PAGES = ["/", "/users", "/users/new", "/keys", "/keys/new", "/account", "/nowhere"]
SCREENS = {"wide": (1440, 900, "light"), "dark": (1440, 900, "dark"), "phone": (390, 844, "light")}

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]


@pytest.fixture
def address(serve, tmp_path, http):
    database = open_database(f"sqlite:///{tmp_path}/portal.db", schema="portal")
    database.create_all(METADATA)
    portal = Portal(system_env(db=database, http=http))
    portal.create_user("Lucía Marín", "lucia@example.com", Role.ADMIN, PASSWORD)
    portal.create_user("Дмитрий Орлов", "dmitry@example.com", Role.SALES, PASSWORD)
    portal.create_key("Web shop", Role.CLERK, ("erp.products.read",))
    yield serve(portal.security(portal.app()))
    database.close()


@pytest.fixture(scope="module")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as driver:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def open_tab(chromium, address):
    """open_tab(screen) -> a tab; any console error in it fails the test."""
    errors = []

    def opened(screen="wide", *, script=True, locale="en"):
        width, height, scheme = SCREENS[screen]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            base_url=address,
            java_script_enabled=script,
            locale=locale,
        )
        tab = context.new_page()
        tab.set_default_timeout(30_000)
        tab.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        tab.on("pageerror", lambda error: errors.append(str(error)))
        return tab

    yield opened
    assert [error for error in errors if "404" not in error and "403" not in error] == []


def enter(tab):
    tab.goto("/sign-in")
    tab.locator("[name=email]").fill("lucia@example.com")
    tab.locator("[name=password]").fill(PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/")


def findings(tab):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(tab).response["violations"]
    return [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found]


def overflows(tab):
    return tab.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )


@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_is_accessible_and_fits(open_tab, screen):
    tab = open_tab(screen)
    tab.goto("/sign-in")
    assert findings(tab) == []
    enter(tab)
    for path in PAGES:
        tab.goto(path)
        assert (path, findings(tab)) == (path, [])
        assert (path, overflows(tab)) == (path, False)


@pytest.mark.parametrize("locale", ["es", "ru", "id", "ro"])
def test_every_page_fits_in_every_language(open_tab, locale):
    tab = open_tab("phone", locale=locale)
    enter(tab)
    for path in PAGES:
        tab.goto(path)
        assert tab.locator("html").get_attribute("lang") == locale
        assert (path, overflows(tab)) == (path, False)


def test_the_palette_jumps_by_keyboard(open_tab):
    tab = open_tab()
    enter(tab)
    tab.keyboard.press("Control+k")
    tab.keyboard.type("api")
    assert findings(tab) == []
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/keys")


def test_the_help_lists_the_shortcuts_of_the_page(open_tab):
    tab = open_tab()
    enter(tab)
    tab.goto("/users")
    tab.keyboard.press("?")
    listed = tab.locator("#help dl").inner_text()
    assert "New user" in listed
    assert "Search this list" in listed
    assert findings(tab) == []


def test_rows_are_walked_and_opened_by_keyboard(open_tab):
    tab = open_tab()
    enter(tab)
    tab.goto("/users")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    tab.keyboard.press("k")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/users/us_*")
    assert tab.locator("h1").inner_text() == "Lucía Marín"


def test_the_search_narrows_the_list_while_typing(open_tab):
    tab = open_tab()
    enter(tab)
    tab.goto("/users")
    tab.keyboard.press("/")
    tab.keyboard.type("дмитр")
    tab.wait_for_url("**/users?q=**")
    assert tab.locator("[data-row]").count() == 1
    assert tab.locator("[name=q]").evaluate("field => field === document.activeElement")
    tab.locator("[name=q]").fill("nobody")
    tab.locator(".empty").wait_for()


def test_the_theme_changes_at_once_and_stays(open_tab):
    tab = open_tab()
    enter(tab)
    tab.locator("[popovertarget=me]").click()
    with tab.expect_response("**/preferences"):
        tab.locator("[data-theme-choice][value=dark]").click()
    assert tab.locator("html").get_attribute("data-theme") == "dark"
    tab.goto("/account")
    assert tab.locator("html").get_attribute("data-theme") == "dark"


def test_a_dangerous_button_asks_first(open_tab):
    tab = open_tab()
    enter(tab)
    tab.goto("/keys")
    tab.locator("[data-open]").first.click()
    tab.get_by_role("button", name="Revoke key").click()
    dialog = tab.locator("#revoke")
    assert dialog.is_visible()
    tab.keyboard.press("Escape")
    assert not dialog.is_visible()
    tab.get_by_role("button", name="Revoke key").click()
    dialog.get_by_role("button", name="Revoke key").click()
    tab.wait_for_url("**/keys")
    assert "Key revoked" in tab.locator("[data-toast]").inner_text()


def test_the_drawer_opens_on_a_phone(open_tab):
    tab = open_tab("phone")
    enter(tab)
    assert not tab.locator("#side").is_visible()
    tab.locator(".drawer-button").click()
    assert tab.locator("#side").is_visible()
    assert findings(tab) == []
    tab.locator("#side").get_by_role("link", name="Users").click()
    tab.wait_for_url("**/users")


def test_everything_works_without_script(open_tab):
    tab = open_tab(script=False)
    enter(tab)
    tab.locator("[popovertarget=me]").click()
    tab.get_by_role("button", name="Dark").click()
    assert tab.locator("html").get_attribute("data-theme") == "dark"
    tab.goto("/users")
    tab.locator("[name='filter[role]']").select_option("sales")
    tab.get_by_role("button", name="Filter").click()
    assert tab.locator("[data-row]").count() == 1
    tab.goto("/keys")
    tab.locator("[data-open]").first.click()
    tab.get_by_role("button", name="Revoke key").first.click()
    tab.locator("#revoke").get_by_role("button", name="Revoke key").click()
    tab.wait_for_url("**/keys")
    assert "revoked" in tab.locator("[data-row]").inner_text()
