"""The hub's REST over a real server, behind the portal."""

import json
from collections import defaultdict
from dataclasses import replace

import httpx
import pytest

from ground.database import open_database
from ground.door import SafeHttp
from hub.app import create_app
from hub.effects import store as effects
from hub.effects.model import NewEffect
from hub.events import store as events
from hub.events.model import Decided, NewEvent, NewNotice
from hub.events.rules import Outcome
from hub.start import open_hub
from master_data.tables import METADATA
from portal import Portal, Role
from portal.tables import METADATA as PORTAL_METADATA
from tests.hub.conftest import SECRET
from tests.hub.test_webhooks import a_notice, signature

REACHABLE = {"/api/openapi.json"}


class Mounted:
    """The app at /hub behind the portal's security, as in one server."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app(scope | {"root_path": "/hub"}, receive, send)


@pytest.fixture
def site(live_env, hub_settings, serve, tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/portal.db", schema="portal")
    database.create_all(PORTAL_METADATA)
    live_env.db.create_all(METADATA)
    env = replace(live_env, http=SafeHttp(clock=live_env.clock))
    made = Site(env, hub_settings, Portal(live_env.with_db(database)), serve)
    yield made
    made.close()
    database.close()


class Site:
    """A hub with one added connection, a server, and one client per role."""

    def __init__(self, env, settings, portal, serve):
        self.hub = open_hub(settings, env, portal)
        self.app = create_app(self.hub)
        self.port = serve(portal.security(Mounted(self.app)))
        self.portal = portal
        self.clients = {}

    def as_(self, role):
        if role not in self.clients:
            secret = self.portal.create_key(str(role), role).secret if role else None
            headers = {"authorization": f"Bearer {secret}"} if secret else {}
            base_url = f"http://127.0.0.1:{self.port}/hub/api/v1"
            self.clients[role] = httpx.Client(base_url=base_url, headers=headers, timeout=60)
        return self.clients[role]

    @property
    def integrator(self):
        return self.as_(Role.INTEGRATOR)

    @property
    def viewer(self):
        return self.as_(Role.VIEWER)

    def close(self):
        for client in self.clients.values():
            client.close()

    def add(self, **more):
        fields = {
            "id": "crm",
            "system": "simple_crm",
            "title": "The CRM",
            "base_url": "https://crm.example",
            "key": "key-of-the-crm",
        }
        return self.integrator.post("/connections", json=fields | more)


def an_event(site, number, **more):
    fields = {"connection": "crm", "object_type": "customers", "external_id": f"cu_{number}"}
    return NewEvent(id=site.hub.env.ids.new("ev"), **(fields | more))


def stored_events(site, *new):
    site.hub.db.write(lambda c: events.insert(c, new, site.hub.db.now(c)))
    return new


def test_connection_is_added_and_never_shows_its_secrets(site):
    added = site.add(webhook_secret=SECRET)
    assert added.status_code == 201
    shown = site.viewer.get("/connections/crm")
    assert shown.json() == added.json()
    assert (shown.json()["state"], shown.json()["takes_notices"]) == ("onboarding", True)
    everything = added.text + shown.text + site.viewer.get("/connections").text
    assert "key-of-the-crm" not in everything
    assert SECRET not in everything
    assert "cipher" not in everything


def test_connection_added_over_rest_takes_notices_at_once(site, serve):
    from hub.webhooks.api import WebhookRoute

    site.add(webhook_secret=SECRET)
    raw = json.dumps(a_notice()).encode()
    headers = signature(raw) | {"content-type": "application/json"}
    url = f"http://127.0.0.1:{serve(WebhookRoute(site.hub))}/hub/webhooks/crm"
    assert httpx.post(url, content=raw, headers=headers).status_code == 202
    assert site.viewer.get("/balance").json()["total"]["undecided"] == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 409),
        ({"id": "erp", "system": "nothing"}, 422),
        ({"id": "erp", "base_url": "file:///etc/passwd"}, 422),
        ({"id": "The CRM"}, 422),
        ({"id": "erp", "state": "live"}, 422),
        ({"id": "erp", "health": "ok"}, 422),
    ],
)
def test_connection_that_cannot_be_is_refused(site, change, status):
    site.add()
    answer = site.add(**change)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_state_changes_only_as_it_may(site):
    site.add()
    assert site.integrator.post("/connections/crm/approve").json()["state"] == "live"
    assert site.integrator.post("/connections/crm/approve").status_code == 409
    assert site.integrator.post("/connections/crm/pause").json()["state"] == "paused"
    assert site.integrator.post("/connections/crm/resume").json()["state"] == "live"
    assert site.integrator.post("/connections/crm/explode").status_code == 422
    assert site.integrator.post("/connections/nobody/pause").status_code == 404


def test_system_that_does_not_answer_is_a_bad_gateway(site):
    site.add(base_url="http://127.0.0.1:9")
    answer = site.integrator.post("/connections/crm/check")
    assert answer.status_code == 502
    assert answer.json()["detail"]


def test_reconcile_asks_for_a_full_listing(site):
    site.add()
    answer = site.integrator.post("/connections/crm/reconcile")
    assert answer.status_code == 202
    polls = site.viewer.get("/connections/crm/polls").json()["items"]
    assert "customers" in {each["object_type"] for each in polls}
    assert all(each["full_since"] for each in polls)


def test_a_system_that_cannot_be_compared_says_why(site):
    site.add(base_url="http://127.0.0.1:9")
    path = "/connections/crm/comparison"
    answer = site.integrator.get(path, params={"object_type": "customers"})
    assert answer.status_code == 502
    assert answer.json()["detail"]
    assert site.integrator.get(path, params={"object_type": "spaceships"}).status_code == 404
    assert site.viewer.get(path, params={"object_type": "customers"}).status_code == 403


def test_events_are_listed_newest_first_and_page_by_page(site):
    new = stored_events(site, *(an_event(site, number) for number in range(5)))
    first = site.viewer.get("/events", params={"limit": 3}).json()
    rest = site.viewer.get("/events", params={"limit": 3, "after": first["next"]}).json()
    listed = [each["id"] for each in first["items"] + rest["items"]]
    assert listed == [each.id for each in reversed(new)]
    assert rest["next"] is None
    one = site.viewer.get(f"/events/{new[0].id}").json()
    assert (one["external_id"], one["outcome"]) == ("cu_0", None)


def test_events_are_filtered_by_outcome(site):
    new = stored_events(site, *(an_event(site, number) for number in range(3)))
    decided = Decided(new[0].id, Outcome.APPLIED, "gr_1")
    site.hub.db.write(lambda c: events.settle(c, [decided], site.hub.db.now(c)))

    def listed(**filters):
        params = {f"filter[{name}]": value for name, value in filters.items()}
        return {each["id"] for each in site.viewer.get("/events", params=params).json()["items"]}

    assert listed(outcome="applied") == {new[0].id}
    assert listed(outcome="undecided") == {new[1].id, new[2].id}
    assert listed(golden_id="gr_1") == {new[0].id}
    assert listed(connection="erp") == set()


def test_effects_are_filtered_by_one_state_or_several(site):
    same = {"connection": "crm", "object_type": "customers", "operation": "update", "reason": "crm"}
    new = [
        NewEffect(id=f"ef_{n}", crossref_id=f"cr_{n}", golden_id=f"gr_{n}", lane=f"ln_{n}", **same)
        for n in range(3)
    ]
    site.hub.db.write(lambda c: effects.plan(c, new, site.hub.db.now(c)))

    def listed(*states):
        return site.viewer.get("/effects", params={"filter[state]": list(states)})

    assert [each["id"] for each in listed("planned").json()["items"]] == ["ef_2", "ef_1", "ef_0"]
    assert len(listed("sent", "planned").json()["items"]) == 3
    assert listed("sent", "unknown").json()["items"] == []
    assert listed("plannned").status_code == 422


@pytest.mark.parametrize("after", ["x", "bm90IGpzb24", "WzFd", "WyJhIiwiYiJd"])
def test_cursor_of_another_list_is_refused(site, after):
    assert site.viewer.get("/events", params={"after": after}).status_code == 400


@pytest.mark.parametrize("limit", ["0", "501", "many"])
def test_limit_out_of_bounds_is_refused(site, limit):
    assert site.viewer.get("/events", params={"limit": limit}).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/events/ev_1",
        "/effects/ef_1",
        "/conflicts/cf_1",
        "/golden/customers/gr_1",
        "/connections/nobody",
        "/connections/nobody/polls",
        "/mappings/nobody/customers",
    ],
)
def test_what_is_not_there_is_not_found(site, path):
    assert site.viewer.get(path).status_code == 404


def test_balance_is_drawn_up_over_all_and_per_connection(site):
    site.add()
    stored_events(site, an_event(site, 1), an_event(site, 2, connection="erp"))
    broken = an_event(site, 3, outcome=Outcome.REJECTED, detail={"reason": "no id"})
    notice = NewNotice(site.hub.env.ids.new("no"), "crm", "n1", "{}", (broken,))
    site.hub.db.write(lambda c: events.accept(c, [notice], site.hub.db.now(c)))
    sheet = site.viewer.get("/balance").json()
    total = sheet["total"]
    assert (total["received"], total["closed"], total["undecided"]) == (3, 1, 2)
    assert total["even"]
    assert sheet["connections"]["crm"]["received"] == 2
    assert sheet["oldest_undecided_at"]


def test_mappings_in_force_are_shown_with_their_document(site):
    site.add()
    listed = site.viewer.get("/mappings").json()["items"]
    assert {"connection": "crm", "object_type": "customers", "entity": "customer"}.items() <= (
        next(each for each in listed if each["object_type"] == "customers").items()
    )
    one = site.viewer.get("/mappings/crm/customers").json()
    assert "customer" in one["text"]
    assert "name" in one["inbound"]


@pytest.mark.parametrize(
    "path", ["/effects", "/conflicts", "/golden/customers", "/golden/products"]
)
def test_lists_of_an_empty_hub_are_empty(site, path):
    assert site.viewer.get(path).json() == {"items": [], "next": None}


def routes(site):
    for path, methods in site.app.openapi()["paths"].items():
        for method in methods:
            yield method.upper(), path.removeprefix("/api/v1")


def filled(path):
    names = {"connection_id": "crm", "action": "pause", "collection": "customers"}
    return path.format_map(defaultdict(lambda: "x", names))


def test_no_route_answers_without_a_key(site):
    for method, path in routes(site):
        if path not in REACHABLE:
            answer = site.as_(None).request(method, filled(path))
            assert answer.status_code == 401, (method, path)


def test_viewer_writes_nothing(site):
    site.add()
    for method, path in routes(site):
        if method != "GET":
            answer = site.viewer.request(method, filled(path), json={})
            assert answer.status_code == 403, (method, path)


def test_failing_connection_shows_since_when_and_why(site):
    site.add()
    from connectors.errors import RetryLater
    from hub.connections.service import report_failure

    report_failure(site.hub, "crm", RetryLater(None, "no answer"))
    shown = site.viewer.get("/connections/crm").json()
    assert (shown["health"], shown["health_reason"]) == ("down", "no answer")
    assert shown["failing_since"]


def test_what_a_delete_does_is_set_per_connection(site):
    site.add()
    answer = site.integrator.put("/connections/crm/on-delete", json={"policy": "deactivate"})
    assert answer.status_code == 200
    assert site.hub.connection("crm").settings["on_delete"] == "deactivate"
    wrong = site.integrator.put("/connections/crm/on-delete", json={"policy": "burn"})
    assert wrong.status_code == 422


def test_a_fuse_that_has_not_blown_takes_no_answer(site):
    site.add()
    assert site.viewer.get("/fuses").json()["items"] == []
    answer = site.as_(Role.ADMIN).post("/connections/crm/fuse", json={"answer": "allow"})
    assert answer.status_code == 409


def test_figures_are_for_this_machine_or_a_key(site):
    site.add()
    bare = httpx.get(f"http://127.0.0.1:{site.port}/hub/metrics")
    assert bare.status_code == 200
    assert "rectoverso_connection_up" in bare.text
    proxied = httpx.get(
        f"http://127.0.0.1:{site.port}/hub/metrics", headers={"x-forwarded-for": "203.0.113.9"}
    )
    assert proxied.status_code == 401


def test_alerts_hours_and_the_audit_are_told(site):
    assert site.viewer.get("/alerts").json()["items"] == []
    assert site.viewer.get("/balance/hours").json()["items"] == []
    assert site.viewer.get("/audit").json()["broken"] == []
