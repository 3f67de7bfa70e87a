"""A source whose records are all taken for one is parked until a person looked."""

from dataclasses import replace

import pytest

from hub.alerts.service import watch
from hub.alerts.store import all_alerts
from hub.connections import store as connections
from hub.connections.rules import State
from hub.connections.service import act

TAX = {"country": "ES", "scheme": "vat", "value": "B12345674"}
MOST = 3


@pytest.fixture
def poisoned(bed, customer):
    """A CRM that gives every new customer the same tax id; `more` makes some."""
    settings = bed.hub.settings.model_copy(update={"link_fuse": MOST})
    bed.hub = replace(bed.hub, settings=settings)
    names = iter(f"Customer {number}" for number in range(1000))

    def more(many):
        for _ in range(many):
            bed.crm.create("customers", customer(name=next(names), tax_ids=[TAX]))
            bed.run()
            bed.clock.advance(1)

    bed.more = more
    return bed


def state(bed):
    return bed.hub.db.read(lambda c: connections.connection_by_id(c, "crm")).state


def blown(bed):
    return bed.hub.db.read(connections.blown_link_fuses)


def test_a_source_that_links_everything_to_one_record_is_parked(poisoned, account):
    poisoned.more(MOST + 1)
    assert state(poisoned) is State.LIVE
    poisoned.more(3)
    assert state(poisoned) is State.PAUSED
    (fuse,) = blown(poisoned)
    assert fuse.links == MOST + 1
    assert fuse.golden_id in {each.subject for each in poisoned.conflicts()}
    assert poisoned.balance().undecided == 2, "what it says is kept, and waits"
    poisoned.erp.create("customers", account(name="Somebody else", currency="EUR"))
    poisoned.run()
    assert len(poisoned.goldens()) == MOST + 3, "its neighbours go on"
    watch(poisoned.hub)
    (alert,) = poisoned.hub.db.read(all_alerts)
    assert alert.key == "parked:crm"
    assert f"{MOST + 1} of its new records were taken for one" in alert.text


def test_a_person_lets_it_go_on_and_it_is_not_parked_again_for_what_is_meant(poisoned):
    poisoned.more(MOST + 4)
    act(poisoned.hub, "crm", "resume")
    poisoned.run()
    assert state(poisoned) is State.LIVE
    assert blown(poisoned) == []
    assert poisoned.balance().undecided == 0
    assert len(poisoned.goldens()) == MOST + 4
    watch(poisoned.hub)
    poisoned.clock.advance(7200)
    poisoned.more(MOST + 2)
    assert state(poisoned) is State.PAUSED, "an hour later it counts again"


def test_many_duplicates_of_different_records_are_no_poison(bed, customer):
    bed.hub = replace(bed.hub, settings=bed.hub.settings.model_copy(update={"link_fuse": 2}))
    for number in range(4):
        tax = TAX | {"value": f"B1234567{number}"}
        for _ in range(2):
            bed.crm.create("customers", customer(name=f"Customer {number}", tax_ids=[tax]))
            bed.run()
    assert len(bed.conflicts()) == 4
    assert state(bed) is State.LIVE
