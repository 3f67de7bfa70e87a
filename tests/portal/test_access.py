"""Every route against every kind of caller, from the route table itself."""

import pytest
from starlette.routing import Route

from portal import Role
from tests.portal.conftest import read_token

OPEN = {"/sign-in", "/sign-out", "/preferences"}
JSON = {"accept": "application/json"}


@pytest.fixture
def routes(local_portal):
    """All (method, path) of the portal that need somebody to be signed in."""

    def flat(entries):
        for route in entries:
            if isinstance(route, Route):
                path = route.path.replace("{user_id}", "us_none").replace("{key_id}", "ak_none")
                yield from (
                    (method, path) for method in sorted((route.methods or set()) - {"HEAD"})
                )
            elif hasattr(route, "original_router"):
                yield from flat(route.original_router.routes)

    found = [(method, path) for method, path in flat(local_portal.app().routes) if path not in OPEN]
    assert len(found) > 12
    return found


def test_no_route_answers_a_stranger(routes, browser):
    tab = browser()
    del tab.http.headers["sec-fetch-site"]
    for method, path in routes:
        assert tab.http.request(method, path, headers=JSON).status_code == 401, (method, path)


def test_a_key_of_a_viewer_reaches_no_page_of_the_portal(routes, browser, local_portal):
    secret = local_portal.create_key("viewer", Role.VIEWER).secret
    bearer = {"authorization": f"Bearer {secret}"}
    for method, path in routes:
        answer = browser().http.request(method, path, headers=JSON | bearer)
        assert answer.status_code == 403, (method, path)


@pytest.mark.parametrize(
    "authorization",
    ["Bearer", "Bearer rvk_wrong", "Basic YTpi", "Bearer " + "x" * 5000],
)
def test_a_bad_key_is_nobody(browser, authorization):
    answer = browser().get("/shop/api/v1/items", headers={"authorization": authorization})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_bad_key_does_not_fall_back_to_the_session(browser, a_user):
    tab = browser()
    tab.sign_in(a_user())
    bad = {"authorization": "Bearer rvk_wrong"}
    assert tab.http.post("/shop/api/v1/items", headers=bad).status_code == 401


def test_a_call_with_a_key_needs_no_form_token(browser, local_portal):
    secret = local_portal.create_key("Shop", Role.SALES).secret
    answer = browser().http.post(
        "/shop/api/v1/items", headers={"authorization": f"Bearer {secret}"}
    )
    assert answer.json() == {"by": "Shop"}


def test_a_key_of_one_scope_is_refused_by_another(browser, local_portal):
    secret = local_portal.create_key("Shop", Role.SALES, ("crm.items.read",)).secret
    bearer = {"authorization": f"Bearer {secret}"}
    tab = browser()
    assert tab.get("/shop/api/v1/items", headers=bearer).status_code == 200
    assert tab.http.post("/shop/api/v1/items", headers=bearer).status_code == 403


def test_a_viewer_reaches_only_the_own_account(routes, browser, a_user):
    tab = browser()
    tab.sign_in(a_user(Role.VIEWER))
    token = read_token(tab.get("/account").text)
    for method, path in routes:
        if not path.startswith("/account") and path != "/":
            answer = tab.http.request(method, path, headers={"x-csrf-token": token})
            assert answer.status_code == 403, (method, path)


def test_a_foreign_id_is_not_found(browser, a_user):
    tab = browser()
    tab.sign_in(a_user())
    assert tab.get("/users/us_none").status_code == 404
    assert tab.get("/keys/ak_none").status_code == 404


def test_only_known_hosts_are_answered(running, local_portal):
    import httpx

    from portal.security import Security

    app = Security(local_portal.app(), local_portal, ["hub.example", "127.0.0.1"])
    address = f"http://127.0.0.1:{running.start(app)}"
    assert httpx.get(address + "/sign-in").status_code == 200
    for host, status in (("hub.example:8000", 200), ("evil.example", 400), ("", 400)):
        assert httpx.get(address + "/sign-in", headers={"host": host}).status_code == status
