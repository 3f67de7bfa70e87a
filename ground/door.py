"""SafeHttp: the one door out. Every byte to another machine goes through here.

It resolves a name once, checks every address, connects to the checked one, follows no redirect, asks no
proxy and no environment, keeps a total deadline and `not_after`, and takes answers up to a size.
The lean lane stands on http.client; the rare lane is an httpx.Client over the same connections.
"""

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import httpx

from ground.door_errors import AnswerLost, AnswerTooLarge, Blocked, DoorError, NotSent
from ground.door_guard import target_of
from ground.door_lines import Deadline, Lines, exchange, read_body

__all__ = [
    "AnswerLost",
    "AnswerTooLarge",
    "Blocked",
    "DoorError",
    "NotSent",
    "Response",
    "SafeHttp",
]

MAX_BODY = 10 * 1024 * 1024
_REPEATABLE = frozenset({"GET", "HEAD"})
_RARE_DEADLINE = 30.0


class _Clock(Protocol):
    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whatever its status; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class SafeHttp:
    """The door. Thread-safe; `allow` lists private places as "127.0.0.1:8000".

    With `transport` everything goes through httpx and that transport instead (tests).
    """

    def __init__(
        self,
        *,
        allow: Collection[str] = (),
        clock: _Clock,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._clock = clock
        self._lines = Lines(allow, clock.monotonic)
        self._given = httpx.Client(transport=transport, trust_env=False) if transport else None

    def request(  # noqa: PLR0913 - the parts of one request
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        deadline: float = 15.0,
        not_after: datetime | None = None,
        max_body: int = MAX_BODY,
    ) -> Response:
        """Send one request and return its answer; `deadline` is seconds for all of it.

        `not_after`: send only if it is not later than this once connected. `max_body`: decoded bytes.
        Raises Blocked, NotSent, AnswerLost, AnswerTooLarge.
        """
        sent = {"accept-encoding": "identity"} | {k.lower(): v for k, v in (headers or {}).items()}
        _check_headers(sent)
        if self._given is not None:
            return self._through_httpx(self._given, method, url, sent, body, not_after, max_body)
        end = Deadline(self._clock.monotonic() + deadline, self._clock.monotonic)
        try:
            return self._send(method.upper(), url, sent, body, end, not_after, max_body, fresh=False)
        except _Retry:
            return self._send(method.upper(), url, sent, body, end, not_after, max_body, fresh=True)

    def client(self) -> httpx.Client:
        """Return an httpx client whose requests pass this door; for what is rare."""
        transport = _Door(self)
        return httpx.Client(transport=transport, trust_env=False, follow_redirects=False)

    def close(self) -> None:
        """Close idle connections."""
        self._lines.close()
        if self._given is not None:
            self._given.close()

    def _send(  # noqa: PLR0913, PLR0917 - the parts of one request
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline: Deadline,
        not_after: datetime | None,
        max_body: int,
        *,
        fresh: bool,
    ) -> Response:
        target = target_of(url)
        line, used = self._lines.take(target, deadline, fresh=fresh)
        keep = False
        try:
            if not_after is not None and self._clock.now() > not_after:
                raise NotSent("it is too late to send it")
            told = {"host": target.host_header} | dict(headers)
            try:
                answer = exchange(line, (method, target.path), told, body, deadline)
            except AnswerLost as error:
                if used and method in _REPEATABLE:
                    raise _Retry from error
                raise
            found = {name.lower(): value for name, value in answer.getheaders()}
            plain = read_body(line, answer, deadline, max_body)
            keep = not answer.will_close
            return Response(answer.status, found, _decoded(plain, found, max_body))
        finally:
            if keep:
                self._lines.give_back(target, line)
            else:
                line.close()

    def _through_httpx(  # noqa: PLR0913, PLR0917 - the parts of one request
        self,
        client: httpx.Client,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        not_after: datetime | None,
        max_body: int,
    ) -> Response:
        target_of(url)
        if not_after is not None and self._clock.now() > not_after:
            raise NotSent("it is too late to send it")
        try:
            answer = client.request(method, url, headers=dict(headers), content=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            raise NotSent(str(error)) from error
        except httpx.HTTPError as error:
            raise AnswerLost(f"{type(error).__name__}: {error}") from error
        if len(answer.content) > max_body:
            raise AnswerTooLarge(f"the answer is larger than {max_body} bytes")
        return Response(answer.status_code, dict(answer.headers), answer.content)


class _Retry(Exception):  # noqa: N818 - it never leaves this module
    """A kept connection turned out dead under a request that may be repeated."""


class _Door(httpx.BaseTransport):
    """httpx over the same connections and checks."""

    def __init__(self, door: SafeHttp) -> None:
        self._door = door

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request of a client."""
        timeout = request.extensions.get("timeout", {})
        headers = {k: v for k, v in request.headers.items() if k not in {"host", "accept-encoding"}}
        try:
            answer = self._door.request(
                request.method,
                str(request.url),
                headers=headers,
                body=request.read() or None,
                deadline=timeout.get("read") or _RARE_DEADLINE,
            )
        except (Blocked, NotSent) as error:
            raise httpx.ConnectError(str(error), request=request) from error
        except DoorError as error:
            raise httpx.ReadError(str(error), request=request) from error
        told = [(k, v) for k, v in answer.headers.items() if k not in _HOP]
        return httpx.Response(answer.status, headers=told, content=answer.body, request=request)


_HOP = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection"})


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if any(letter in "\r\n\0" for letter in name + value):
            raise Blocked(f"the header {name!r} holds a line break")


def _decoded(body: bytes, headers: Mapping[str, str], most: int) -> bytes:
    """Inflate an answer that is compressed although we asked for none, up to `most` bytes."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"identity", ""} or not body:
        return body
    if encoding not in {"gzip", "deflate"}:
        raise AnswerLost(f"the answer is encoded as {encoding}, which was not asked for")
    inflater = zlib.decompressobj(wbits=47)
    try:
        plain = inflater.decompress(body, most + 1)
    except zlib.error as error:
        raise AnswerLost("the answer's compression is broken") from error
    if len(plain) > most or inflater.unconsumed_tail:
        raise AnswerTooLarge(f"the answer is larger than {most} bytes")
    return plain
