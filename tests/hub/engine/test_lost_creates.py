"""The answer to a create is lost: who waited for the record goes on, and it is made once."""

from dataclasses import replace

import pytest

from connectors.contract import Written
from connectors.errors import RetryLater
from connectors.kit.faults import AnswerLost, LateCommit, Operation
from hub.connections.service import report_failure
from hub.effects.searching import LINKED_ELSEWHERE
from hub.effects.service import deliver_connection
from hub.events import store as events
from hub.sync.service import decide_due
from tests.hub.engine.test_faults import assert_quiet
from tests.hub.engine.test_poor_systems import KeylessConnector


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


class SlowAnswers(KeylessConnector):
    """A system without client keys; `meanwhile` happens before it answers the first write."""

    def __init__(self, system):
        super().__init__(system)
        self.meanwhile = None

    def write(self, object_type, writes, not_after):
        results = super().write(object_type, writes, not_after)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None and isinstance(results[0], Written):
            meanwhile(results[0].external_id)
        return results


@pytest.fixture
def slow(bed):
    connector = SlowAnswers(bed.erp)
    bed.put_in("erp", connector)
    return connector


def hear(bed):
    """Let the ERP tell its news, without our key, and have them decided."""
    for told in [bed.event("erp", *each) for each in dict.fromkeys(bed.erp.untold)]:
        bare = replace(told, client_key=None, actor=None)
        bed.hub.db.write(lambda c, bare=bare: events.insert(c, [bare], bed.clock.now()))
    bed.erp.untold.clear()
    decide_due(bed.hub)


def test_a_create_known_by_what_was_sent_stays_known_when_it_is_edited(bed, customer, slow):
    def meanwhile(external_id):
        hear(bed)
        bed.erp.edit("customers", external_id, {"name": "Ibarra SA"})
        hear(bed)

    slow.meanwhile = meanwhile
    bed.crm.create("customers", customer())
    bed.run()
    bed.later(60)
    assert [row["name"] for row in bed.rows("crm")] == ["Ibarra SA"]
    assert [row["name"] for row in bed.rows("erp")] == ["Ibarra SA"]
    assert len(bed.goldens()) == 1
    assert_quiet(bed)


def test_an_answer_that_names_a_record_linked_elsewhere_is_asked_alone(bed, customer, slow):
    def meanwhile(external_id):
        bed.erp.edit("customers", external_id, {"name": "Something else"})
        hear(bed)

    slow.meanwhile = meanwhile
    bed.crm.create("customers", customer())
    bed.crm.create("customers", customer(name="Luna"))
    bed.run()
    (asked,) = bed.conflicts()
    assert (asked.kind, asked.why) == ("undelivered", LINKED_ELSEWHERE)
    assert len(bed.rows("erp")) == 2
    assert sorted(each[1:] for each in bed.effects() if each[0] == "erp") == [
        ("create", "confirmed"),
        ("create", "dead"),
    ]
