from datetime import timedelta

import httpx
import pytest

from connectors.contract import (
    GoneRecord,
    OutcomeUnknown,
    Refused,
    StaleRecord,
    TryLater,
    Write,
    Written,
)
from connectors.errors import BatchRefused, NotAuthorised, NotUnderstood, RetryLater

CREATE = Write("cr_1", None, {"name": "A"}, None)
UPDATE = Write("cr_2", "cu_2", {"name": "B"}, "7")


@pytest.fixture
def write(a_connector, clock):
    def call(*writes, **keys):
        not_after = clock.now() + timedelta(minutes=1)
        return a_connector(**keys).write("customers", writes, not_after)

    return call


def test_a_batch_carries_client_key_for_creates_and_version_for_updates(write, peer):
    peer.say(200, {"results": []})
    write(CREATE, UPDATE)
    assert peer.asked() == [
        {
            "items": [
                {"values": {"name": "A"}, "external_ref": "cr_1"},
                {"values": {"name": "B"}, "id": "cu_2", "if_match": "7"},
            ]
        }
    ]
    assert str(peer.requests[0].url) == "http://127.0.0.1/api/v1/customers/bulk"
    assert peer.requests[0].headers["authorization"] == "Token s3cret"


def test_a_good_batch_is_read_item_by_item(write, peer):
    problem = {"title": "Wrong", "errors": [{"field": "name", "reason": "too short"}]}
    peer.say(
        200,
        {
            "results": [
                {"status": 201, "id": "cu_1", "version": 1, "changed": True, "record": {"id": "1"}},
                {"status": 422, "problem": problem},
            ]
        },
    )
    assert write(CREATE, UPDATE) == [
        Written("cu_1", "1", {"id": "1"}, exclusive=True, changed=True),
        Refused("Wrong", {"name": "too short"}),
    ]


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (400, Refused("why", {})),
        (403, Refused("why", {})),
        (404, GoneRecord()),
        (409, Refused("why", {})),
        (410, GoneRecord()),
        (412, StaleRecord()),
        (418, Refused("why", {})),
        (422, Refused("why", {})),
        (423, TryLater(None, "why")),
        (429, TryLater(None, "why")),
        (500, TryLater(None, "why")),
        (504, OutcomeUnknown("why")),
        (302, OutcomeUnknown("why")),
    ],
)
def test_the_status_of_an_item_says_what_became_of_it(write, peer, status, result):
    peer.say(207, {"results": [{"status": status, "problem": {"detail": "why"}}]})
    assert write(UPDATE) == [result]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, BatchRefused),
        (413, BatchRefused),
        (401, NotAuthorised),
        (403, NotAuthorised),
        (404, NotUnderstood),
        (405, NotUnderstood),
        (301, NotUnderstood),
        (429, RetryLater),
        (500, RetryLater),
        (503, RetryLater),
    ],
)
def test_a_failure_of_the_whole_request_is_no_record_s_fault(write, peer, status, error):
    peer.say(status, {"detail": "why"}, headers={"retry-after": "7"})
    with pytest.raises(error, match="why") as caught:
        write(CREATE, UPDATE)
    if error is RetryLater:
        assert caught.value.after == 7.0


@pytest.mark.parametrize("failure", [httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")])
def test_a_lost_answer_leaves_every_record_unknown(write, peer, failure):
    peer.fail(failure)
    assert [type(one) for one in write(CREATE, UPDATE)] == [OutcomeUnknown, OutcomeUnknown]


def test_a_gateway_timeout_leaves_every_record_unknown(write, peer):
    peer.say(504, body=b"<html>Gateway Timeout</html>")
    assert write(CREATE) == [OutcomeUnknown("status 504")]


def test_a_request_that_did_not_go_out_may_go_later(write, peer):
    peer.fail(httpx.ConnectError("refused"))
    assert [type(one) for one in write(CREATE, UPDATE)] == [TryLater, TryLater]


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"results": {}}', b'{"results": [{"id": "cu_1"}]}', b'[{"a": 1}]']
)
def test_a_good_answer_without_results_leaves_every_record_unknown(write, peer, body):
    peer.say(200, body=body)
    assert [type(one) for one in write(CREATE, UPDATE)] == [OutcomeUnknown, OutcomeUnknown]


def test_a_created_record_without_id_is_unknown(write, peer):
    peer.say(200, {"results": [{"status": 201, "version": 1}]})
    assert [type(one) for one in write(CREATE)] == [OutcomeUnknown]


def test_without_upsert_a_broken_create_may_have_landed(write, peer):
    bulk = {"path": "{path}/bulk", "upsert": False}
    peer.say(502, {"detail": "why"})
    assert write(CREATE, bulk=bulk) == [OutcomeUnknown("why")]
    with pytest.raises(RetryLater):
        write(UPDATE, bulk=bulk)


def test_the_manifest_s_own_rules_come_first(write, peer):
    rules = [
        {
            "status": ["409"],
            "scope": "item",
            "path": "code",
            "matches": "^VERSION",
            "outcome": "stale",
        },
        {
            "status": ["403"],
            "scope": "request",
            "path": "code",
            "matches": "LIMIT",
            "outcome": "later",
        },
    ]
    peer.say(200, {"results": [{"status": 409, "problem": {"code": "VERSION_1"}}]})
    assert write(UPDATE, errors=rules) == [StaleRecord()]
    peer.say(200, {"results": [{"status": 409, "problem": {"code": "NAME"}}]})
    peer.answers.pop(0)
    assert write(UPDATE, errors=rules) == [Refused("status 409", {})]
    peer.say(403, {"code": "REQUEST_LIMIT_EXCEEDED"})
    peer.answers.pop(0)
    with pytest.raises(RetryLater):
        write(UPDATE, errors=rules)


def test_a_problem_about_one_field_names_it(write, peer):
    problem = {"detail": "kept", "field": "terms", "text": "The ERP keeps it."}
    peer.say(200, {"results": [{"status": 409, "problem": problem}]})
    rule = {"one_field": "field", "one_reason": "text"}
    assert write(UPDATE, problem=rule) == [Refused("kept", {"terms": "The ERP keeps it."})]


def test_nothing_to_write_asks_nobody(write, peer):
    assert write() == []
    assert peer.requests == []


def test_decimals_come_as_text(write, peer):
    peer.say(200, body=b'{"results": [{"status": 200, "id": "a", "record": {"price": 12.50}}]}')
    (result,) = write(UPDATE)
    assert result.record == {"price": "12.50"}


def test_an_answer_too_large_to_read_leaves_every_record_unknown(write, peer):
    peer.say(200, body=b" " * (17 * 1024 * 1024))
    assert [type(one) for one in write(CREATE)] == [OutcomeUnknown]


@pytest.mark.parametrize(("wish", "most"), [(None, 100), (20, 20), (5000, 100), (0, 100)])
def test_a_system_may_bear_smaller_batches_than_its_kind(a_connector, wish, most):
    connector = a_connector(settings={"records_per_write": wish})
    assert connector.capabilities.bulk_write == most


def test_a_system_may_bear_fewer_calls_than_its_kind(a_connector, peer, clock):
    connector = a_connector(settings={"calls_per_second": 2})
    begun = clock.now()
    for _ in range(6):
        peer.say(200, {"results": []})
        connector.write("customers", [UPDATE], begun + timedelta(minutes=1))
    assert clock.now() - begun >= timedelta(seconds=1.5)
