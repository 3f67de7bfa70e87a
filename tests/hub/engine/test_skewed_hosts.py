"""A host whose clock is wrong: rows and leases are of the database's time, so nobody is misled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.kit.memory_connector import MemoryConnector
from hub.effects.service import deliver_connection
from hub.sync.service import decide_due
from tests.hub.engine.conftest import a_product


class SkewedClock:
    def __init__(self, clock, ahead):
        self.clock = clock
        self.ahead = timedelta(seconds=ahead)

    def now(self):
        return self.clock.now() + self.ahead

    def monotonic(self):
        return self.clock.monotonic()

    def sleep(self, seconds):
        self.clock.sleep(seconds)


class OnHost(MemoryConnector):
    """A connector of that host: `not_after` is by its clock."""

    def __init__(self, system, clock):
        super().__init__(system)
        self.host = clock
        self.meanwhile = lambda: None

    def write(self, object_type, writes, not_after):
        self.meanwhile()
        return super().write(object_type, writes, not_after - self.host.ahead)


@pytest.fixture(params=[120, -120], ids=["ahead", "behind"])
def skewed(bed, request):
    """A second process of the hub, on a host two minutes ahead or behind."""
    clock = SkewedClock(bed.clock, request.param)
    bed.put_in("crm", OnHost(bed.crm, clock))
    return replace(bed.hub, env=replace(bed.hub.env, clock=clock))


def test_it_decides_and_delivers_what_is_due(bed, skewed, customer):
    bed.erp.create("customers", customer(name="Ibarra"))
    bed.tell("erp")
    assert decide_due(skewed) == 1
    assert deliver_connection(skewed, "crm") == 1
    (there,) = bed.rows("crm")
    assert there["name"] == "Ibarra"


def test_it_leaves_alone_what_waits(bed, skewed):
    bed.erp.create("products", a_product(sku="A-1", name="Anvil", category_id="categories-9"))
    bed.run()
    assert bed.balance().open == 1
    assert decide_due(skewed) == 0
    bed.clock.advance(21)
    assert decide_due(skewed) == 1


def test_what_it_has_claimed_is_its_own_for_the_lease(bed, skewed, customer):
    bed.erp.create("customers", customer(name="Ibarra"))
    bed.tell("erp")
    decide_due(bed.hub)
    others = []
    connector = bed.hub.connector("crm")
    connector.meanwhile = lambda: others.append(deliver_connection(bed.hub, "crm"))
    assert deliver_connection(skewed, "crm") == 1
    assert others == [0]
    assert len(bed.rows("crm")) == 1
