"""Connections to pinned addresses, and those kept open for the next request.

A deadline binds every wait on a connection, so an answer that drips ends as one that hangs.
"""

from __future__ import annotations

import io
import select
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from ground.door.errors import NotSent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from _typeshed import WriteableBuffer

    from ground.door.guard import Target
    from ground.door.resolving import Monotonic

Key: TypeAlias = tuple[str, str, int, str]
"""(scheme, host, port, address): only requests that agree in all of them share a connection."""

_IDLE = 4.0  # seconds; usual servers close after 5, and a write must not meet a closing peer
_MOST_IDLE = 64
_PIECE = 65536


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a request, by the clock's monotonic seconds."""

    clock: Monotonic
    end: float

    def passed(self) -> bool:
        """Tell whether no time is left."""
        return self.clock.monotonic() >= self.end

    def left(self) -> float:
        """Return the seconds left; raise TimeoutError if there are none."""
        left = self.end - self.clock.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left


class Wire:
    """A connected socket on which every wait ends with the deadline of the present request."""

    def __init__(self, key: Key, connected: socket.socket, deadline: Deadline) -> None:
        self.key = key
        self.heard = False
        """Whether a byte of the present answer has come."""
        self.ended = False
        """Whether the peer has closed."""
        self._socket = connected
        self._deadline = deadline

    def begin(self, deadline: Deadline) -> None:
        """Start the next request."""
        self._deadline = deadline
        self.heard = False

    def send(self, request: bytes) -> None:
        """Send the whole request."""
        rest = memoryview(request)
        while rest:
            self._socket.settimeout(self._deadline.left())
            rest = rest[self._socket.send(rest[:_PIECE]) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return a reader for one answer; closing it leaves the connection open."""
        return io.BufferedReader(_Ear(self), _PIECE)

    def receive_into(self, buffer: WriteableBuffer) -> int:
        """Read what has come; 0 means that the peer has closed."""
        self._socket.settimeout(self._deadline.left())
        count = self._socket.recv_into(buffer)
        self.heard = self.heard or count > 0
        self.ended = count == 0
        return count

    def is_stale(self) -> bool:
        """Tell whether the peer has closed, or sent what nobody asked for."""
        try:
            poll = select.poll()
            poll.register(self._socket, select.POLLIN)
            return bool(poll.poll(0))
        except (OSError, ValueError):
            return True

    def hang_up(self) -> None:
        """Close the connection."""
        self._socket.close()


class _Ear(io.RawIOBase):
    """Reads one answer from a wire."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        return self._wire.receive_into(buffer)


class Pool:
    """Idle connections; any thread may take one."""

    def __init__(self, clock: Monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._idle: dict[Wire, float] = {}  # the longest idle first

    def take(self, keys: Sequence[Key], deadline: Deadline) -> Wire | None:
        """Return a live connection for one of the keys."""
        for key in keys:
            while (wire := self._remove(key)) is not None:
                if not wire.is_stale():
                    wire.begin(deadline)
                    return wire
                wire.hang_up()
        return None

    def give(self, wire: Wire) -> None:
        """Keep a connection whose answer was read to its end."""
        now = self._clock.monotonic()
        with self._lock:
            old = [
                each
                for place, (each, since) in enumerate(self._idle.items())
                if now - since > _IDLE or place < len(self._idle) + 1 - _MOST_IDLE
            ]
            for each in old:
                del self._idle[each]
            self._idle[wire] = now
        for each in old:
            each.hang_up()

    def close(self) -> None:
        """Close all idle connections."""
        with self._lock:
            idle, self._idle = self._idle, {}
        for wire in idle:
            wire.hang_up()

    def _remove(self, key: Key) -> Wire | None:
        """Take out the connection used last, unless it has been idle for too long."""
        now = self._clock.monotonic()
        with self._lock:
            for wire, since in reversed(self._idle.items()):
                if wire.key == key and now - since <= _IDLE:
                    del self._idle[wire]
                    return wire
        return None


def keys_of(target: Target, addresses: Sequence[str]) -> list[Key]:
    """Return the connections that would serve a target, one per address."""
    return [(target.scheme, target.host, target.port, address) for address in addresses]


def dial(keys: Sequence[Key], deadline: Deadline, tls: Callable[[], ssl.SSLContext]) -> Wire:
    """Return a connection to the first address that answers; raise NotSent if none does."""
    failure: Exception | None = None
    for place, key in enumerate(keys):
        try:
            patience = deadline.left() / (len(keys) - place)
            return Wire(key, _connected(key, patience, tls), deadline)
        except (OSError, ValueError) as error:  # TLS errors are OSErrors, bad names ValueErrors
            failure = error
    raise NotSent(f"no connection to {keys[0][1]}:{keys[0][2]}: {failure}") from failure


def _connected(key: Key, patience: float, tls: Callable[[], ssl.SSLContext]) -> socket.socket:
    scheme, host, port, address = key
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    plain = socket.socket(family, socket.SOCK_STREAM)
    try:
        plain.settimeout(patience)
        plain.connect((address, port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if scheme == "http":
            return plain
        return tls().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise
