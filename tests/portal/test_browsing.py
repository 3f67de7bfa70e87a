"""Sign-in, sessions and forms as a browser meets them, attacks included."""

import pytest

from portal import Role
from tests.portal.conftest import PASSWORD, read_token


def test_a_page_leads_to_the_sign_in_and_back(browser, a_user):
    tab = browser()
    asked = tab.get("/shop/items?q=a")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/sign-in?next=/shop/items%3Fq%3Da"
    entered = tab.sign_in(a_user(), next="/shop/items?q=a")
    assert (entered.status_code, entered.headers["location"]) == (303, "/shop/items?q=a")
    assert tab.get("/shop/items").status_code == 200


def test_the_way_back_never_leads_to_another_host(browser, a_user):
    tab = browser()
    page = tab.get("/sign-in?next=//evil.example/x").text
    assert '<input type="hidden" name="next" value="/">' in page
    assert tab.sign_in(a_user(), next="https://evil.example").headers["location"] == "/"


def test_a_fragment_leads_the_whole_page_to_the_sign_in(browser):
    answer = browser().get(
        "/shop/items", headers={"hx-request": "true", "hx-current-url": "http://x/shop/items?q=1"}
    )
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/sign-in?next=/shop/items%3Fq%3D1"


def test_the_session_gets_a_new_id_at_sign_in(browser, a_user):
    tab = browser()
    tab.cookies.set("rv_session", "fixed-by-an-attacker", domain="127.0.0.1")
    user = a_user()
    tab.sign_in(user)
    first = tab.cookies["rv_session"]
    assert first != "fixed-by-an-attacker"
    tab.get("/account")
    token = read_token(tab.get("/account").text)
    tab.http.post("/sign-in", data={"email": user.email, "password": PASSWORD, "csrf_token": token})
    assert tab.cookies["rv_session"] != first
    tab.cookies.set("rv_session", first, domain="127.0.0.1")
    assert tab.get("/account").status_code == 303


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(browser, a_user):
    cookie = browser().sign_in(a_user()).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_a_cookie_from_before_the_sign_out_is_dead(browser, a_user):
    tab = browser()
    tab.sign_in(a_user())
    kept = tab.cookies["rv_session"]
    assert tab.post("/sign-out", form="/account").status_code == 303
    tab.cookies.set("rv_session", kept, domain="127.0.0.1")
    assert tab.get("/account").status_code == 303


def test_wrong_passwords_and_unknown_accounts_read_the_same(browser, a_user):
    user = a_user()

    def text(email):
        page = browser().sign_in(email, "wrong-password")
        return page.status_code, page.text.replace(email, "").split("<main")[1].split("csrf_token")[
            0
        ]

    assert text(user.email) == text("nobody@example.com")


def test_the_sixth_wrong_password_is_429_with_retry_after(browser, a_user):
    tab, user = browser(), a_user()
    assert [tab.sign_in(user, "wrong").status_code for _ in range(5)] == [401] * 5
    throttled = tab.sign_in(user)
    assert throttled.status_code == 429
    assert 0 < int(throttled.headers["retry-after"]) <= 61


def test_a_forged_forwarded_address_does_not_escape_the_throttle(browser, a_user):
    user = a_user()
    codes = [
        browser(**{"x-forwarded-for": f"10.9.9.{number}"}).sign_in(user, "wrong").status_code
        for number in range(6)
    ]
    assert codes == [401] * 5 + [429]


def test_a_sign_in_without_the_cookie_of_its_page_is_refused(browser, a_user):
    user, other = a_user(), browser()
    token = read_token(other.get("/sign-in").text)
    tab = browser()
    answer = tab.http.post(
        "/sign-in", data={"email": user.email, "password": PASSWORD, "csrf_token": token}
    )
    assert answer.status_code == 403
    assert "rv_session" not in tab.cookies


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "", "origin": "https://evil.example"},
        {"sec-fetch-site": "", "origin": "null"},
    ],
    ids=str,
)
def test_a_form_of_another_site_is_refused(browser, a_user, headers):
    tab = browser()
    tab.sign_in(a_user())
    token = read_token(tab.get("/account").text)
    sent = {name: value for name, value in headers.items() if value}
    if not headers["sec-fetch-site"]:
        del tab.http.headers["sec-fetch-site"]
    answer = tab.post("/account/name", token=token, headers=sent, name="Taken over")
    assert answer.status_code == 403


@pytest.mark.parametrize("token", ["", "wrong", "A" * 44])
def test_a_form_without_its_token_is_refused(browser, a_user, token):
    tab = browser()
    tab.sign_in(a_user())
    assert (
        tab.http.post("/account/name", data={"name": "x", "csrf_token": token}).status_code == 403
    )


def test_a_token_of_another_session_is_refused(browser, a_user):
    mine, theirs = browser(), browser()
    mine.sign_in(a_user())
    theirs.sign_in(a_user(Role.VIEWER))
    token = read_token(theirs.get("/account").text)
    assert mine.post("/account/name", token=token, name="x").status_code == 403


def test_a_request_by_script_sends_the_token_in_a_header(browser, a_user):
    tab = browser()
    tab.sign_in(a_user())
    token = read_token(tab.get("/account").text)
    path = "/shop/api/v1/items"
    assert tab.http.post(path, json={}).status_code == 403
    assert tab.http.post(path, json={}, headers={"x-csrf-token": token}).json() == {"by": "Admin"}


