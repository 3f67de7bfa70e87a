"""Connections to peers: pinned to a checked address, kept alive, each used by one request at a time."""

import http.client
import select
import socket
import ssl
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ground.door_errors import AnswerLost, AnswerTooLarge, NotSent
from ground.door_guard import Target, resolve

_IDLE = 20.0
_KEPT = 16
_CHUNK = 65536

Place = tuple[str, str, int]


@dataclass(slots=True)
class Deadline:
    """The end of everything, on the caller's monotonic clock."""

    end: float
    monotonic: "object"

    def left(self) -> float:
        """Return the seconds left; at most zero when it is over."""
        return self.end - self.monotonic()  # type: ignore[operator, no-any-return]


class _Pinned(http.client.HTTPConnection):
    """A connection whose socket goes to one checked address."""

    def __init__(self, target: Target, addresses: list[str], context: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port)
        self._addresses = addresses
        self._context = context
        self.idle_since = 0.0

    def open(self, deadline: Deadline) -> None:
        """Connect to the first address that answers. Raises NotSent."""
        trouble: Exception = NotSent("no address")
        for address in self._addresses:
            try:
                self.sock = self._connected(address, deadline)
            except (OSError, ssl.SSLError) as error:
                trouble = error
                continue
            return
        raise NotSent(f"cannot connect to {self.host}:{self.port}: {trouble}") from trouble

    def _connected(self, address: str, deadline: Deadline) -> socket.socket:
        left = deadline.left()
        if left <= 0:
            raise NotSent("no time left to connect")
        raw = socket.create_connection((address, self.port), timeout=left)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._context is None:
            return raw
        try:
            return self._context.wrap_socket(raw, server_hostname=self.host)
        except BaseException:
            raw.close()
            raise

    def is_stale(self) -> bool:
        """Say whether the peer closed it, or said something nobody asked for, while it was idle."""
        if self.sock is None:
            return True
        readable, _, _ = select.select([self.sock], [], [], 0)
        return bool(readable)


class Lines:
    """The pool of connections. Thread-safe."""

    def __init__(self, allow: Collection[str], monotonic: object) -> None:
        self._allow = frozenset(allow)
        self._monotonic = monotonic
        self._idle: dict[Place, list[_Pinned]] = {}
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None

    def take(self, target: Target, deadline: Deadline, *, fresh: bool) -> tuple[_Pinned, bool]:
        """Return a connection and whether it was used before."""
        now = self._monotonic()  # type: ignore[operator]
        while not fresh:
            with self._lock:
                idle = self._idle.get((target.scheme, target.host, target.port))
                line = idle.pop() if idle else None
            if line is None:
                break
            if now - line.idle_since < _IDLE and not line.is_stale():
                return line, True
            line.close()
        addresses = resolve(target, self._allow, deadline.left())
        line = _Pinned(target, addresses, self._tls() if target.scheme == "https" else None)
        line.open(deadline)
        return line, False

    def give_back(self, target: Target, line: _Pinned) -> None:
        """Keep a connection for the next request."""
        line.idle_since = self._monotonic()  # type: ignore[operator]
        place = (target.scheme, target.host, target.port)
        with self._lock:
            idle = self._idle.setdefault(place, [])
            if len(idle) < _KEPT:
                idle.append(line)
                return
        line.close()

    def close(self) -> None:
        """Close every idle connection."""
        with self._lock:
            lines = [line for idle in self._idle.values() for line in idle]
            self._idle.clear()
        for line in lines:
            line.close()

    def _tls(self) -> ssl.SSLContext:
        with self._lock:
            if self._context is None:
                self._context = ssl.create_default_context()
            return self._context


def exchange(
    line: _Pinned,
    head: tuple[str, str],
    headers: Mapping[str, str],
    body: bytes | None,
    deadline: Deadline,
) -> http.client.HTTPResponse:
    """Send a request and read the head of its answer. Raises AnswerLost."""
    method, path = head
    try:
        _limit(line, deadline)
        line.request(method, path, body, dict(headers))
        _limit(line, deadline)
        return line.getresponse()
    except (OSError, http.client.HTTPException) as error:
        raise AnswerLost(f"{type(error).__name__} while waiting for an answer") from error


def read_body(
    line: _Pinned, response: http.client.HTTPResponse, deadline: Deadline, most: int
) -> bytes:
    """Read the body up to `most` bytes. Raises AnswerTooLarge, AnswerLost."""
    parts: list[bytes] = []
    size = 0
    try:
        while True:
            _limit(line, deadline)
            part = response.read1(_CHUNK)
            if not part:
                break
            size += len(part)
            if size > most:
                raise AnswerTooLarge(f"the answer is larger than {most} bytes")
            parts.append(part)
    except (OSError, http.client.HTTPException) as error:
        raise AnswerLost(f"{type(error).__name__} within the answer") from error
    if response.length not in {None, 0}:
        raise AnswerLost("the answer ended early")
    return b"".join(parts)


def _limit(line: _Pinned, deadline: Deadline) -> None:
    left = deadline.left()
    if left <= 0:
        raise TimeoutError
    if line.sock is not None:
        line.sock.settimeout(left)
