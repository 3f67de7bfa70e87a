"""SafeHttp: one guard, two lanes.

The lean lane writes requests itself and reads answers with http.client: for effects and bulk reads.
The rare lane is an httpx.Client over the very same connections. A test may pass an httpx transport;
then both lanes go through it, no address is resolved, and all other rules hold.
"""

import functools
import ssl
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import httpx

from ground.door.connections import Deadline, Pool, Wire, dial, keys_of
from ground.door.errors import AnswerLost, NotSent, TooLate
from ground.door.exchange import Answer, Request, exchange, write
from ground.door.guard import Guard, parse_target
from ground.door.httpx_lane import RareLane, send_through
from ground.door.resolving import Resolver

_DEADLINE = 15.0  # seconds
_MAX_BODY = 10 * 1024 * 1024


class _Clock(Protocol):
    """The part of ground.env's Clock needed here."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Response:
    """An answer of any status; header names in lower case, values of a repeated one joined."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class SafeHttp:
    """HTTP to other systems; one instance serves all threads.

    `allow`: "ip:port" of hosts that are not public and may be called nevertheless. `tls`: a context
    with an own certificate authority in place of the system's.
    """

    def __init__(
        self,
        *,
        clock: _Clock,
        allow: Collection[str] = (),
        transport: httpx.BaseTransport | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._clock = clock
        self._guard = Guard(allow, Resolver(clock).resolve)
        self._pool = Pool(clock)
        self._tls = functools.cache(lambda: tls or ssl.create_default_context())
        self._transport = transport

    def request(  # noqa: PLR0913 - the settings of one request
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        deadline: float = _DEADLINE,
        not_after: datetime | None = None,
        max_body: int = _MAX_BODY,
    ) -> Response:
        """Return the answer, whatever its status; redirects are answers.

        `deadline`: seconds for everything from the name to the last byte. `not_after`: no byte is
        sent at or after it. `max_body`: bytes of the inflated answer. Raises DoorError.
        """
        request = Request(method.upper(), parse_target(url), headers or {}, body, max_body)
        answer = self._answer(request, self._deadline(deadline), not_after)
        return Response(answer.status, _joined(answer.headers), answer.body)

    def check(self, url: str, *, within: float = 5.0) -> None:
        """Raise Blocked if a request to `url` would be refused, NotSent if it has no address."""
        target = parse_target(url)
        if self._transport is None:
            self._guard.addresses(target, within)

    def client(self, *, deadline: float = _DEADLINE, max_body: int = _MAX_BODY) -> httpx.Client:
        """Return a client for rare calls; it raises DoorError where httpx has errors of its own."""

        def answer(request: Request) -> Answer:
            return self._answer(request, self._deadline(deadline), None)

        lane = RareLane(answer, max_body)
        return httpx.Client(transport=lane, trust_env=False, follow_redirects=False)

    def close(self) -> None:
        """Close idle connections; requests may go on."""
        self._pool.close()

    def _deadline(self, seconds: float) -> Deadline:
        return Deadline(self._clock, self._clock.monotonic() + seconds)

    def _answer(self, request: Request, end: Deadline, not_after: datetime | None) -> Answer:
        if self._transport is not None:
            self._refuse_late(not_after)
            return send_through(self._transport, request, end)
        written = write(request)
        try:
            keys = keys_of(request.target, self._guard.addresses(request.target, end.left()))
        except TimeoutError as error:
            raise NotSent(str(error)) from error
        kept = self._pool.take(keys, end)
        if kept is not None:
            try:
                return self._on(kept, request, written, not_after)
            except AnswerLost:  # the peer may have closed it just as we wrote
                if kept.heard or not request.only_reads or end.passed():
                    raise
        return self._on(dial(keys, end, self._tls), request, written, not_after)

    def _on(
        self, wire: Wire, request: Request, written: bytes, not_after: datetime | None
    ) -> Answer:
        try:
            self._refuse_late(not_after)
            answer, keep = exchange(wire, request, written)
        except BaseException:
            wire.hang_up()
            raise
        if keep:
            self._pool.give(wire)
        else:
            wire.hang_up()
        return answer

    def _refuse_late(self, not_after: datetime | None) -> None:
        if not_after is not None and self._clock.now() >= not_after:
            raise TooLate("the time for this request has passed")


def _joined(headers: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined
