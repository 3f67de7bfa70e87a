"""The door seen by httpx: its client over our connections, and our requests over its transports."""

import zlib
from collections.abc import Callable, Iterable, Iterator

import httpx

from ground.door.connections import Deadline
from ground.door.errors import AnswerLost, NotSent
from ground.door.exchange import Answer, Request, read_body, sendable
from ground.door.guard import parse_target

_DECODED = frozenset(("content-encoding", "content-length", "transfer-encoding"))
_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)


class RareLane(httpx.BaseTransport):
    """Carries an httpx.Client's requests through the door."""

    def __init__(self, answer: Callable[[Request], Answer], max_body: int) -> None:
        self._answer = answer
        self._max_body = max_body

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer, its body read and inflated; raise DoorError."""
        asked = Request(
            method=request.method,
            target=parse_target(str(request.url)),
            headers=dict(request.headers),
            body=request.read() or None,
            max_body=self._max_body,
        )
        answer = self._answer(asked)
        headers = [(name, value) for name, value in answer.headers if name not in _DECODED]
        return httpx.Response(answer.status, headers=headers, content=answer.body)


def send_through(transport: httpx.BaseTransport, request: Request, end: Deadline) -> Answer:
    """Return the answer that a test's transport gives, by the door's rules."""
    target = request.target
    asked = httpx.Request(
        request.method,
        f"{target.scheme}://{target.authority}{target.path}",
        headers=sendable(request.headers) | {"accept-encoding": "identity"},
        content=request.body,
    )
    try:
        response = transport.handle_request(asked)
        headers = [(name.lower(), value) for name, value in response.headers.multi_items()]
        stream = response.stream
        if not isinstance(stream, httpx.SyncByteStream):
            raise TypeError(stream)
        pieces = _timely(stream, end)
        body = read_body(pieces, response.status_code, dict(headers), request.max_body)
        response.close()
    except _NEVER_LEFT as error:
        raise NotSent(str(error)) from error
    except (httpx.TransportError, httpx.DecodingError, TimeoutError, zlib.error) as error:
        raise AnswerLost(str(error)) from error
    return Answer(response.status_code, headers, body)


def _timely(pieces: Iterable[bytes], end: Deadline) -> Iterator[bytes]:
    for piece in pieces:
        end.left()
        yield piece
    end.left()
