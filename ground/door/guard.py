"""Which addresses may be called: public ones, and what an admin allowed by address and port."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypeAlias
from urllib.parse import urlsplit

from ground.door.errors import Blocked, NotSent

Address: TypeAlias = IPv4Address | IPv6Address
Resolve: TypeAlias = Callable[[str, int, float], list[str]]
"""(host, port, seconds it may take) -> addresses; raises NotSent."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_EMBEDS_IPV4 = (
    ip_network("64:ff9b::/96"),  # NAT64
    ip_network("::/96"),  # IPv4-compatible, long deprecated, still routed by some
    ip_network("::ffff:0:0:0/96"),  # SIIT
)
_DENIED = (
    ip_network("100.64.0.0/10"),  # shared by carriers; one vendor's metadata service is there
    ip_network("192.0.0.0/24"),  # protocol assignments
    ip_network("192.88.99.0/24"),  # 6to4 relays
    ip_network("198.18.0.0/15"),  # benchmarks
    ip_network("240.0.0.0/4"),
    ip_network("64:ff9b:1::/48"),  # NAT64 into private networks
    ip_network("100::/64"),  # discard
    ip_network("5f00::/16"),  # segment routing
    ip_network("fec0::/10"),  # site-local
)
_FIRST_PRINTABLE, _LAST_ASCII = "!", "~"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL points: `host` as the peer's name, `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The Host header: the name as written, the port unless it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def parse_target(url: str) -> Target:
    """Return where `url` points; raise Blocked unless it is a plain http or https URL."""
    if any(not _FIRST_PRINTABLE <= letter <= _LAST_ASCII or letter == "\\" for letter in url):
        raise Blocked("the URL must be plain ASCII: write other names as xn--, other letters as %")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Blocked("this is no URL") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise Blocked("only http and https are allowed")
    if "@" in parts.netloc:
        raise Blocked("a URL must not carry a user or password")
    if not parts.hostname or "%" in parts.hostname or port == 0:
        raise Blocked("the URL names no host")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.hostname.removesuffix(".")
    return Target(parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], path)


def is_public(address: Address) -> bool:
    """Tell whether an address is a public host, whatever it is wrapped in."""
    inner = _embedded(address)
    if inner is not None:
        return is_public(inner)
    if any(address.version == net.version and address in net for net in _DENIED):
        return False
    return address.is_global and not address.is_multicast


def _embedded(address: Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address leads to."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _EMBEDS_IPV4):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


class Guard:
    """Checks every address behind a name; what it returns is what may be connected to.

    `allow`: "10.0.0.5:8080" or "[fd00::5]:8080", for hosts that are not public.
    """

    def __init__(self, allow: Collection[str], resolve: Resolve) -> None:
        self._allow = frozenset(_allowed(entry) for entry in allow)
        self._resolve = resolve

    def addresses(self, target: Target, within: float) -> list[str]:
        """Return the target's addresses; raise Blocked if one is not allowed, NotSent if none."""
        found = self._resolve(target.host, target.port, within)
        if not found:
            raise NotSent(f"{target.host} has no address")
        for each in found:
            if not self._may(each, target.port):
                raise Blocked(f"{target.authority} is not a public address and not allowed here")
        return found

    def _may(self, text: str, port: int) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return (address, port) in self._allow or is_public(address)


def _allowed(entry: str) -> tuple[Address, int]:
    host, _, port = entry.rpartition(":")
    try:
        address = ip_address(host.removeprefix("[").removesuffix("]"))
        number = int(port)
    except ValueError:
        msg = f"an allowed address is written 10.0.0.5:8080 or [fd00::5]:8080, not {entry!r}"
        raise ValueError(msg) from None
    return address, number
