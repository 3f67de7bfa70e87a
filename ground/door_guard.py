"""Which addresses may be called: public ones, and those an administrator listed by address and port."""

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from ground.door_errors import Blocked, NotSent

_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: `host` is the name for Host and SNI, `path` includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """Return the value of Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str) -> Target:
    """Take a URL apart. Raises Blocked for anything but plain http and https without sign-in data."""
    if any(ord(letter) <= 0x20 or ord(letter) == 0x7F for letter in url):  # noqa: PLR2004 - space and DEL
        raise Blocked("an address holds no spaces and no control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Blocked(f"not an address: {error}") from error
    if parts.scheme not in _PORTS:
        raise Blocked("only http and https are called")
    if parts.username is not None or parts.password is not None:
        raise Blocked("an address holds no sign-in data")
    if not parts.hostname:
        raise Blocked("the address has no host")
    return Target(parts.scheme, _ascii(parts.hostname), port or _PORTS[parts.scheme], _path(parts))


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError as error:
        raise Blocked("not a host name") from error


def _path(parts: SplitResult) -> str:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise Blocked("the path must be percent-encoded")
    return path


def resolve(target: Target, allowed: Collection[str], timeout: float) -> list[str]:
    """Return the addresses of a host, every one of them checked. Raises Blocked, NotSent."""
    del timeout  # the system's resolver has its own; the caller's deadline is checked right after
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise NotSent(f"{target.host} has no address: {error}") from error
    addresses = list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))
    for address in addresses:
        if not is_allowed(address, target.port, allowed):
            raise Blocked(
                f"{target.host} is {address}, which is not a public address; an administrator may"
                f" allow {place(address, target.port)}"
            )
    return addresses


def place(address: str, port: int) -> str:
    """Name an address and port as the allow-list does."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def is_allowed(address: str, port: int, allowed: Collection[str]) -> bool:
    """Say whether an address may be called on a port."""
    return place(address, port) in allowed or is_public(ipaddress.ip_address(address))


def is_public(address: Address) -> bool:
    """Say whether an address is public, whatever it wraps."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _wrapped(address)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Return the IPv4 address that a mapped, 6to4, Teredo, NAT64 or compatible one leads to."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64 or address in _COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
