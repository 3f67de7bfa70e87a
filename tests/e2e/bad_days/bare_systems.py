"""Two bare systems over HTTP that never die, and a hub of several processes between them.

A shop tells, by signed notices, of customers that come to be and change; books are told, keep what
they get, and tell of edits of their own. What was answered with 202 must arrive, once.
"""

import json
import time
from collections import Counter

import httpx

from connectors.declarative.signature import sign_standard
from hub.conflicts import store as conflicts
from hub.connections import service as connections
from hub.connections.model import NewConnection
from hub.connections.rules import State
from hub.effects import store as effects
from hub.events import store as events
from hub.start import open_hub
from rectoverso.bench.peers import SECRET, Peers

OVER = {429, 500, 502, 503}


class Told(Peers):
    """Both systems; `tell` changes a customer in one of them and says so until it is taken."""

    def __init__(self):
        super().__init__()
        self.latest = {}
        self.notices = 0

    def connect(self, houses, url):
        """Connect both to the hub, live."""
        hub = open_hub(houses.hub_settings, houses.env("hub"))
        for rank, (name, system) in enumerate((("shop", "simple_crm"), ("books", "simple_erp"))):
            new = NewConnection(
                id=name,
                system=system,
                title=name.title(),
                base_url=f"{url}/{name}",
                rank=20 - 10 * rank,
                key="bare",
                state=State.LIVE,
                webhook_secret=SECRET,
            )
            connections.add_connection(hub, new)

    def records(self, system):
        """Return the customers of one system; one that is just being written has no name yet."""
        known = list(self._peers[system]._records.get("customers", {}).values())
        return [each for each in known if "name" in each]

    def make(self, number, urls):
        """A customer comes to be in the shop."""
        record = {
            "id": f"cu_{number}",
            "version": 1,
            "kind": "organisation",
            "name": f"Customer {number} as of 1",
            "lifecycle": "customer",
            "roles": ["customer"],
            "addresses": [],
            "contact_points": [],
            "tax_ids": [],
            "other_ids": [],
            "consents": [],
        }
        self._tell("shop", record, urls)

    def edit(self, system, number, urls):
        """Somebody renames a customer in one system; False: it is not there yet."""
        found = [each for each in self.records(system) if _number(each) == number]
        if not found:
            return False
        now = int(found[0]["name"].rpartition(" ")[2])
        self._tell(system, _next(found[0], f"Customer {number} as of {now + 1}"), urls)
        return True

    def renamed(self, number):
        """Return how often a customer was renamed."""
        return int(self.latest[number].rpartition(" ")[2]) - 1

    def _tell(self, system, record, urls):
        """Note the change and say so, again and again, until a server takes it."""
        records = self._peers[system]._records.setdefault("customers", {})
        records[record["id"]] = record
        self.latest[_number(record)] = record["name"]
        self.notices += 1
        change = {key: record.get(key) for key in ("id", "version", "external_ref")}
        change |= {"object": "customers", "kind": "changed", "record": record}
        body = json.dumps({"type": "records.changed", "changes": [change]}).encode()
        name, give_up = f"{system}-{self.notices}", time.monotonic() + 90
        while not _is_taken(urls[self.notices % len(urls)], system, name, body):
            assert time.monotonic() < give_up, f"nobody took notice {name}"
            time.sleep(0.05)

    def faults(self):
        """Return what is not as it was told last, or doubled; empty when all agree."""
        wanted = Counter(self.latest.values())
        found = {system: Counter(e["name"] for e in self.records(system)) for system in self._peers}
        return {
            system: {"missing": list(wanted - names)[:5], "too many": list(names - wanted)[:5]}
            for system, names in found.items()
            if names != wanted
        }


def sheet(houses):
    """Return (undecided, open effects, open conflicts, even) of the hub between them."""
    hub = open_hub(houses.hub_settings, houses.env("hub"))

    def look(connection):
        balance = events.balance_sheet(connection)
        open_effects = sum(effects.counts(connection).values())
        waiting = conflicts.count_open(connection)
        return balance.undecided, open_effects, waiting, balance.is_even

    return hub.db.read(look)


def _is_taken(url, system, name, body):
    stamp = int(time.time())
    headers = {
        "content-type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign_standard(SECRET, name, stamp, body),
    }
    try:
        answer = httpx.post(f"{url}/hub/webhooks/{system}", content=body, headers=headers)
    except httpx.TransportError:
        return False
    assert answer.is_success or answer.status_code in OVER, answer.text
    return answer.is_success


def _next(record, name):
    return record | {"version": record["version"] + 1, "name": name, "updated_by": "us_1"}


def _number(record):
    return int(record["name"].split()[1])
