"""What the simulator found: answers, decisions and claims that cross each other."""

from datetime import timedelta

import pytest

from connectors.kit.memory_connector import MemoryConnector
from hub.effects import store as effects
from hub.effects.service import deliver_connection
from hub.sync.service import decide_due


class BusyConnector(MemoryConnector):
    """While a write is under way, before or after it has landed, other things happen."""

    def __init__(self, system, *, before=None, after=None):
        super().__init__(system)
        self.before, self.after = before, after

    def write(self, object_type, writes, not_after):
        before, self.before = self.before, None
        if before is not None:
            before()
        results = super().write(object_type, writes, not_after)
        after, self.after = self.after, None
        if after is not None:
            after()
        return results


@pytest.fixture
def synced(bed, customer):
    """A customer on both sides; (CRM row, ERP row)."""
    row = bed.crm.create("customers", customer())
    bed.run()
    (there,) = bed.erp.living("customers")
    return bed.crm.row("customers", row.id), there


def test_the_echo_of_a_write_planned_during_its_create_is_not_an_edit(bed, customer):
    """The lane of the second write is that of the record, not that of the create."""
    row = bed.crm.create("customers", customer(name="Ibarra one"))
    bed.tell("crm")
    decide_due(bed.hub)

    def edit_during_create():
        bed.crm.edit("customers", row.id, {"name": "Ibarra two"})
        bed.tell("crm")
        decide_due(bed.hub)

    bed.put_in("erp", BusyConnector(bed.erp, before=edit_during_create))
    deliver_connection(bed.hub, "erp")

    def echo_and_edit():
        bed.crm.edit("customers", row.id, {"name": "Ibarra three"})
        bed.tell("crm")
        decide_due(bed.hub)
        bed.tell("erp")
        decide_due(bed.hub)

    bed.put_in("erp", BusyConnector(bed.erp, after=echo_and_edit))
    deliver_connection(bed.hub, "erp")
    bed.put_in("erp", bed.connectors["erp"])
    bed.run()
    assert bed.rows("crm")[0]["name"] == bed.rows("erp")[0]["name"] == "Ibarra three"


def test_a_value_set_back_while_its_write_is_under_way_is_written_back(bed, synced):
    row, _ = synced
    bed.crm.edit("customers", row.id, {"language": "ca"})
    bed.tell("crm")
    decide_due(bed.hub)

    def set_back():
        bed.crm.edit("customers", row.id, {"language": "es"})
        bed.tell("crm")
        decide_due(bed.hub)

    bed.put_in("erp", BusyConnector(bed.erp, before=set_back))
    deliver_connection(bed.hub, "erp")
    bed.put_in("erp", bed.connectors["erp"])
    bed.run()
    assert bed.rows("crm")[0]["language"] == bed.rows("erp")[0]["language"] == "es"


def test_a_decider_that_lost_some_of_its_lanes_decides_the_others(bed, customer, monkeypatch):
    first = bed.crm.create("customers", customer(name="One"))
    bed.crm.create("customers", customer(name="Two"))
    bed.tell("crm")
    stolen = f"crm|customers|{first.id}"
    write = bed.hub.db.write

    def steal_before_the_verdict(work, *, synced=True):
        if not synced and stolen is not None and steal_before_the_verdict.armed:
            steal_before_the_verdict.armed = False
            write(
                lambda c: c.exec_driver_sql(f"update lane set token = 'x' where key = '{stolen}'")
            )
        return write(work, synced=synced)

    steal_before_the_verdict.armed = False

    def arm(work, *, synced=True):
        result = write(work, synced=synced)
        if not steal_before_the_verdict.armed:
            steal_before_the_verdict.armed = True
            monkeypatch.setattr(bed.hub.db, "write", steal_before_the_verdict)
        return result

    monkeypatch.setattr(bed.hub.db, "write", arm)
    assert decide_due(bed.hub) == 2
    monkeypatch.undo()
    names = [row["name"] for row in _goldens(bed)]
    assert names == ["Two"]
    bed.clock.advance(61)  # the thief died
    bed.run()
    assert sorted(row["name"] for row in _goldens(bed)) == ["One", "Two"]


def test_what_cannot_be_claimed_now_is_not_called_due(bed, synced):
    """Otherwise every commit would ring for it, and every ring would commit: a busy loop."""
    row, _ = synced
    bed.crm.edit("customers", row.id, {"language": "ca"})
    bed.tell("crm")
    decide_due(bed.hub)
    seen = []

    def edit_again():
        bed.crm.edit("customers", row.id, {"language": "eu"})
        bed.tell("crm")
        decide_due(bed.hub)
        bed.clock.advance(1)
        now = bed.clock.now()
        seen.append(bed.hub.db.read(lambda c: effects.any_due(c, ["erp"], now)))
        later = now + timedelta(minutes=2)
        seen.append(bed.hub.db.read(lambda c: effects.any_due(c, ["erp"], later)))

    bed.put_in("erp", BusyConnector(bed.erp, before=edit_again))
    deliver_connection(bed.hub, "erp")
    bed.put_in("erp", bed.connectors["erp"])
    assert seen == [False, True]  # in two minutes the write under way counts as lost
    bed.run()
    assert bed.rows("erp")[0]["language"] == "eu"


def _goldens(bed):
    def read(connection):
        rows = connection.exec_driver_sql("select title from golden order by title")
        return [{"name": row[0]} for row in rows]

    return bed.hub.db.read(read)
