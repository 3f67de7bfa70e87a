"""The order in which records arrive hardly decides what they become."""

from itertools import combinations
from random import Random

from connectors.contract import ChangeKind
from hub.events import store as events
from hub.events.model import NewEvent
from hub.matching.frequencies import count_due
from hub.sync.service import decide_due
from master_data.tables import METADATA
from tests.hub.engine.conftest import Bed, a_customer, an_account
from tests.master_data.unseen.businesses import businesses

FIRMS = 80
ORDERS = 5


def a_firm(words):
    """Return what a system says of a made-up firm."""
    said = {part: words.get(f"address.{part}") for part in ("street", "city", "postal_code")}
    country = words["address.country"]
    points = [
        {"id": f"cp_{kind}", "kind": kind, "value": words[kind], "preferred": False}
        for kind in ("email", "phone")
        if words.get(kind)
    ]
    taxes = [{"country": country, "scheme": "vat", "value": words.get("tax_id")}]
    return {
        "name": words["name"],
        "addresses": [{"id": "ad_1", "uses": ["billing"], "country": country} | said],
        "contact_points": points,
        "tax_ids": taxes if taxes[0]["value"] else [],
    }


def both_books(seed):
    """Return (system, external id, record): each firm in the CRM, every second in the ERP too."""
    held, records = {}, []
    for number, (thing, words) in enumerate(businesses(Random(seed), FIRMS).records):
        times = held[thing] = held.get(thing, 0) + 1
        if times == 1:
            customer = a_customer(lifecycle="prospect", **a_firm(words))
            records.append(("crm", f"cu_{number:05}", customer))
        elif times == 2:
            records.append(
                ("erp", f"ac_{number:05}", an_account(number=str(number), **a_firm(words)))
            )
    return records


def loaded(bed, records):
    """Let a hub decide about records in this order; return the pairs that became one."""
    new = [
        NewEvent(
            id=bed.hub.env.ids.new("ev"),
            connection=system,
            object_type="customers",
            external_id=external_id,
            kind=ChangeKind.CHANGED,
            version="1",
            changed_at=bed.clock.now(),
            client_key=None,
            actor=None,
            state=record,
        )
        for system, external_id, record in records
    ]
    for start in range(0, len(new), 10):
        part = new[start : start + 10]
        bed.hub.db.write(lambda c, part=part: events.insert(c, part, bed.clock.now()))
        while decide_due(bed.hub):
            bed.clock.advance(0.01)
        while count_due(bed.hub):  # how frequent values are, at each doubling
            pass
    return bed.hub.db.read(_pairs)


def _pairs(connection):
    members = {}
    query = "select external_id, golden_id from crossref where external_id is not null"
    for external_id, golden_id in connection.exec_driver_sql(query):
        members.setdefault(golden_id, []).append(external_id)
    return {pair for each in members.values() for pair in combinations(sorted(each), 2)}


def test_five_orders_make_the_same_firms(open_house, clock, ids):
    records = both_books(6)
    found = []
    for order in range(ORDERS):
        database = open_house(f"hub{order}")
        database.create_all(METADATA)
        Random(order).shuffle(records)
        found.append(loaded(Bed(database, clock, ids), records))
    pairs = len(records) * (len(records) - 1) // 2
    for first, second in combinations(found, 2):
        assert 1 - len(first ^ second) / pairs >= 0.995
        assert len(first & second) / len(first | second) >= 0.75, "few are one: look at them alone"
