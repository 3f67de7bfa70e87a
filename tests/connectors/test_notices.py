import base64
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import BrokenItem, Change, ChangeKind, ManagedField
from connectors.declarative.signature import sign_standard, verify_standard
from connectors.errors import BadSignature, NotSupported, NotUnderstood, SignatureFault

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STAMP = 1614265330
BODY = b'{"test": 2432232314}'
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": str(STAMP),
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
NOW = datetime.fromtimestamp(STAMP, UTC)


def test_the_public_vector_is_good():
    assert verify_standard(HEADERS, BODY, [SECRET], NOW) == HEADERS["webhook-id"]
    assert sign_standard(SECRET, HEADERS["webhook-id"], STAMP, BODY) == HEADERS["webhook-signature"]


def test_another_vector_with_a_secret_of_text_is_good():
    secret = "whsec_" + base64.b64encode(b"hub-test-secret").decode()
    signed = sign_standard(secret, "msg_1", 1700000000, b"{}")
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1700000000",
        "webhook-signature": f"v1a,zzz v1,!!! {signed}",
    }
    now = datetime.fromtimestamp(1700000000, UTC)
    assert verify_standard(headers, b"{}", [secret], now) == "msg_1"


@pytest.mark.parametrize("secrets", [[], ["whsec_" + "A" * 32], ["not base64!"]])
def test_without_the_secret_nothing_is_believed(secrets):
    with pytest.raises(BadSignature) as caught:
        verify_standard(HEADERS, BODY, secrets, NOW)
    assert caught.value.fault is SignatureFault.WRONG


@pytest.mark.parametrize("stamp", ["", "-5", "1e9", "1614265330.5", "\u0661", "9" * 40])
def test_a_strange_stamp_is_malformed(stamp):
    with pytest.raises(BadSignature) as caught:
        verify_standard(HEADERS | {"webhook-timestamp": stamp}, BODY, [SECRET], NOW)
    assert caught.value.fault is SignatureFault.MALFORMED


def test_five_minutes_are_near_enough():
    late = NOW + timedelta(minutes=5)
    assert verify_standard(HEADERS, BODY, [SECRET], late)


@pytest.fixture
def notices():
    return {"objects": {"Account": "customers"}, "deleted": ["erased", "gone"]}


def test_a_notice_may_use_its_own_words(a_connector, notices):
    item = {
        "object": "Account",
        "id": 7,
        "version": 3,
        "kind": "gone",
        "at": "2026-01-05T10:00:00Z",
        "external_ref": "cr_1",
        "actor": "us_1",
        "record": {"id": 7},
    }
    parsed = a_connector(notices=notices).parse_notice({"changes": [item]})
    at = datetime(2026, 1, 5, 10, tzinfo=UTC)
    kind = ChangeKind.DELETED
    assert parsed == [Change("customers", "7", kind, "3", at, "cr_1", None, "us_1")]


@pytest.mark.parametrize(
    "item",
    [
        None,
        [],
        {"object": "Order", "id": "1", "kind": "x"},
        {"object": "Account", "id": True, "kind": "x"},
        {"object": "Account", "id": "1"},
    ],
)
def test_a_broken_item_says_why(a_connector, notices, item):
    good = {"object": "customers", "id": "1", "kind": "new"}
    parsed = a_connector(notices=notices).parse_notice({"changes": [item, good]})
    assert [type(one) for one in parsed] == [BrokenItem, Change]
    assert parsed[0].reason
    assert parsed[0].item == item


@pytest.mark.parametrize("document", [None, [], "x", {}, {"changes": {}}])
def test_what_is_no_notice_is_not_understood(a_connector, notices, document):
    with pytest.raises(NotUnderstood):
        a_connector(notices=notices).parse_notice(document)


def test_a_system_without_notices_has_none(a_connector):
    connector = a_connector()
    with pytest.raises(NotSupported):
        connector.parse_notice({"changes": []})
    with pytest.raises(NotSupported):
        connector.verify({}, b"", [], NOW)
    with pytest.raises(NotSupported):
        connector.subscribe("http://127.0.0.1/notices")
    with pytest.raises(NotSupported):
        connector.keep_fields("customers", [])


def test_a_subscription_sends_the_address_and_returns_the_secret(a_connector, peer):
    peer.say(201, {"id": "ep_1", "data": {"secret": "whsec_x"}})
    rule = {"path": "/v1/endpoints", "body": {"topics": ["all"]}, "secret": "data.secret"}
    assert a_connector(subscribe=rule).subscribe("http://127.0.0.1/n") == "whsec_x"
    assert peer.asked() == [{"url": "http://127.0.0.1/n", "topics": ["all"]}]


def test_a_subscription_without_secret_is_not_understood(a_connector, peer):
    peer.say(201, {"id": "ep_1"})
    with pytest.raises(NotUnderstood):
        a_connector(subscribe={"path": "/v1/endpoints"}).subscribe("http://127.0.0.1/n")


def test_managed_fields_are_handed_over_as_a_whole(a_connector, peer):
    peer.say(204, body=b"")
    rule = {"path": "/v1/kept/{object}"}
    fields = [ManagedField("terms", "The ERP", "Change it there.")]
    a_connector(managed_fields=rule).keep_fields("customers", fields)
    (request,) = peer.requests
    assert (request.method, request.url.path) == ("PUT", "/api/v1/kept/customers")
    kept = {"field": "terms", "kept_by": "The ERP", "text": "Change it there."}
    assert peer.asked() == [{"fields": [kept]}]