def test_an_upload_carries_its_token_in_the_first_part(browser, a_user):
    tab = browser()
    tab.sign_in(a_user())
    token = read_token(tab.get("/account").text)
    big = b"x" * 200_000
    parts = {"csrf_token": (None, token), "file": ("a.csv", big)}
    assert tab.http.post("/shop/items", files=parts).json()["size"] == len(big)
    late = {"file": ("a.csv", big), "csrf_token": (None, token)}
    assert tab.http.post("/shop/items", files=late).status_code == 403


def test_a_form_takes_no_field_that_it_does_not_name(browser, a_user):
    tab, user = browser(), a_user(Role.VIEWER)
    tab.sign_in(user)
    answer = tab.post("/account/name", form="/account", name="Me", role="admin", id="us_1")
    assert answer.status_code == 422
    assert tab.get("/users").status_code == 403


def test_a_lowered_role_counts_from_the_next_request(browser, a_user, local_portal):
    boss, user = browser(), a_user(Role.INTEGRATOR)
    boss.sign_in(a_user())
    tab = browser()
    tab.sign_in(user)
    assert tab.get("/shop/items").status_code == 200
    boss.post(f"/users/{user.id}", form=f"/users/{user.id}", role="viewer")
    assert tab.get("/shop/items").status_code == 303


def test_no_page_may_be_framed_or_run_foreign_script(browser, a_user):
    tab = browser()
    tab.sign_in(a_user())
    for path in ("/", "/sign-in", "/users", "/nowhere", "/shop/items"):
        headers = tab.get(path).headers
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "private, no-store"


def test_links_hold_no_host(browser, a_user):
    tab = browser(host="evil.example")
    assert "evil.example" not in tab.get("/sign-in").text
    assert "evil.example" not in tab.get("/").headers["location"]


def test_text_from_a_record_is_shown_as_text(browser, a_user):
    tab = browser()
    tab.sign_in(a_user())
    page = tab.get("/shop/items").text
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_htmx_gets_the_block_it_asks_for(browser, a_user):
    tab = browser()
    tab.sign_in(a_user())
    part = tab.get("/shop/items", headers={"hx-request": "true"}).text
    assert part.lstrip().startswith('<div class="grid-box" id="grid"')
    assert "<html" not in part


def test_a_refusal_is_a_page_for_a_person(browser, a_user):
    tab = browser()
    tab.sign_in(a_user(Role.VIEWER))
    refused = tab.get("/users")
    assert refused.status_code == 403
    assert "You may not do this" in refused.text
    missing = tab.get("/nowhere")
    assert "There is nothing here" in missing.text
    assert 'class="side"' in missing.text
    assert 'class="side"' not in browser().get("/nowhere").text


def test_theme_and_language_last(browser, a_user):
    tab = browser()
    tab.sign_in(a_user())
    changed = tab.post(
        "/preferences", form="/account", theme="dark", language="ru", next="/account"
    )
    assert changed.headers["location"] == "/account"
    page = tab.get("/account").text
    assert '<html lang="ru" data-theme="dark">' in page
    assert "Ваша учётная запись" in page


def test_the_language_of_a_stranger_comes_from_the_browser(browser):
    assert (
        '<html lang="es"' in browser(**{"accept-language": "fr, es-PE;q=0.8"}).get("/sign-in").text
    )


def test_two_languages_at_once_do_not_mix(browser):
    one, other = browser(**{"accept-language": "es"}), browser(**{"accept-language": "ro"})
    for _ in range(3):
        assert "Contraseña" in one.get("/sign-in").text
        assert "Parolă" in other.get("/sign-in").text


def test_a_new_user_is_shown_a_password_once_and_signs_in_with_it(browser, a_user):
    boss = browser()
    boss.sign_in(a_user())
    page = boss.post("/users", form="/users/new", name="Ana", email="ana@x.es", role="sales")
    assert page.status_code == 201
    password = page.text.split("data-copy-source>")[1].split("<")[0]
    tab = browser()
    assert tab.sign_in("ana@x.es", password).status_code == 303
    changed = tab.post(
        "/account/password",
        form="/account",
        current=password,
        new="a-better-password-of-mine",
        again="a-better-password-of-mine",
    )
    assert changed.headers["location"] == "/account"
    assert "Password changed" in tab.get("/account").text
    assert "Password changed" not in tab.get("/account").text


def test_what_was_typed_wrong_is_said_at_the_field(browser, a_user):
    boss = browser()
    boss.sign_in(a_user())
    page = boss.post("/users", form="/users/new", name="Ana", email="no address", role="sales")
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text.replace("aria-invalid=true", 'aria-invalid="true"')
    assert "Write an e-mail address." in page.text
    assert 'value="Ana"' in page.text


def test_a_key_is_made_shown_once_and_revoked_in_pages(browser, a_user):
    boss = browser()
    boss.sign_in(a_user())
    page = boss.post("/keys", form="/keys/new", name="Shop", role="clerk", scopes="", days="")
    secret = page.text.split("data-copy-source>")[1].split("<")[0]
    listed = boss.get("/keys").text
    assert secret not in listed
    path = listed.split('href="/keys/ak_')[1].split('"')[0]
    bearer = {"authorization": f"Bearer {secret}"}
    assert browser().get("/shop/api/v1/items", headers=bearer).status_code == 200
    boss.post(f"/keys/ak_{path}/revoke", form=f"/keys/ak_{path}")
    assert browser().get("/shop/api/v1/items", headers=bearer).status_code == 401
