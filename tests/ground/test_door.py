import gzip
import socket
import time
import zlib
from datetime import timedelta

import httpx
import pytest

from ground.door import AnswerLost, AnswerTooLarge, Blocked, NotSent, SafeHttp, TooLate
from ground.env import SystemClock
from tests.ground.peers import OK, always, answer, running

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
def door_to():
    """door_to(peer) -> a door that may call this peer."""
    doors = []

    def open_door(peer, **settings):
        doors.append(SafeHttp(clock=SystemClock(), allow=[peer.place], **settings))
        return doors[-1]

    yield open_door
    for door in doors:
        door.close()


def test_a_request_arrives_as_it_was_meant(door_to):
    with running(always(answer(b"fine", x_a="1", X_A="2"))) as peer:
        response = door_to(peer).request("post", peer.url, headers={"X-Key": "k"}, body=b"{}")
    assert (response.status, response.body, response.headers["x-a"]) == (200, b"fine", "1, 2")
    head, _, body = peer.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /hooks?a=1 HTTP/1.1"
    assert set(lines[1:]) == {
        f"Host: {peer.place}",
        "user-agent: rectoverso",
        "x-key: k",
        "accept-encoding: identity",
        "content-length: 2",
    }
    assert body == b"{}"


def test_a_name_is_resolved_and_pinned_and_stays_in_the_host_header(door_to):
    with running(always(OK)) as peer:
        door = door_to(peer)
        port = peer.server_address[1]
        door._guard._resolve = lambda host, port, within: ["127.0.0.1"]
        door.request("GET", f"http://crm.example:{port}/")
    assert f"Host: crm.example:{port}".encode() in peer.requests[0]


def test_a_name_that_moves_inside_is_refused_although_a_connection_is_open(door_to):
    with running(always(OK)) as peer:
        door = door_to(peer)
        places = [["127.0.0.1"], ["127.0.0.2"]]
        door._guard._resolve = lambda host, port, within: places.pop(0)
        url = f"http://crm.example:{peer.server_address[1]}/"
        assert door.request("GET", url).status == 200
        with pytest.raises(Blocked):
            door.request("GET", url)
    assert len(peer.requests) == 1


def test_a_redirect_is_an_answer_and_is_not_followed(door_to):
    with running(always(OK)) as inside:
        moved = answer(status="302 Found", location=inside.url)
        with running(always(moved)) as peer:
            door = door_to(peer)
            assert door.request("GET", peer.url).status == 302
            with door.client() as client:
                assert client.get(peer.url).status_code == 302
    assert inside.requests == []


def test_the_environment_does_not_choose_the_way(door_to, monkeypatch):
    with running(always(OK)) as proxy, running(always(OK)) as peer:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{proxy.place}")
        door = door_to(peer)
        door.request("GET", peer.url)
        with door.client() as client:
            client.get(peer.url)
    assert (len(proxy.requests), len(peer.requests)) == (0, 2)


def test_an_answer_that_drips_ends_with_the_deadline(door_to):
    def drip(wire, request, number):
        wire.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        for _ in range(200):
            wire.sendall(b".")
            time.sleep(0.02)

    with running(drip) as peer:
        began = time.monotonic()
        with pytest.raises(AnswerLost):
            door_to(peer).request("POST", peer.url, body=b"{}", deadline=0.2)
        assert time.monotonic() - began < 0.4


def test_headers_that_drip_end_with_the_deadline(door_to):
    def drip(wire, request, number):
        for letter in b"HTTP/1.1 200 OK\r\nx-long: " + b"a" * 1000:
            wire.sendall(bytes([letter]))
            time.sleep(0.02)

    with running(drip) as peer, pytest.raises(AnswerLost):
        door_to(peer).request("GET", peer.url, deadline=0.2)


def test_a_peer_that_does_not_read_ends_with_the_deadline(door_to):
    listener = socket.create_server(("127.0.0.1", 0))
    with listener:
        place = f"127.0.0.1:{listener.getsockname()[1]}"
        door = SafeHttp(clock=SystemClock(), allow=[place])
        with pytest.raises(AnswerLost):
            door.request("POST", f"http://{place}/", body=b"x" * 20_000_000, deadline=0.2)


def test_a_refused_connection_reached_nobody():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = f"127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(NotSent):
        SafeHttp(clock=SystemClock(), allow=[place]).request("POST", f"http://{place}/", body=b"")


