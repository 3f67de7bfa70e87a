import json
from datetime import timedelta

import httpx
import pytest

from connectors.contract import Absent, ChangeKind, Health
from connectors.errors import (
    BatchRefused,
    CursorLost,
    NotAuthorised,
    NotUnderstood,
    RetryLater,
)


def a_row(number, second=0, **values):
    stamp = f"2026-01-05T10:00:{second:02}Z"
    return {"id": f"cu_{number}", "version": 1, "updated_at": stamp} | values


def test_a_check_tells_the_skew_of_the_clocks(a_connector, peer, clock):
    ahead = (clock.now() + timedelta(seconds=3)).isoformat()
    peer.say(200, {"app": "Peer", "release": 2, "now": ahead})
    assert a_connector().check() == Health("Peer", "2", 3.0)


def test_a_check_answered_by_a_login_page_is_not_understood(a_connector, peer):
    peer.say(200, body=b"<html>")
    with pytest.raises(NotUnderstood):
        a_connector().check()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, BatchRefused),
        (401, NotAuthorised),
        (404, NotUnderstood),
        (429, RetryLater),
        (500, RetryLater),
        (504, RetryLater),
    ],
)
def test_a_question_that_fails_is_raised(a_connector, peer, status, error):
    peer.say(status, {"detail": "why"})
    with pytest.raises(error, match="why"):
        a_connector().read("customers", ["cu_1"])


@pytest.mark.parametrize("failure", [httpx.ReadTimeout("slow"), httpx.ConnectError("refused")])
def test_a_question_without_answer_may_be_asked_again(a_connector, peer, failure):
    peer.fail(failure)
    with pytest.raises(RetryLater):
        a_connector().changes("customers", None, 10)


def test_the_first_reading_begins_at_the_start(a_connector, peer):
    peer.say(200, {"items": [], "next": None})
    page = a_connector().changes("customers", None, 10)
    assert (page.changes, page.cursor, page.more) == ([], None, False)
    query = dict(peer.requests[0].url.params)
    assert query == {"limit": "10", "updated_since": "1970-01-01T00:00:00Z"}


def test_pages_follow_the_token_and_the_next_reading_overlaps(a_connector, peer):
    connector = a_connector()
    peer.say(200, {"items": [a_row(1, 7)], "next": "t1"})
    peer.say(200, {"items": [a_row(2, 9)], "next": None})
    peer.say(200, {"items": [a_row(2, 9)], "next": None})
    first = connector.changes("customers", None, 1)
    second = connector.changes("customers", first.cursor, 1)
    third = connector.changes("customers", second.cursor, 1)
    assert [first.more, second.more, third.more] == [True, False, False]
    asked = [dict(request.url.params) for request in peer.requests]
    assert asked[1]["after"] == "t1"
    assert asked[1]["updated_since"] == "1970-01-01T00:00:00Z"
    assert "after" not in asked[2]
    assert asked[2]["updated_since"] == "2026-01-05T10:00:04.000000Z"
    assert third.cursor == second.cursor


def test_an_empty_reading_keeps_the_cursor(a_connector, peer):
    connector = a_connector()
    peer.say(200, {"items": [a_row(1, 7)]})
    cursor = connector.changes("customers", None, 10).cursor
    peer.say(200, {"items": []})
    peer.answers.pop(0)
    assert connector.changes("customers", cursor, 10).cursor == cursor


def test_an_older_row_does_not_take_the_cursor_back(a_connector, peer):
    connector = a_connector()
    peer.say(200, {"items": [a_row(1, 30)]})
    cursor = connector.changes("customers", None, 10).cursor
    peer.say(200, {"items": [a_row(2, 26)]})
    peer.answers.pop(0)
    assert connector.changes("customers", cursor, 10).cursor == cursor


def test_a_tombstone_is_a_delete(a_connector, peer):
    row = {"id": "cu_1", "version": 4, "deleted_at": "2026-01-05T10:00:00+01:00"}
    peer.say(200, {"items": [row]})
    (change,) = a_connector().changes("customers", None, 10).changes
    assert change.kind is ChangeKind.DELETED
    assert change.version == "4"
    assert change.changed_at.isoformat() == "2026-01-05T09:00:00+00:00"
    assert change.record is None


