"""A real browser for tests: tabs whose console errors fail the test, and what axe finds in them."""

from pathlib import Path

import pytest

CHROMIUM = Path("/usr/bin/chromium")
SCREENS = {"wide": (1440, 900, "light"), "dark": (1440, 900, "dark"), "phone": (390, 844, "light")}


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
    answers = ("403", "404", "409", "422")  # the browser tells of each refused request
    assert [error for error in errors if not any(each in error for each in answers)] == []


def findings(tab):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(tab).response["violations"]
    return [(each["id"], [node["html"][:160] for node in each["nodes"]]) for each in found]


def overflows(tab):
    return tab.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
