"""The customers of the shop: their changes as notices, and when each change came to the books."""

from bisect import bisect_left
from typing import Any

from ground import strict_json
from rectoverso.bench.notices import signed
from rectoverso.bench.peers import SECRET
from rectoverso.bench.road.running import SHOP

__all__ = ["Arrivals", "notice_of", "tells"]

_PATH = f"/hub/webhooks/{SHOP}"


class Arrivals:
    """Which version of which customer came when; a later version brings what an earlier told."""

    def __init__(self) -> None:
        self._of: dict[int, list[tuple[int, float]]] = {}
        self.seen = 0
        """How many the books told of."""

    def add(self, told: list[tuple[str, float]]) -> None:
        """Take what the books tell: (name, when), in their order."""
        self.seen += len(told)
        for name, at in told:
            _, number, *_, version = name.split(" ")
            mine = self._of.setdefault(int(number), [])
            if not mine or mine[-1][0] < int(version):
                mine.append((int(version), float(at)))

    def at(self, number: int, version: int) -> float | None:
        """Return when this version or a later one came, None if none did."""
        mine = self._of.get(number, [])
        place = bisect_left(mine, (version, 0.0))
        return mine[place][1] if place < len(mine) else None

    def missing(self, changes: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return those of these (customer, version) that did not come yet."""
        return [each for each in changes if self.at(*each) is None]


def notice_of(name: str, changes: list[tuple[int, int]]) -> bytes:
    """Return the signed request of one notice of changes (customer, version)."""
    told = [
        {
            "object": "customers",
            "id": f"cu_{number}",
            "version": version,
            "kind": "changed",
            "record": _customer(number, version),
        }
        for number, version in changes
    ]
    body = strict_json.dumps({"type": "records.changed", "changes": told})
    return signed(_PATH, f"road-{name}", SECRET, body)


def tells(number: int, version: int) -> str:
    """Return the customer's name as of a version."""
    return f"Customer {number} as of {version}"


def _customer(number: int, version: int) -> dict[str, Any]:
    """Return a record of about a kilobyte; from version to version five of its fields differ."""
    values: dict[str, Any] = {"kind": "organisation", "name": tells(number, version)}
    values |= {"legal_name": f"Customer {number} S.L.", "lifecycle": "customer", "language": "es"}
    values |= {"roles": ["customer"], "owner": f"Owner {version}", "timezone": "Europe/Madrid"}
    values |= {"segment": f"Segment {version}", "industry": f"Industry {version}"}
    values |= {"notes": f"Seen {version} times.", "source": "fair"}
    street = {"uses": ["billing"], "street": f"Calle Mayor {number}", "city": "Madrid"}
    street |= {"postal_code": f"{number % 100_000:05d}", "country": "ES", "id": f"ad_{number}"}
    mail = {"kind": "email", "value": f"c{number}@example.com", "preferred": True}
    phone = {"kind": "phone", "value": f"+3491{number:07d}", "preferred": False}
    points = [mail | {"id": f"ma_{number}"}, phone | {"id": f"ph_{number}"}]
    lists = {"addresses": [street], "contact_points": points, "tax_ids": [], "other_ids": []}
    return {"id": f"cu_{number}", "version": version, **values, **lists, "consents": []}
