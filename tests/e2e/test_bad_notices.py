"""Notices that must not be taken, and notices with records that cannot be."""

import base64
import hmac
import json
import time
import uuid

import httpx
import pytest

from tests.e2e.installation import is_idle, until

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.timeout(120)]

HUB = "/hub/api/v1"
KEY = b"a key of the story, 32 bytes...."
SECRET = "whsec_" + base64.b64encode(KEY).decode()
WRONG = b"another key of the story, the same length"
GOOD = {"type": "records.changed", "changes": []}
RECORD = {
    "external_ref": None,
    "kind": "organisation",
    "name": "Told Ltd",
    "lifecycle": "prospect",
    "roles": ["customer"],
    "archived": False,
    "addresses": [],
    "contact_points": [],
    "tax_ids": [],
    "other_ids": [],
    "consents": [],
}


@pytest.fixture
def hub(running):
    running.wait_until_ready()
    running.api("integrator").post(f"{HUB}/connections/crm/webhook-secrets", {"secret": SECRET})
    return running.api("steward")


@pytest.fixture
def tell(running):
    """tell(body) -> status of a notice to the CRM's connection, signed unless told otherwise."""

    def send(body, *, key=KEY, connection="crm", content_type="application/json"):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content-type": content_type} | (_signed(body, key) if key else {})
        url = f"{running.url}/hub/webhooks/{connection}"
        return httpx.post(url, content=body, headers=headers).status_code

    return send


def _signed(body, key):
    notice_id, now = f"msg_{uuid.uuid4().hex}", str(int(time.time()))
    signature = hmac.digest(key, f"{notice_id}.{now}.".encode() + body, "sha256")
    return {
        "webhook-id": notice_id,
        "webhook-timestamp": now,
        "webhook-signature": "v1," + base64.b64encode(signature).decode(),
    }


def _with(text):
    return b'{"type": "records.changed", "changes": [], "more": ' + text + b"}"


BAD: dict[str, tuple[dict, int]] = {
    "without a signature": ({"body": GOOD, "key": None}, 401),
    "with a wrong signature": ({"body": GOOD, "key": WRONG}, 401),
    "for an unknown connection": ({"body": GOOD, "connection": "nobody"}, 401),
    "too large": ({"body": b" " * 1_100_000}, 413),
    "as plain text": ({"body": GOOD, "content_type": "text/plain"}, 415),
    "that is not JSON": ({"body": b"changed: everything"}, 400),
    "with NaN": ({"body": _with(b"NaN")}, 400),
    "with a number that is no number": ({"body": _with(b"1e999")}, 400),
    "with a key twice": ({"body": _with(b'{"a": 1, "a": 2}')}, 400),
    "with NUL": ({"body": _with(rb'"\u0000"')}, 400),
    "with a lone surrogate": ({"body": _with(rb'"\ud800"')}, 400),
    "that is no UTF-8": ({"body": _with(b'"\xff"')}, 400),
    "65 deep": ({"body": _with(b"[" * 64 + b"]" * 64)}, 400),
    "that is no notice": ({"body": {"type": "records.changed"}}, 400),
}


@pytest.mark.parametrize("name", BAD)
def test_a_notice_is_refused_and_leaves_nothing(hub, tell, name):
    until(lambda: is_idle(hub), "the hub has nothing to do")
    before = hub.get(f"{HUB}/balance")["total"]
    notice, status = BAD[name]
    assert tell(**notice) == status
    assert hub.get(f"{HUB}/balance")["total"] == before


def test_a_record_that_fails_its_schema_is_rejected_with_the_reason_and_its_neighbour_goes_on(
    hub, tell
):
    bad = RECORD | {"name": ["not", "a", "name"]}
    records = {"cu_bad": bad, "cu_good": RECORD | {"name": "Good Neighbour"}}
    changes = [
        {
            "object": "customers",
            "id": external_id,
            "version": 1,
            "kind": "changed",
            "at": "2026-01-05T12:00:00Z",
            "external_ref": None,
            "actor": "ak_somebody",
            "record": record | {"id": external_id, "version": 1},
        }
        for external_id, record in records.items()
    ]
    assert tell({"type": "records.changed", "changes": changes}) == 202
    until(lambda: is_idle(hub), "the hub has nothing to do")
    events = {each["external_id"]: each for each in hub.every(f"{HUB}/events")}
    assert events["cu_good"]["outcome"] == "applied"
    assert events["cu_bad"]["outcome"] == "rejected"
    assert "name" in events["cu_bad"]["detail"]["fields"]
    assert "name: " in events["cu_bad"]["detail"]["reason"]
    assert hub.get(f"{HUB}/golden/customers", q="Good Neighbour")["items"]
    assert hub.get(f"{HUB}/balance")["total"]["even"]
