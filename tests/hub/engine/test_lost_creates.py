"""The answer to a create is lost: who waited for the record goes on, and it is made once."""

import pytest

from connectors.errors import RetryLater
from connectors.kit.faults import AnswerLost, LateCommit, Operation
from hub.connections.service import report_failure
from hub.effects.service import deliver_connection


class ProcessDiedError(Exception):
    """Stands for the end of the process."""


class DyingConnector:
    """Carries out the first create of a category, and then the process is no more."""

    def __init__(self, connector):
        self._connector = connector
        self.died = False

    def __getattr__(self, name):
        return getattr(self._connector, name)

    def write(self, object_type, writes, not_after):
        results = self._connector.write(object_type, writes, not_after)
        if object_type == "categories" and not self.died:
            self.died = True
            raise ProcessDiedError
        return results


def test_a_product_gets_its_category_when_the_lost_create_is_seen_before_it_is_resolved(bed):
    category = bed.erp.create("categories", {"code": "PUMP", "name": "Pumps", "parent_id": None})
    bed.put_in("crm", DyingConnector(bed.connectors["crm"]))
    with pytest.raises(ProcessDiedError):
        bed.run()
    (there,) = bed.crm.living("categories")
    new = {"sku": "P-1", "name": "Pump", "type": "goods", "uom": "C62", "tax_class": "S"}
    bed.erp.create("products", new | {"category_id": category.id, "prices": [], "gtins": []})
    bed.run()
    assert [each["category_id"] for each in bed.rows("crm", "products")] == [None]

    while not _is_linked(bed, there.id):
        bed.hint(bed.event("crm", "categories", there.id))
        bed.run()
    assert _of_categories(bed) == [("crm", "create", "sent")]

    assert [each["category_id"] for each in bed.rows("crm", "products")] == [there.id]
    bed.later(120)  # the lease of the dead process has run out
    bed.later(120)
    assert bed.open_effects() == {}
    assert len(bed.crm.living("categories")) == 1


def _is_linked(bed, external_id):
    query = f"select id from crossref where connection = 'crm' and external_id = '{external_id}'"
    return bool(bed.hub.db.read(lambda c: c.exec_driver_sql(query).all()))


def _of_categories(bed):
    query = (
        "select connection, operation, state from effect"
        " where object_type = 'categories' and connection = 'crm'"
    )
    return [tuple(row) for row in bed.hub.db.read(lambda c: c.exec_driver_sql(query).all())]


def test_a_create_that_may_still_land_is_not_sent_again_when_its_system_is_back(bed, customer):
    """Landing after the second one it would write over what was written since."""
    bed.erp.faults.add(LateCommit(8), operation=Operation.WRITE)
    row = bed.crm.create("customers", customer(name="Ibarra one"))
    bed.run()
    report_failure(bed.hub, "erp", RetryLater(None, "no answer in time"))
    bed.later(5)
    assert "erp" in bed.hub.writable
    bed.crm.edit("customers", row.id, {"name": "Ibarra two"})
    bed.run()
    for seconds in (5, 20, 60):
        bed.clock.advance(seconds)
        bed.erp.settle()
        bed.run()
    assert bed.rows("crm")[0]["name"] == bed.rows("erp")[0]["name"] == "Ibarra two"
    assert bed.open_effects() == {}


@pytest.mark.parametrize("told", [True, False])
def test_a_create_is_not_sent_again_over_what_people_made_of_its_record(bed, customer, told):
    """Its lane was not looked at yet, or nobody told of it: the feed shows it."""
    bed.erp.faults.add(AnswerLost(), operation=Operation.WRITE)
    bed.crm.create("customers", customer(name="Ibarra one"))
    bed.tell("crm")
    bed.turn()
    (there,) = bed.erp.living("customers")
    bed.erp.edit("customers", there.id, {"name": "By the clerk"})
    bed.clock.advance(11)
    if told:
        bed.tell("erp")
    bed.erp.untold.clear()
    deliver_connection(bed.hub, "erp")
    for _ in range(3):
        bed.later(11)
    assert bed.rows("crm")[0]["name"] == bed.rows("erp")[0]["name"] == "By the clerk"
    assert len(bed.erp.living("customers")) == 1
    assert bed.open_effects() == {}
