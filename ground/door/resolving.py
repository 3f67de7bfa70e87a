"""From a name to addresses, within a time: the system's resolver knows no deadline."""

import socket
import threading
from ipaddress import ip_address
from typing import Protocol

from ground.door.errors import NotSent

_KEPT = 5.0  # seconds an answer serves: short, for the address behind a name may move
_MOST_KEPT = 1024


class Monotonic(Protocol):
    """The part of ground.env's Clock needed here."""

    def monotonic(self) -> float:
        """Return seconds that never step back."""
        ...


class Resolver:
    """Asks the system's resolver in a thread of its own, and remembers answers for a moment."""

    def __init__(self, clock: Monotonic) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, int], tuple[float, list[str]]] = {}

    def resolve(self, host: str, port: int, within: float) -> list[str]:
        """Return the addresses of a name; a written address is its own. Raises NotSent."""
        literal = _literal(host)
        if literal is not None:
            return [literal]
        now = self._clock.monotonic()
        kept = self._kept.get((host, port))
        if kept is not None and now < kept[0]:
            return kept[1]
        found = _ask(host, port, within)
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[host, port] = (now + _KEPT, found)
        return found


def _literal(host: str) -> str | None:
    try:
        return str(ip_address(host))
    except ValueError:
        return None


def _ask(host: str, port: int, within: float) -> list[str]:
    answer: list[list[str]] = []
    failure: list[OSError | UnicodeError] = []

    def ask() -> None:
        try:
            answer.append(_addresses(host, port))
        except (OSError, UnicodeError) as error:
            failure.append(error)

    thread = threading.Thread(target=ask, name="resolver", daemon=True)
    thread.start()
    thread.join(within)
    if answer:
        return answer[0]
    cause = failure[0] if failure else None
    raise NotSent(f"the name {host} was not resolved") from cause


def _addresses(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))