def test_a_row_carries_the_client_key(a_connector, peer):
    peer.say(200, {"items": [a_row(1, external_ref="cr_9")]})
    (change,) = a_connector().changes("customers", None, 10).changes
    assert change.client_key == "cr_9"


def test_a_token_that_does_not_move_is_not_followed_for_ever(a_connector, peer):
    connector = a_connector()
    peer.say(200, {"items": [], "next": "t1"})
    cursor = connector.changes("customers", None, 10).cursor
    with pytest.raises(NotUnderstood):
        connector.changes("customers", cursor, 10)


@pytest.mark.parametrize("cursor", ["", "{}", "[]", "7", '{"seen": "x", "since": 1, "next": 2}'])
def test_a_strange_cursor_is_lost(a_connector, cursor):
    with pytest.raises(CursorLost):
        a_connector().changes("customers", cursor, 10)


@pytest.mark.parametrize("document", [{}, {"items": 1}, {"items": [1]}, {"items": [{"name": "x"}]}])
def test_a_strange_list_is_not_understood(a_connector, peer, document):
    peer.say(200, document)
    with pytest.raises(NotUnderstood):
        a_connector().changes("customers", None, 10)


def test_a_page_is_no_longer_than_the_system_allows(a_connector, peer):
    peer.say(200, {"items": []})
    a_connector().changes("customers", None, 10_000)
    assert peer.requests[0].url.params["limit"] == "500"


def test_records_are_read_in_parts(a_connector, peer):
    peer.say(200, {"items": [a_row(2), a_row(1)]})
    peer.say(200, {"items": [{"id": "cu_3", "deleted_at": "2026-01-05T10:00:00Z"}, a_row(9)]})
    connector = a_connector(read={"most": 2, "query": {"limit": "{count}"}})
    found = connector.read("customers", ["cu_1", "cu_2", "cu_3"])
    assert [request.url.params["ids"] for request in peer.requests] == ["cu_1,cu_2", "cu_3"]
    assert [request.url.params["limit"] for request in peer.requests] == ["2", "1"]
    assert list(found) == ["cu_1", "cu_2", "cu_3"]
    assert found["cu_3"] == Absent()
    assert found["cu_1"].record == a_row(1)


def test_a_throttled_connection_waits_as_asked(a_connector, peer, clock):
    connector = a_connector()
    peer.say(429, {}, headers={"retry-after": "30"})
    for _ in range(2):
        with pytest.raises(RetryLater) as caught:
            connector.read("customers", ["cu_1"])
        assert caught.value.after == 30.0
    assert len(peer.requests) == 1
    clock.advance(31)
    peer.say(200, {"items": []})
    peer.answers.pop(0)
    assert connector.read("customers", ["cu_1"]) == {"cu_1": Absent()}


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("Mon, 05 Jan 2026 12:00:09 GMT", 9.0),
        ("Mon, 05 Jan 2026 11:00:00 GMT", 0.0),
        ("Mon, 05 Jan 2026 12:00:09", 9.0),
        ("soon", None),
    ],
)
def test_retry_after_may_be_a_date(a_connector, peer, header, after):
    peer.say(503, {}, headers={"retry-after": header})
    with pytest.raises(RetryLater) as caught:
        a_connector().check()
    assert caught.value.after == after


def test_a_cursor_is_json_of_what_was_seen(a_connector, peer):
    peer.say(200, {"items": [a_row(1, 7)]})
    cursor = a_connector().changes("customers", None, 10).cursor
    assert json.loads(cursor)["seen"] == "2026-01-05T10:00:07+00:00"


def test_an_address_that_our_guard_refuses_is_for_a_person(a_connector, peer):
    peer.say(200, {})
    with pytest.raises(NotAuthorised, match="guard"):
        a_connector(base_url="http://user:word@127.0.0.1/api").check()
    assert peer.requests == []


def test_an_answer_too_large_asks_for_less(a_connector, peer):
    peer.say(200, body=b" " * (17 * 1024 * 1024))
    with pytest.raises(BatchRefused):
        a_connector().changes("customers", None, 500)


def test_a_system_may_forget_its_page_tokens(a_connector, peer):
    rule = {"status": ["400"], "path": "code", "matches": "token", "outcome": "cursor_lost"}
    peer.say(400, {"code": "unknown token"})
    with pytest.raises(CursorLost):
        a_connector(errors=[rule]).changes("customers", None, 10)
