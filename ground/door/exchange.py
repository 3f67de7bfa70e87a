"""One request and its answer on one connection, with http.client's reader of answers."""

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from typing import Any, Protocol, cast

from ground.door.connections import Wire
from ground.door.errors import AnswerLost, AnswerTooLarge
from ground.door.guard import Target

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_OURS = frozenset(
    (
        "host",
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "expect",
        "content-length",
        "accept-encoding",
    )
)
_WITH_BODY = frozenset(("POST", "PUT", "PATCH"))
_PIECE = 65536
_GZIP_OR_ZLIB = 47  # zlib's word for: tell them by the first bytes


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it will be written, whatever connection carries it."""

    method: str
    target: Target
    headers: Mapping[str, str]
    body: bytes | None
    max_body: int

    @property
    def only_reads(self) -> bool:
        """Whether it may be sent twice."""
        return self.method in {"GET", "HEAD"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: headers as sent, names in lower case; the body inflated."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class _Inflater(Protocol):
    """The part of zlib's decompressor used here."""

    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Plain:
    """For bodies that are not compressed."""

    eof = True
    unconsumed_tail = b""

    def decompress(self, data: bytes, _max_length: int, /) -> bytes:
        return data


def write(request: Request) -> bytes:
    """Return the bytes of a request; raise ValueError for a method or header that is none."""
    if not _TOKEN.fullmatch(request.method):
        msg = "this is no method"
        raise ValueError(msg)
    lines = [f"{request.method} {request.target.path} HTTP/1.1"]
    lines.append(f"Host: {request.target.authority}")
    lines.extend(f"{name}: {value}" for name, value in sendable(request.headers).items())
    lines.append("accept-encoding: identity")
    body = request.body or b""
    if request.body is not None or request.method in _WITH_BODY:
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def sendable(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the caller's headers in lower case, without those that only the door may set."""
    chosen = {"user-agent": "rectoverso"}
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            msg = f"the header {name!r} cannot be sent"
            raise ValueError(msg)
        if name.lower() not in _OURS:
            chosen[name.lower()] = value
    return chosen


def exchange(wire: Wire, request: Request, written: bytes) -> tuple[Answer, bool]:
    """Send, and return the answer and whether the connection may be used again.

    Raises AnswerLost or AnswerTooLarge; the connection is then of no more use.
    """
    try:
        wire.send(written)
        response = HTTPResponse(cast("Any", wire), method=request.method)
        response.begin()
        if wire.ended:  # http.client takes this for the end of the headers
            raise AnswerLost("the headers of the answer have no end")
        if response.status < HTTPStatus.OK:
            raise AnswerLost(f"{response.status} is no final answer")
        headers = [(name.lower(), value) for name, value in response.getheaders()]
        pieces = _pieces(response)
        body = read_body(pieces, response.status, dict(headers), request.max_body)
    except (OSError, HTTPException, ValueError, zlib.error) as error:
        raise AnswerLost(f"no whole answer: {str(error) or type(error).__name__}") from error
    return Answer(response.status, headers, body), not response.will_close


def _pieces(response: HTTPResponse) -> Iterator[bytes]:
    while piece := response.read(_PIECE):
        yield piece
    if response.length:
        msg = f"{response.length} bytes of the answer are missing"
        raise ValueError(msg)


def read_body(
    pieces: Iterator[bytes], status: int, headers: Mapping[str, str], max_body: int
) -> bytes:
    """Return the body, inflated if it came compressed; never hold more than `max_body` bytes."""
    inflate = _inflater(headers.get("content-encoding", "").strip().lower())
    parts: list[bytes] = []
    size = 0
    for piece in pieces:
        rest = piece
        while rest:
            part = inflate.decompress(rest, max_body - size + 1)
            parts.append(part)
            size += len(part)
            if size > max_body:
                raise AnswerTooLarge(status, max_body)
            rest = inflate.unconsumed_tail
    if parts and not inflate.eof:
        raise AnswerLost("the compressed answer has no end")
    return b"".join(parts)


def _inflater(coding: str) -> _Inflater:
    match coding:
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip" | "deflate":
            return zlib.decompressobj(_GZIP_OR_ZLIB)
        case _:
            raise AnswerLost("the answer is compressed in a way nobody asked for")
