from datetime import timedelta

import httpx
import pytest

from connectors.contract import (
    Delete,
    GoneRecord,
    OutcomeUnknown,
    Refused,
    StaleRecord,
    TryLater,
    Write,
    Written,
)
from connectors.errors import NotAuthorised, NotSupported, RetryLater
from tests.connectors.conftest import SINGLE

CREATE = Write("cr_1", None, {"name": "A"}, None)
UPDATE = Write("cr_2", "cu/2", {"name": "B"}, "7")


@pytest.fixture
def write(a_connector, clock):
    def call(*writes, **keys):
        not_after = clock.now() + timedelta(minutes=1)
        return a_connector(single=SINGLE | keys).write("customers", writes, not_after)

    return call


@pytest.fixture
def delete(a_connector, clock):
    def call(*deletes, **keys):
        not_after = clock.now() + timedelta(minutes=1)
        return a_connector(**keys).delete("customers", deletes, not_after)

    return call


def test_a_create_carries_the_client_key_as_field_and_header(write, peer):
    peer.say(201, {"id": "cu_1", "version": 1, "external_ref": "cr_1"})
    (result,) = write(CREATE)
    assert result.record == {"id": "cu_1", "version": 1, "external_ref": "cr_1"}
    assert (result.external_id, result.version) == ("cu_1", "1")
    assert result.exclusive
    assert result.changed
    (request,) = peer.requests
    assert request.method == "POST"
    assert request.headers["idempotency-key"] == "cr_1"
    assert peer.asked() == [{"name": "A", "external_ref": "cr_1"}]


def test_an_update_carries_the_version_and_an_escaped_id(write, peer):
    peer.say(200, {"id": "cu/2", "version": 8})
    (result,) = write(UPDATE)
    assert result.exclusive
    (request,) = peer.requests
    assert request.method == "PATCH"
    assert str(request.url) == "http://127.0.0.1/api/v1/customers/cu%2F2"
    assert request.headers["if-match"] == '"7"'


def test_the_version_may_come_as_etag_only(write, peer):
    peer.say(204, body=b"", headers={"etag": 'W/"8"'})
    assert write(UPDATE) == [Written("cu/2", "8", None, exclusive=True, changed=True)]


def test_an_unmoved_version_means_nothing_changed(write, peer):
    peer.say(200, {"id": "cu/2", "version": 7})
    (result,) = write(UPDATE)
    assert not result.changed


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (400, Refused("why", {})),
        (404, GoneRecord()),
        (409, Refused("why", {})),
        (412, StaleRecord()),
        (504, OutcomeUnknown("why")),
    ],
)
def test_the_status_says_what_became_of_the_record(write, peer, status, result):
    peer.say(status, {"detail": "why"})
    assert write(UPDATE) == [result]


def test_a_create_answered_without_id_is_unknown(write, peer):
    peer.say(201, {})
    assert [type(one) for one in write(CREATE)] == [OutcomeUnknown]


def test_a_broken_create_may_have_landed(write, peer):
    peer.say(500, {"detail": "why"})
    assert write(CREATE) == [OutcomeUnknown("why")]


def test_a_broken_update_or_safe_create_may_be_sent_again(write, peer):
    peer.say(500, {"detail": "why"})
    with pytest.raises(RetryLater):
        write(UPDATE)
    with pytest.raises(RetryLater):
        write(CREATE, upsert=True)


def test_what_was_written_before_a_failure_keeps_its_result(write, peer):
    peer.say(200, {"id": "cu/2", "version": 8})
    peer.say(503, {"detail": "why"}, headers={"retry-after": "3"})
    first, second, third = write(UPDATE, UPDATE, UPDATE)
    assert isinstance(first, Written)
    assert second == third == TryLater(3.0, "why")
    assert len(peer.requests) == 2


def test_no_way_in_is_told_at_once(write, peer):
    peer.say(401, {"detail": "why"})
    with pytest.raises(NotAuthorised):
        write(UPDATE, UPDATE)


def test_a_lost_answer_leaves_one_record_unknown(write, peer):
    peer.fail(httpx.ReadTimeout("slow"))
    peer.say(200, {"id": "cu/2", "version": 8})
    assert [type(one) for one in write(UPDATE, UPDATE)] == [OutcomeUnknown, Written]


@pytest.mark.parametrize(
    ("status", "result"),
    [(204, GoneRecord()), (404, GoneRecord()), (412, StaleRecord()), (409, Refused("why", {}))],
)
def test_a_delete_says_what_became_of_the_record(delete, peer, status, result):
    peer.say(status, {"detail": "why"})
    assert delete(Delete("cu_1", "3")) == [result]
    assert peer.requests[0].method == "DELETE"
    assert peer.requests[0].headers["if-match"] == '"3"'


def test_a_delete_may_get_lost_too(delete, peer):
    peer.fail(httpx.ReadTimeout("slow"))
    assert [type(one) for one in delete(Delete("cu_1", None))] == [OutcomeUnknown]
    assert "if-match" not in peer.requests[0].headers


def test_a_system_that_deletes_nothing_is_not_asked(delete, peer):
    with pytest.raises(NotSupported):
        delete(Delete("cu_1", None), delete=None)
    assert peer.requests == []
