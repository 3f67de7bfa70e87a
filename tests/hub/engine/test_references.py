"""A reference to a record that nobody told us of waits; one to a record that is not there ends."""

import json

import pytest

from connectors.kit.faults import Down, Operation, Throttle
from tests.hub.engine.conftest import a_product


@pytest.fixture
def orphan(bed):
    """A product of the ERP in a category that was deleted before the hub had seen it."""
    category = bed.erp.create("categories", {"code": "T", "name": "Tools", "parent_id": None})
    bed.erp.remove("categories", category.id)
    row = bed.erp.create("products", a_product(sku="A-1", name="Anvil", category_id=category.id))
    bed.run()
    return row


def wait_long(bed, times=4):
    for _ in range(times):
        bed.later(21)


def test_it_waits_at_first_and_holds_nothing_else_up(bed, orphan):
    (there,) = bed.rows("crm", "products")
    assert (there["name"], there["category_id"]) == ("Anvil", None)
    assert bed.balance().open == 1


def test_it_is_refused_once_its_system_says_that_the_record_is_not_there(bed, orphan):
    def refusals(connection):
        query = "select detail from event where outcome = 'rejected'"
        return [json.loads(row[0]).get("fields", {}) for row in connection.exec_driver_sql(query)]

    wait_long(bed)
    assert bed.balance().open == 0
    assert bed.balance().is_even
    why = "names category categories-000001, which is not there"
    assert ["rejected", "reference", why] in [f.get("category") for f in bed.hub.db.read(refusals)]


def test_the_record_is_kept_in_step_before_and_after(bed, orphan):
    wait_long(bed)
    bed.erp.edit("products", orphan.id, {"name": "Big anvil"})
    bed.run()
    assert bed.rows("crm", "products")[0]["name"] == "Big anvil"
    tools = bed.erp.create("categories", {"code": "T2", "name": "Tools", "parent_id": None})
    bed.erp.edit("products", orphan.id, {"category_id": tools.id})
    bed.run()
    (kept,) = bed.crm.living("categories")
    assert bed.rows("crm", "products")[0]["category_id"] == kept.id
    assert bed.balance().open == 0


def test_it_stays_open_while_nobody_can_be_asked(bed, orphan):
    wait_long(bed, 2)
    bed.erp.faults.add(Down(), operation=Operation.READ, times=1)
    bed.later(21)
    assert bed.balance().open == 1
    wait_long(bed, 3)
    assert bed.balance().open == 0


def test_a_record_that_is_there_after_all_is_waited_for(bed):
    category = bed.erp.create("categories", {"code": "T", "name": "Tools", "parent_id": None})
    bed.erp.untold = []
    bed.erp.create("products", a_product(sku="A-1", name="Anvil", category_id=category.id))
    bed.run()
    wait_long(bed, 6)
    assert bed.balance().open == 1
    bed.erp.edit("categories", category.id, {"name": "Tools and more"})
    bed.run()
    (kept,) = bed.crm.living("categories")
    assert bed.rows("crm", "products")[0]["category_id"] == kept.id
    assert bed.balance().open == 0


def test_a_write_that_brings_a_reference_alone_waits_until_its_record_is_there(bed):
    row = bed.erp.create("products", a_product(sku="A-1", name="Anvil"))
    bed.run()
    tools = bed.erp.create("categories", {"code": "T", "name": "Tools", "parent_id": None})
    fault = Throttle(90.0)
    bed.crm.faults.add(fault, operation=Operation.WRITE, matching=lambda name: name == "categories")
    bed.erp.edit("products", row.id, {"category_id": tools.id})
    bed.run()
    assert bed.rows("crm", "products")[0]["category_id"] is None
    bed.later(91)
    (kept,) = bed.crm.living("categories")
    assert bed.rows("crm", "products")[0]["category_id"] == kept.id
    assert bed.open_effects() == {}


def test_a_write_does_not_wait_for_a_record_that_will_not_be_made_again(bed):
    tools = bed.erp.create("categories", {"code": "T", "name": "Tools", "parent_id": None})
    bed.run()
    (theirs,) = bed.crm.living("categories")
    bed.crm.remove("categories", theirs.id)
    bed.run()
    bed.erp.create("products", a_product(sku="A-1", name="Anvil", category_id=tools.id))
    bed.run()
    for _ in range(2):
        bed.later(61)
    assert bed.rows("crm", "products")[0]["category_id"] is None
    assert bed.open_effects() == {}
