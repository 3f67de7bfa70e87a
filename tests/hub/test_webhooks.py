"""The attack table over a real server."""

import asyncio
import json
import socket
import statistics
import time
from base64 import b64encode
from collections import deque
from typing import Any

import httpx
import pytest

from connectors.declarative.signature import sign_standard
from connectors.kit.memory import MemorySystem
from ground.env import SystemClock
from hub.connections import store as connections
from hub.connections.rules import mark_of
from hub.events import store
from hub.events.model import NewNotice
from hub.webhooks.api import WebhookRoute
from hub.webhooks.group_commit import GroupCommit
from tests.hub.conftest import SECRET, eventually

OTHER_SECRET = "whsec_" + b64encode(b"another secret of 32 bytes here!").decode()


@pytest.fixture
def open_door(live_env, a_hub, serve):
    """open_door(**changes of settings) -> Door to a real server."""
    opened = []

    def build(**changes):
        hub = a_hub(live_env, **({"max_body": 20_000, "body_seconds": 0.3} | changes))
        opened.append(Door(hub, serve(WebhookRoute(hub))))
        return opened[-1]

    yield build
    for each in opened:
        each.client.close()


@pytest.fixture
def door(open_door):
    return open_door()


class Door:
    """A real server with two connections, and senders who may sign for them."""

    def __init__(self, hub, port):
        self.hub = hub
        self.port = port
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}")
        for name, secrets in (("crm", (SECRET,)), ("erp", (OTHER_SECRET,))):
            twin = MemorySystem(("customers",), SystemClock())
            hub.directory.add(name, twin, secrets=secrets)

    def post(self, body, headers=None, *, to="crm", **signed):
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = signature(raw, **signed) | (headers or {})
        content_type = {"content-type": "application/json"}
        return self.client.post(f"/hub/webhooks/{to}", content=raw, headers=content_type | headers)

    def secrets(self, connection_id="crm"):
        return self.hub.db.read(lambda c: connections.secrets_of(c, connection_id))

    def sheet(self):
        return self.hub.db.read(store.balance_sheet)


def signature(raw, *, name="n1", at=None, secret=SECRET):
    stamp = int(time.time()) if at is None else at
    return {
        "webhook-id": name,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign_standard(secret, name, stamp, raw),
    }


def a_notice(*changes):
    return {"type": "records.changed", "changes": list(changes) or [a_change()]}


def a_change(external_id="cu_1", **more):
    return {
        "object": "customers",
        "id": external_id,
        "version": 7,
        "kind": "changed",
        "at": "2026-01-05T12:00:00Z",
        "external_ref": None,
        "actor": "us_1",
        "record": {"id": external_id, "version": 7, "name": "Ünï Ltd"},
    } | more


def test_signed_notice_is_accepted_and_durable(door):
    answer = door.post(a_notice(a_change("cu_1"), a_change("cu_2")))
    assert answer.status_code == 202
    assert answer.headers["content-type"] == "application/json"
    assert door.sheet().undecided == 2


def test_same_notice_twice_has_one_effect(door):
    body = a_notice()
    assert door.post(body).status_code == 202
    assert door.post(body).status_code == 200
    assert door.sheet().received == 1


def test_same_id_with_another_body_is_a_conflict(door):
    door.post(a_notice())
    answer = door.post(a_notice(a_change("cu_2")))
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert door.sheet().received == 1


def test_broken_item_is_rejected_and_its_neighbours_go_on(door):
    broken = {"object": "customers", "kind": "changed"}
    unmapped = a_change("x1", object="spaceships")
    assert door.post(a_notice(a_change(), broken, unmapped)).status_code == 202
    sheet = door.sheet()
    assert (sheet.received, sheet.closed, sheet.undecided) == (3, 2, 1)


def test_second_secret_is_good_during_rotation(door):
    opened = door.hub.directory.open["crm"]
    door.hub.directory.add("crm", opened.connector.system, secrets=(SECRET, OTHER_SECRET))
    assert door.post(a_notice(), secret=OTHER_SECRET).status_code == 202