def test_an_answer_that_never_came_is_lost(door_to):
    with running(lambda wire, request, number: False) as peer, pytest.raises(AnswerLost):
        door_to(peer).request("POST", peer.url, body=b"{}")
    assert len(peer.requests) == 1


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\ncontent-",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 2\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nxx",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * 100_000,
    ],
    ids=["short", "chunks", "head", "protocol", "coding", "gzip", "early", "header"],
)
def test_an_answer_that_cannot_be_read_whole_is_lost(sent, door_to):
    def script(wire, request, number):
        wire.sendall(sent)
        return False

    with running(script) as peer, pytest.raises(AnswerLost):
        door_to(peer).request("POST", peer.url, body=b"{}")


def test_a_truncated_gzip_answer_is_lost(door_to):
    packed = gzip.compress(b"whole" * 100)[:-9]
    with (
        running(always(answer(packed, content_encoding="gzip"))) as peer,
        pytest.raises(AnswerLost),
    ):
        door_to(peer).request("GET", peer.url)


@pytest.mark.parametrize(
    ("coding", "packed"),
    [("gzip", gzip.compress(b"body")), ("deflate", zlib.compress(b"body"))],
    ids=["gzip", "deflate"],
)
def test_an_answer_compressed_unasked_is_inflated(coding, packed, door_to):
    with running(always(answer(packed, content_encoding=coding))) as peer:
        door = door_to(peer)
        assert door.request("GET", peer.url).body == b"body"
        with door.client() as client:
            assert client.get(peer.url).content == b"body"


def test_a_bomb_is_stopped_at_the_cap_in_both_lanes(door_to):
    bomb = gzip.compress(b"\0" * 20_000_000)
    with running(always(answer(bomb, content_encoding="gzip"))) as peer:
        door = door_to(peer)
        with pytest.raises(AnswerTooLarge):
            door.request("GET", peer.url, max_body=1_000_000)
        with door.client(max_body=1_000_000) as client, pytest.raises(AnswerTooLarge):
            client.get(peer.url)


def test_a_body_of_exactly_the_cap_is_taken_and_one_byte_more_is_not(door_to):
    with running(always(answer(b"x" * 1000))) as peer:
        door = door_to(peer)
        assert len(door.request("GET", peer.url, max_body=1000).body) == 1000
        with pytest.raises(AnswerTooLarge) as caught:
            door.request("GET", peer.url, max_body=999)
    assert caught.value.status == 200


def test_an_endless_chunked_answer_is_stopped_at_the_cap(door_to):
    def script(wire, request, number):
        wire.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while True:
            wire.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")

    with running(script) as peer, pytest.raises(AnswerTooLarge):
        door_to(peer).request("GET", peer.url, max_body=100_000)


def test_after_the_last_moment_nothing_is_sent(door_to, clock):
    with running(always(OK)) as peer:
        door = SafeHttp(clock=clock, allow=[peer.place])
        later = clock.now() + timedelta(seconds=1)
        assert door.request("POST", peer.url, body=b"1", not_after=later).status == 200
        clock.advance(1)
        with pytest.raises(TooLate):
            door.request("POST", peer.url, body=b"2", not_after=later)
        door.close()
    assert len(peer.requests) == 1


def test_one_connection_serves_many_requests(door_to):
    with running(always(OK)) as peer:
        door = door_to(peer)
        for _ in range(5):
            assert door.request("POST", peer.url, body=b"{}").body == b"ok"
    assert peer.connections == 1


def test_a_head_and_an_empty_answer_leave_the_connection_usable(door_to):
    def script(wire, request, number):
        head = request.startswith(b"HEAD")
        wire.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n" if head else NO_CONTENT)
        return True

    with running(script) as peer:
        door = door_to(peer)
        assert [door.request(m, peer.url).status for m in ("HEAD", "DELETE", "HEAD")] == [
            200,
            204,
            200,
        ]
    assert peer.connections == 1


NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


def test_a_connection_that_the_peer_closed_meanwhile_is_not_used(door_to):
    def script(wire, request, number):
        wire.sendall(OK)
        wire.shutdown(socket.SHUT_RDWR)

    with running(script) as peer:
        door = door_to(peer)
        for _ in range(3):
            door.request("POST", peer.url, body=b"{}")
            time.sleep(0.02)
    assert (peer.connections, len(peer.requests)) == (3, 3)


