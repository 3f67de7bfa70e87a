import random
from datetime import UTC, datetime, timedelta

import pytest

from ground.notices import BadSignature, new_secret, sign, verify

SECRET = "whsec_aHViLXRlc3Qtc2VjcmV0"
BODY = '{"id":"C-1","name":"ACME é"}'.encode()
AT = datetime.fromtimestamp(1700000000, UTC)
SIGNATURE = "v1,dh8FiLni+3P7z+w36/1AZ2caemIS577MCMEg8tRxTa0="


@pytest.fixture
def headers():
    return sign([SECRET], "msg_1", AT, BODY)


@pytest.mark.parametrize(
    ("secret", "notice_id", "seconds", "body", "signature"),
    [
        (SECRET, "msg_1", 1700000000, BODY, SIGNATURE),
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
    ],
    ids=["own", "known"],
)
def test_signatures_are_those_of_the_known_vectors(secret, notice_id, seconds, body, signature):
    at = datetime.fromtimestamp(seconds, UTC)
    signed = sign([secret], notice_id, at, body)
    assert signed == {
        "webhook-id": notice_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature,
    }
    assert verify(signed, body, [secret], at) == notice_id


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_a_delivery_is_believed_within_five_minutes(headers, seconds):
    assert verify(headers, BODY, [SECRET], AT + timedelta(seconds=seconds)) == "msg_1"


@pytest.mark.parametrize("seconds", [-301, 301, 10**9])
def test_a_delivery_out_of_its_time_is_refused(headers, seconds):
    with pytest.raises(BadSignature):
        verify(headers, BODY, [SECRET], AT + timedelta(seconds=seconds))


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("value", [None, "", "\u00e9", "msg.1", "-1700000000", "1e30", "v1,"])
def test_a_delivery_without_a_usable_header_is_refused(headers, name, value):
    changed = {key: each for key, each in headers.items() if key != name}
    if value is not None:
        changed[name] = value
    with pytest.raises(BadSignature):
        verify(changed, BODY, [SECRET], AT)


@pytest.mark.parametrize(
    "body",
    [BODY[:-1] + b" }", BODY.replace(b":", b": "), b"", b"\xff\xfe", BODY + b"\n"],
    ids=["byte", "spaces", "empty", "binary", "more"],
)
def test_another_body_is_refused(headers, body):
    with pytest.raises(BadSignature):
        verify(headers, body, [SECRET], AT)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00"], ids=["empty", "binary"])
def test_any_bytes_can_be_signed(body):
    assert verify(sign([SECRET], "n", AT, body), body, [SECRET], AT) == "n"


def test_another_secret_and_no_secret_are_refused(headers):
    for secrets in ([new_secret(random.Random(1))], []):
        with pytest.raises(BadSignature):
            verify(headers, BODY, secrets, AT)


def test_another_id_or_time_is_refused(headers):
    for change in ({"webhook-id": "msg_2"}, {"webhook-timestamp": "1700000001"}):
        with pytest.raises(BadSignature):
            verify(headers | change, BODY, [SECRET], AT)


def test_one_fitting_signature_among_several_is_enough(headers):
    many = f"v1,AAAA v1a,{SIGNATURE[3:]} {SIGNATURE}"
    assert verify(headers | {"webhook-signature": many}, BODY, [SECRET], AT) == "msg_1"


@pytest.mark.parametrize("form", ["v1a,{}", "v2,{}", "{}", "V1,{}", "v1={}"])
def test_a_signature_of_another_form_is_refused(headers, form):
    changed = headers | {"webhook-signature": form.format(SIGNATURE[3:])}
    with pytest.raises(BadSignature):
        verify(changed, BODY, [SECRET], AT)


def test_the_names_of_headers_have_no_case(headers):
    shouted = {name.upper(): value for name, value in headers.items()}
    assert verify(shouted, BODY, [SECRET], AT) == "msg_1"


def test_a_receiver_can_change_over_from_one_secret_to_the_next():
    old, new = new_secret(random.Random(1)), new_secret(random.Random(2))
    signed = sign([new, old], "n", AT, BODY)
    assert verify(signed, BODY, [old], AT) == verify(signed, BODY, [new], AT) == "n"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_***", "whsec_é"])
def test_a_secret_that_is_none_is_our_own_mistake(headers, secret):
    with pytest.raises(ValueError, match="whsec_"):
        verify(headers, BODY, [secret], AT)


def test_a_new_secret_has_32_bytes_of_its_own():
    rng = random.Random(3)
    first, second = new_secret(rng), new_secret(rng)
    assert first != second
    assert len(first) == len("whsec_") + 44