UNSIGNED = {
    "wrong secret": {"secret": OTHER_SECRET},
    "too old": {"at": int(time.time()) - 302},
    "from the future": {"at": int(time.time()) + 86_400},
    "id with a dot": {"name": "a.b"},
}


@pytest.mark.parametrize("signed", UNSIGNED.values(), ids=UNSIGNED.keys())
def test_notice_not_signed_with_our_secret_now_is_refused(door, signed):
    assert door.post(a_notice(), **signed).status_code == 401
    assert door.sheet().received == 0


@pytest.mark.parametrize("stamp", ["soon", "-5", "1e30", "", "NaN"])
def test_timestamp_that_is_no_number_is_refused(door, stamp):
    assert door.post(a_notice(), {"webhook-timestamp": stamp}).status_code == 401


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_notice_without_signature_is_refused(door, missing):
    headers = signature(b"{}")
    del headers[missing]
    headers["content-type"] = "application/json"
    answer = door.client.post("/hub/webhooks/crm", content=b"{}", headers=headers)
    assert answer.status_code == 401


def test_signature_of_reserialised_body_is_refused(door):
    document = a_notice()
    signed = signature(json.dumps(document, indent=1).encode())
    assert door.post(document, signed).status_code == 401


def test_asymmetric_signature_of_an_attacker_is_refused(door):
    signed = signature(b"{}")["webhook-signature"].replace("v1,", "v1a,")
    assert door.post(a_notice(), {"webhook-signature": signed}).status_code == 401


def test_secret_of_another_connection_is_refused(door):
    assert door.post(a_notice(), to="erp", secret=SECRET).status_code == 401


def test_unknown_connection_is_refused_like_a_wrong_signature(door):
    unknown = door.post(a_notice(), to="nobody")
    wrong = door.post(a_notice(), secret=OTHER_SECRET)
    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content)
    assert unknown.status_code == 401
    assert set(unknown.headers) == set(wrong.headers)


@pytest.mark.slow  # a few hundred requests, to compare their times
def test_unknown_connection_takes_as_long_as_a_wrong_signature(door):
    body = a_notice(*(a_change(f"cu_{n}") for n in range(60)))
    times: dict[str, list[float]] = {"nobody": [], "crm": []}
    for _ in range(150):
        for to, found in times.items():
            began = time.perf_counter()
            door.post(body, to=to, secret=OTHER_SECRET)
            found.append(time.perf_counter() - began)
    unknown, wrong = (statistics.median(found) for found in times.values())
    assert unknown == pytest.approx(wrong, rel=0.25)


BAD_JSON = {
    "not JSON": b"hello",
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "1e999": b'{"a": 1e999}',
    "duplicate key": b'{"a": 1, "a": 2}',
    "NUL": b'{"a": "\\u0000"}',
    "lone surrogate": b'{"a": "\\ud800"}',
    "huge number": b'{"a": ' + b"9" * 5000 + b"}",
    "depth 65": b'{"a":' * 65 + b"1" + b"}" * 65,
    "not UTF-8": b'{"a": "\xff"}',
    "UTF-16": json.dumps({"a": 1}).encode("utf-16"),
    "not a notice": b'{"hello": "world"}',
    "a list": b"[1, 2, 3]",
    "empty": b"",
}


@pytest.mark.parametrize("body", BAD_JSON.values(), ids=BAD_JSON.keys())
def test_body_that_is_no_strict_json_notice_is_refused(door, body):
    assert door.post(body).status_code == 400
    assert door.sheet().received == 0


def test_signature_is_checked_before_the_body_is_read(door):
    assert door.post(b"hello", secret=OTHER_SECRET).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-encoding": "gzip"},
    ],
)
def test_other_media_and_compression_are_refused(door, headers):
    assert door.post(a_notice(), headers).status_code == 415


def test_other_method_is_refused(door):
    assert door.client.get("/hub/webhooks/crm").status_code == 405


def test_too_large_notice_is_refused_by_its_length(door):
    assert door.post(b"x" * 20_001).status_code == 413