def close_at_second(wire, request, number):
    """The peer closes a kept connection just as the second request comes."""
    if number == 2:
        return False
    wire.sendall(OK)
    return True


def test_a_write_on_a_connection_that_dies_is_not_repeated(door_to):
    with running(close_at_second) as peer:
        door = door_to(peer)
        door.request("POST", peer.url, body=b"1")
        with pytest.raises(AnswerLost):
            door.request("POST", peer.url, body=b"2")
    assert len(peer.requests) == 2


def test_a_read_on_a_connection_that_dies_is_repeated_once(door_to):
    with running(close_at_second) as peer:
        door = door_to(peer)
        door.request("GET", peer.url)
        assert door.request("GET", peer.url).status == 200
    assert (len(peer.requests), peer.connections) == (3, 2)


def test_a_read_is_not_repeated_once_its_answer_began(door_to):
    def script(wire, request, number):
        wire.sendall(OK if number == 1 else b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab")
        return number == 1

    with running(script) as peer:
        door = door_to(peer)
        door.request("GET", peer.url)
        with pytest.raises(AnswerLost):
            door.request("GET", peer.url)
    assert len(peer.requests) == 2


def test_a_connection_that_was_idle_for_long_is_not_used(clock):
    with running(always(OK)) as peer:
        door = SafeHttp(clock=clock, allow=[peer.place])
        door.request("GET", peer.url)
        clock.advance(5)
        door.request("GET", peer.url)
        door.close()
    assert peer.connections == 2


@pytest.mark.parametrize(
    "headers",
    [{"x": "a\r\ny: b"}, {"x\r\ny": "a"}, {"x y": "a"}, {"x": "é€"}, {"": "a"}],
    ids=["value", "name", "space", "letters", "empty"],
)
def test_a_header_that_would_break_the_request_is_refused(headers, door_to):
    with running(always(OK)) as peer, pytest.raises(ValueError, match="cannot be sent"):
        door_to(peer).request("GET", peer.url, headers=headers)
    assert peer.connections == 0


def test_the_caller_cannot_set_the_headers_that_frame_a_request(door_to):
    with running(always(OK)) as peer:
        door_to(peer).request(
            "GET", peer.url, headers={"Host": "evil", "Transfer-Encoding": "chunked"}
        )
    assert b"evil" not in peer.requests[0]
    assert b"chunked" not in peer.requests[0]


def test_the_rare_lane_shares_guard_and_connections(door_to):
    with running(always(answer(b'{"a":1}', content_type="application/json"))) as peer:
        door = door_to(peer)
        door.request("GET", peer.url)
        with door.client() as client:
            assert client.post(peer.url, json={"b": 2}).json() == {"a": 1}
            with pytest.raises(Blocked):
                client.get("http://127.0.0.1:1/")
    assert peer.connections == 1
    assert peer.requests[1].endswith(b'{"b":2}')


def test_with_a_transport_both_lanes_go_through_it():
    def handler(request):
        assert request.headers["accept-encoding"] == "identity"
        return httpx.Response(201, headers={"x-m": request.method}, content=request.read())

    door = SafeHttp(clock=SystemClock(), transport=httpx.MockTransport(handler))
    response = door.request("PUT", "https://crm.example/a", body=b"x")
    assert (response.status, response.headers["x-m"], response.body) == (201, "PUT", b"x")
    with door.client() as client:
        assert client.get("https://crm.example/a").status_code == 201
    with pytest.raises(Blocked):
        door.request("GET", "ftp://crm.example/a")
    with pytest.raises(AnswerTooLarge):
        door.request("PUT", "https://crm.example/a", body=b"xx", max_body=1)


def test_respx_routes_apply(respx_mock):
    respx_mock.get("https://crm.example/a").respond(json={"a": 1})
    door = SafeHttp(clock=SystemClock(), transport=httpx.HTTPTransport())
    assert door.request("GET", "https://crm.example/a").body == b'{"a":1}'


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (httpx.ConnectError, NotSent),
        (httpx.ConnectTimeout, NotSent),
        (httpx.ReadTimeout, AnswerLost),
    ],
)
def test_a_transports_failures_say_what_the_caller_may_conclude(failure, error):
    def handler(request):
        raise failure("no")

    door = SafeHttp(clock=SystemClock(), transport=httpx.MockTransport(handler))
    with pytest.raises(error):
        door.request("POST", "https://crm.example/a", body=b"")
