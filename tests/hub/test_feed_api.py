"""The feed over REST, and posts to a real receiver: signed, retried, given up on."""

import json
from dataclasses import replace

import pytest

from ground.door import SafeHttp
from ground.notices.signing import BadSignature, verify
from hub.feed.service import tell_due
from hub.sealing import store as sealing
from hub.sync.model import Version
from hub.sync.store import write_versions
from master_data import store
from tests.hub.test_api import site  # noqa: F401  the fixture
from tests.master_data.builders import make_golden


class Receiver:
    """Answers with `status`; keeps what it was sent."""

    def __init__(self):
        self.status, self.got = 204, []

    async def __call__(self, scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.got.append((headers, body))
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def told(site, serve, monkeypatch):  # noqa: F811
    """(receiver, its address); changes are told at once, for nobody else writes."""
    monkeypatch.setattr(sealing, "_BEHIND", sealing._BEHIND * 0)
    receiver = Receiver()
    port = serve(receiver)
    http = SafeHttp(allow=(f"127.0.0.1:{port}",), clock=site.hub.env.clock)
    site.hub = replace(site.hub, env=replace(site.hub.env, http=http))
    yield receiver, f"http://127.0.0.1:{port}/hook"
    http.close()


def change(site, number, name):  # noqa: F811
    golden = replace(make_golden({"name": name}), id=f"gr_{number}", version=1)

    def write(connection):
        at = site.hub.db.now(connection)
        store.insert_goldens(connection, [golden], at)
        told = {"name": [name, None, "newest", "", "crm"]}
        write_versions(connection, [Version(golden, told, None, None, actor="person:x")], at)

    site.hub.db.write(write)


def due_now(site):  # noqa: F811
    site.hub.db.write(lambda c: c.exec_driver_sql("update subscriber set due_at = 0"))
    return tell_due(site.hub)


def test_a_subscriber_is_told_by_signed_posts_until_it_takes_them(site, told):  # noqa: F811
    receiver, url = told
    change(site, 1, "before")
    made = site.integrator.post("/subscribers", json={"url": url}).json()
    change(site, 2, "Ibarra")
    receiver.status = 500
    tell_due(site.hub)
    (shown,) = site.integrator.get("/subscribers").json()["items"]
    assert (shown["failures"], shown["answer"], shown["state"]) == (1, "HTTP 500", "active")
    assert made["secret"] not in site.integrator.get("/subscribers").text
    receiver.status = 204
    due_now(site)
    due_now(site)
    assert len(receiver.got) == 2, "once refused, once taken, and not again"
    headers, body = receiver.got[-1]
    verify(headers, body, [made["secret"]], site.hub.env.clock.now())
    (item,) = json.loads(body)["changes"]
    assert (item["id"], item["fields"]) == ("gr_2", {"name": "Ibarra"})
    (shown,) = site.integrator.get("/subscribers").json()["items"]
    assert (shown["failures"], shown["answer"]) == (0, "HTTP 204")


def test_a_secret_is_changed_without_a_gap(site, told):  # noqa: F811
    receiver, url = told
    made = site.integrator.post("/subscribers", json={"url": url}).json()
    new = site.integrator.post(f"/subscribers/{made['id']}/secret").json()
    change(site, 1, "Ibarra")
    due_now(site)
    headers, body = receiver.got[-1]
    for secret in (made["secret"], new["secret"]):
        verify(headers, body, [secret], site.hub.env.clock.now())
    site.integrator.post(f"/subscribers/{made['id']}/secret")
    change(site, 2, "Luna")
    due_now(site)
    headers, body = receiver.got[-1]
    with pytest.raises(BadSignature):
        verify(headers, body, [made["secret"]], site.hub.env.clock.now())


def test_who_wants_no_more_is_left_alone_until_resumed(site, told):  # noqa: F811
    receiver, url = told
    made = site.integrator.post("/subscribers", json={"url": url}).json()
    receiver.status = 410
    change(site, 1, "Ibarra")
    due_now(site)
    due_now(site)
    assert len(receiver.got) == 1
    receiver.status = 200
    assert site.integrator.post(f"/subscribers/{made['id']}/resume").json()["state"] == "active"
    tell_due(site.hub)
    assert len(receiver.got) == 2
    assert site.integrator.delete(f"/subscribers/{made['id']}").status_code == 204
    assert site.integrator.delete(f"/subscribers/{made['id']}").status_code == 404
    change(site, 2, "Luna")
    due_now(site)
    assert len(receiver.got) == 2


def test_the_feed_is_read_with_a_key(site, told):  # noqa: F811
    change(site, 1, "Ibarra")
    page = site.viewer.get("/changes?of=customers").json()
    assert [item["fields"] for item in page["items"]] == [{"name": "Ibarra"}]
    assert site.viewer.get("/changes", params={"after": page["next"]}).json()["items"] == []
    assert site.viewer.get("/changes?of=products").json()["items"] == []
    now = site.viewer.get("/changes?after=now").json()["next"]
    change(site, 2, "Luna")
    (item,) = site.viewer.get("/changes", params={"after": now}).json()["items"]
    assert (item["id"], item["became"], item["erased"]) == ("gr_2", "gr_2", False)
    assert site.viewer.get("/changes?after=nonsense").status_code == 400
    assert site.as_(None).get("/changes").status_code == 401
    assert site.viewer.post("/subscribers", json={"url": told[1]}).status_code == 403
    assert site.integrator.post("/subscribers", json={"url": "ftp://x"}).status_code == 422