def talk(door, *pieces, pause=0.0):
    with socket.create_connection(("127.0.0.1", door.port), timeout=5) as connection:
        for piece in pieces:
            try:
                connection.sendall(piece)
            except OSError:  # the server has closed: what it said is still to be read
                break
            time.sleep(pause)
        try:
            return connection.recv(1000).partition(b"\r\n")[0]
        except ConnectionResetError:
            return b"reset"


HEAD = b"POST /hub/webhooks/crm HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"


def test_announced_size_is_refused_before_reading_on(door):
    head = HEAD + b"content-length: 20001\r\n\r\n"
    assert b" 413 " in talk(door, head)


def test_endless_chunks_are_refused(door):
    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    head = HEAD + b"transfer-encoding: chunked\r\n\r\n"
    assert b" 413 " in talk(door, head, *[chunk] * 6, pause=0.01)


def test_slow_body_is_given_up(door):
    head = HEAD + b"content-length: 10\r\n\r\n"
    assert b" 408 " in talk(door, head, b"{")


def test_overload_is_answered_with_when_to_come_back(open_door):
    answer = open_door(max_pending=0).post(a_notice())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"


def test_database_that_cannot_store_is_answered_with_when_to_come_back(door):
    door.hub.db.write(lambda c: c.exec_driver_sql("drop table notice"))
    answer = door.post(a_notice())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"


def test_a_secret_tells_when_it_was_last_used(door):
    opened = door.hub.directory.open["crm"]
    door.hub.directory.add("crm", opened.connector.system, secrets=(SECRET, OTHER_SECRET))
    assert door.post(a_notice(), secret=OTHER_SECRET).status_code == 202
    assert eventually(door.secrets)
    (used,) = door.secrets()
    assert used.mark == mark_of(OTHER_SECRET)
    assert used.last_used_at is not None


def test_backlog_of_one_connection_is_told_to_come_later_and_the_other_goes_on(open_door):
    door = open_door(max_backlog=2)
    for number in range(2):
        assert door.post(a_notice(a_change(f"cu_{number}")), name=f"n{number}").status_code == 202

    def refused():
        answer = door.post(a_notice(a_change("cu_9")), name=f"again {time.monotonic_ns()}")
        return answer if answer.status_code == 429 else None

    assert eventually(refused)
    assert refused().headers["retry-after"] == "5"
    body = a_notice()
    other = door.post(body, to="erp", secret=OTHER_SECRET)
    assert other.status_code == 202


def test_bodies_never_take_more_room_than_there_is(open_door):
    door = open_door(max_pending_bytes=500)
    answer = door.post(a_notice(a_change(record={"name": "x" * 1000})))
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert door.sheet().received == 0
    assert door.post(a_notice(), name="small").status_code == 202


def test_a_loud_connection_leaves_room_and_a_share_of_each_group_to_a_quiet_one(live_env, a_hub):
    hub = a_hub(live_env)

    async def crowd():
        group = GroupCommit(hub.db, 10)
        order = []

        async def send(connection, number):
            await group.store(NewNotice(f"{connection}{number}", connection, None, "{}", ()))
            order.append(connection)

        loud = [asyncio.create_task(send("loud", number)) for number in range(6)]
        await asyncio.sleep(0)
        full = group.is_full_for("loud"), group.is_full_for("quiet"), group.is_full
        await asyncio.gather(send("quiet", 0), *loud)
        return full, order

    full, order = asyncio.run(crowd())
    assert full == (True, False, False)
    assert len(order) == 7


def test_groups_take_an_equal_part_of_each_connection():
    nothing: Any = None
    group = GroupCommit(nothing, 10_000)
    for connection, many in (("loud", 1000), ("quiet", 30)):
        group._queues[connection] = deque([(connection, nothing)] * many)  # type: ignore[list-item]
        group._waiting += many
    taken: list[Any] = [connection for connection, _ in group._take()]
    assert len(taken) == 400
    assert taken.count("quiet") == 30
