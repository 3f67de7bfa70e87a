"""What the simulator found: answers, decisions and claims that cross each other."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.kit.faults import AnswerLost, Operation
from connectors.kit.memory_connector import MemoryConnector
from hub.effects.due import store as effects
from hub.effects.service import deliver_connection
from hub.events import store as events
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

    decide_due(bed.hub)  # what the ERP filled in is judged first
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
    write, writes = bed.hub.db.write, []

    def write_after_a_theft(work, *, synced=True):
        writes.append(work)
        if len(writes) == 2:  # after the claim, before the verdict
            theft = f"update lane set token = 'x' where key = '{stolen}'"
            write(lambda c: c.exec_driver_sql(theft))
        return write(work, synced=synced)

    monkeypatch.setattr(bed.hub.db, "write", write_after_a_theft)
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


def test_an_edit_of_a_record_whose_create_was_not_answered_is_kept(bed, customer):
    """The record comes back with our key and waits: it answers, so nothing is sent again."""
    bed.erp.faults.add(AnswerLost(), operation=Operation.WRITE)
    bed.crm.create("customers", customer())
    bed.tell("crm")
    bed.turn()
    (there,) = bed.erp.living("customers")
    bed.erp.edit("customers", there.id, {"name": "Ibarra nuevo"})
    bed.tell("erp")
    bed.turn()
    bed.later(11)
    bed.later(11)
    assert bed.rows("crm")[0]["name"] == bed.rows("erp")[0]["name"] == "Ibarra nuevo"
    assert ("erp", "create", "confirmed") in bed.effects()
    assert bed.open_effects() == {}


@pytest.mark.parametrize("slow", [False, True])
def test_what_a_resolving_read_found_is_judged_before_the_next_write(bed, synced, slow):
    row, there = synced
    bed.erp.faults.add(AnswerLost(), operation=Operation.WRITE)
    bed.crm.edit("customers", row.id, {"name": "Ibarra nuevo"})
    bed.tell("crm")
    bed.turn()
    bed.erp.edit("customers", there.id, {"name": "By the clerk"})
    bed.erp.untold.clear()
    bed.crm.edit("customers", row.id, {"language": "ca"})
    bed.tell("crm")
    bed.turn()
    bed.clock.advance(11)
    if slow:
        bed.put_in("erp", SlowReader(bed.erp, bed.clock))
    deliver_connection(bed.hub, "erp")  # reads what became of the first, and has the second to do
    bed.put_in("erp", bed.connectors["erp"])
    bed.run()
    assert bed.rows("crm")[0]["name"] == bed.rows("erp")[0]["name"] == "By the clerk"
    assert bed.rows("erp")[0]["language"] == "ca"


def test_a_create_that_comes_back_before_its_answer_says_nothing_new(bed, customer):
    """It was made after an edit elsewhere, and still shows what was so before that edit."""
    row = bed.crm.create("customers", customer(name="Ibarra one"))
    bed.tell("crm")
    decide_due(bed.hub)

    def edit_first():
        bed.crm.edit("customers", row.id, {"name": "Ibarra two"})
        bed.tell("crm")
        bed.clock.advance(1)

    bed.put_in("erp", BusyConnector(bed.erp, before=edit_first))
    bed.erp.faults.add(AnswerLost(), operation=Operation.WRITE)
    deliver_connection(bed.hub, "erp")
    bed.put_in("erp", bed.connectors["erp"])
    bed.tell("erp")
    for _ in range(5):
        decide_due(bed.hub)
        bed.clock.advance(31)
    bed.run()
    assert bed.rows("crm")[0]["name"] == bed.rows("erp")[0]["name"] == "Ibarra two"


class SlowReader(MemoryConnector):
    """Answers a read after a while."""

    def __init__(self, system, clock):
        super().__init__(system)
        self.clock = clock

    def read(self, object_type, external_ids):
        self.clock.advance(1)
        return super().read(object_type, external_ids)


class LaggingConnector(MemoryConnector):
    """Reads may show a record as it was some seconds ago."""

    def __init__(self, system, *, comparable):
        super().__init__(system)
        self.capabilities = replace(self.capabilities, read_lag=3.0, comparable_version=comparable)
        self.old = {}
        self.reads = 0

    def read(self, object_type, external_ids):
        self.reads += 1
        found = super().read(object_type, external_ids)
        return found | {each: self.old[each] for each in external_ids if each in self.old}


@pytest.mark.parametrize("comparable", [True, False])
def test_a_record_shown_as_before_our_write_is_not_an_edit(bed, synced, comparable):
    row, there = synced
    lagging = LaggingConnector(bed.erp, comparable=comparable)
    lagging.old = lagging.read("customers", [there.id])
    bed.put_in("erp", lagging)
    bed.crm.edit("customers", row.id, {"name": "Ibarra nuevo"})
    bed.tell("crm")
    bed.turn()
    bed.hint(bed.event("erp", "customers", there.id))
    bed.erp.untold.clear()
    bed.turn()
    bed.turn()
    assert lagging.reads == 1  # it is not even asked yet
    lagging.old = {}
    bed.later(4)
    assert bed.rows("crm")[0]["name"] == bed.rows("erp")[0]["name"] == "Ibarra nuevo"
    assert bed.balance().undecided == 0


def test_nothing_is_written_over_a_record_that_waits_to_be_read(bed, synced):
    """An edit is told of, but a read may not show it yet: it is judged before the next write."""
    row, there = synced
    bed.put_in("erp", LaggingConnector(bed.erp, comparable=False))
    bed.erp.faults.add(AnswerLost(), operation=Operation.WRITE)
    bed.crm.edit("customers", row.id, {"language": "ca"})
    bed.tell("crm")
    bed.turn()
    bed.erp.edit("customers", there.id, {"name": "By the clerk"})
    bed.erp.untold.clear()
    bed.crm.edit("customers", row.id, {"name": "By the seller"})
    bed.tell("crm")
    bed.turn()
    for seconds in (14, 0.5, 4, 4):  # the resolving read shows the edit, within the lag
        bed.clock.advance(seconds)
        bed.turn()
    heard = bed.rows("crm")[0]["name"], bed.rows("erp")[0]["name"]
    assert heard in {("By the clerk", "By the clerk"), ("By the seller", "By the seller")}
    assert _said(bed, "erp", "name") == "By the clerk"


def _said(bed, name, path):
    """Return what a system said last of a field."""
    query = f"select contributions from crossref where connection = '{name}'"
    (found,) = bed.hub.db.read(lambda c: c.exec_driver_sql(query).all())
    said = found[0] if isinstance(found[0], dict) else json.loads(found[0])
    return said[path][0]


def test_a_read_older_than_the_notice_is_read_again(bed, synced):
    _, there = synced
    lagging = LaggingConnector(bed.erp, comparable=True)
    lagging.capabilities = replace(lagging.capabilities, read_lag=0.0)
    lagging.old = lagging.read("customers", [there.id])
    bed.put_in("erp", lagging)
    bed.erp.edit("customers", there.id, {"payment_terms": "NET30"})
    event = replace(bed.event("erp", "customers", there.id), state=None)
    bed.hub.db.write(lambda c: events.insert(c, [event], bed.clock.now()))
    bed.erp.untold.clear()
    bed.turn()
    assert bed.balance().undecided == 1
    lagging.old = {}
    bed.later(2)
    assert bed.rows("crm")[0]["payment_terms"] == "NET30"


def test_what_is_told_after_a_read_is_not_closed_by_it(bed, synced):
    """The golden record moves meanwhile, so the lane is decided twice, with one read."""
    _, there = synced

    class MeanwhileConnector(MemoryConnector):
        def read(self, object_type, external_ids):
            found = super().read(object_type, external_ids)
            bed.erp.edit("customers", there.id, {"payment_terms": "NET30"})
            bed.hint(bed.event("erp", "customers", there.id))
            bed.erp.untold.clear()
            move = "update golden set version = version + 1 where entity = 'customer'"
            bed.hub.db.write(lambda c: c.exec_driver_sql(move))
            bed.put_in("erp", bed.connectors["erp"])
            return found

    bed.put_in("erp", MeanwhileConnector(bed.erp))
    bed.erp.edit("customers", there.id, {"language": "ca"})
    bed.hint(bed.event("erp", "customers", there.id))
    bed.erp.untold.clear()
    bed.run()
    shown = bed.rows("crm")[0]
    assert (shown["language"], shown["payment_terms"]) == ("ca", "NET30")


def _goldens(bed):
    def read(connection):
        rows = connection.exec_driver_sql("select title from golden order by title")
        return [{"name": row[0]} for row in rows]

    return bed.hub.db.read(read)
