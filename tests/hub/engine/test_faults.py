"""What goes wrong on the way to a system: lost answers, refusals, silence, dying workers."""

from dataclasses import replace

import pytest

from connectors.kit.faults import (
    AnswerLost,
    Down,
    LateCommit,
    MakeStale,
    NotSent,
    Operation,
    RefuseBatch,
    RefuseRecord,
    Throttle,
    Unauthorised,
)
from connectors.kit.memory_connector import MemoryConnector
from ground.instants import to_microseconds
from hub.conflicts.rules import Choice
from hub.resolutions.service import Resolution, resolve

SETTLES = 11
LEASE = 61
UNDER_WAY = 10
"""Seconds for which a call of a dead process may outlive its lease."""


class Died(Exception):
    """The process is gone: nothing after this happened."""


class DyingConnector(MemoryConnector):
    """Its process dies at the next write, before or after the system has carried it out."""

    def __init__(self, system, *, landed):
        super().__init__(system)
        self.landed = landed

    def write(self, object_type, writes, not_after):
        if self.landed:
            super().write(object_type, writes, not_after)
        raise Died


@pytest.fixture
def synced(bed, customer):
    """A customer on both sides; (CRM row, ERP row)."""

    def make(**values):
        row = bed.crm.create("customers", customer(**values))
        bed.run()
        (there,) = bed.erp.living("customers")
        return bed.crm.row("customers", row.id), there

    return make


def answer(bed, conflict, choice, **more):
    resolution = Resolution(choice=choice, seen=conflict.version, by="us_1", **more)
    resolve(bed.hub, conflict.id, resolution)
    bed.run()


def assert_quiet(bed):
    assert bed.open_effects() == {}
    assert bed.balance().is_even
    assert bed.balance().open == bed.balance().undecided == 0


def test_a_create_whose_answer_was_lost_is_not_made_twice(bed, customer):
    bed.erp.faults.add(AnswerLost(), operation=Operation.WRITE)
    row = bed.crm.create("customers", customer())
    bed.run()
    assert len(bed.rows("erp")) == 1
    bed.later(SETTLES)
    (there,) = bed.rows("erp")
    assert bed.crm.row("customers", row.id).values["erp_number"] == there["number"]
    assert ("erp", "create", "confirmed") in bed.effects()
    assert_quiet(bed)


def test_an_update_whose_answer_was_lost_is_confirmed_by_a_read(bed, synced):
    row, there = synced()
    bed.erp.faults.add(AnswerLost(), operation=Operation.WRITE)
    bed.crm.edit("customers", row.id, {"name": "Ibarra nuevo"})
    bed.run()
    version = bed.erp.row("customers", there.id).version
    bed.later(SETTLES)
    assert bed.rows("erp")[0]["name"] == "Ibarra nuevo"
    assert bed.erp.row("customers", there.id).version == version
    assert bed.effects()[-1] == ("erp", "update", "confirmed")
    assert_quiet(bed)


def test_an_update_that_never_arrived_is_sent_again(bed, synced):
    row, _ = synced()
    bed.erp.faults.add(NotSent(), operation=Operation.WRITE)
    bed.crm.edit("customers", row.id, {"name": "Ibarra nuevo"})
    bed.run()
    assert bed.rows("erp")[0]["name"] == "Talleres Ibarra"
    bed.later(SETTLES)
    assert bed.rows("erp")[0]["name"] == "Ibarra nuevo"
    assert_quiet(bed)


@pytest.mark.parametrize("after", [5, 30], ids=["before_the_read", "after_the_read"])
def test_a_create_that_lands_late_is_one_record(bed, customer, after):
    bed.erp.faults.add(LateCommit(after), operation=Operation.WRITE)
    bed.crm.create("customers", customer())
    bed.run()
    assert bed.rows("erp") == []
    bed.later(SETTLES)
    bed.later(60)
    assert len(bed.rows("erp")) == 1
    assert_quiet(bed)


@pytest.mark.parametrize("after", [5, 30], ids=["before_the_read", "after_the_read"])
def test_an_update_that_lands_late_does_no_harm(bed, synced, after):
    row, _ = synced()
    bed.erp.faults.add(LateCommit(after), operation=Operation.WRITE)
    bed.crm.edit("customers", row.id, {"name": "Ibarra one"})
    bed.run()
    bed.later(SETTLES)
    bed.crm.edit("customers", row.id, {"name": "Ibarra two"})
    bed.run()
    bed.later(60)
    assert bed.rows("crm")[0]["name"] == bed.rows("erp")[0]["name"] == "Ibarra two"
    assert_quiet(bed)


def test_a_refused_field_is_held_and_the_others_go(bed, synced):
    row, _ = synced()
    bed.erp.faults.add(RefuseRecord("no", {"name": "too long"}), operation=Operation.WRITE)
    bed.crm.edit("customers", row.id, {"name": "A long name", "language": "ca"})
    bed.run()
    there = bed.rows("erp")[0]
    assert (there["name"], there["language"]) == ("Talleres Ibarra", "ca")
    (conflict,) = bed.conflicts()
    assert (conflict.kind, conflict.subject) == ("refused_write", "erp:name")
    assert conflict.why == "too long"
    answer(bed, conflict, Choice.RETRY)
    assert bed.rows("erp")[0]["name"] == "A long name"
    assert bed.conflicts() == []
    assert_quiet(bed)


def test_a_dismissed_refusal_stays_held(bed, synced):
    row, _ = synced()
    bed.erp.faults.add(RefuseRecord("no", {"name": "too long"}), operation=Operation.WRITE)
    bed.crm.edit("customers", row.id, {"name": "A long name"})
    bed.run()
    (conflict,) = bed.conflicts()
    answer(bed, conflict, Choice.DISMISS)
    bed.crm.edit("customers", row.id, {"language": "ca"})
    bed.run()
    there = bed.rows("erp")[0]
    assert (there["name"], there["language"]) == ("Talleres Ibarra", "ca")
    assert_quiet(bed)


def test_a_record_refused_as_a_whole_is_parked_alone(bed, synced, customer):
    row, _ = synced()
    bed.erp.faults.add(RefuseRecord("locked by an auditor"), operation=Operation.WRITE)
    bed.crm.edit("customers", row.id, {"name": "Ibarra nuevo"})
    bed.run()
    (conflict,) = bed.conflicts()
    assert (conflict.subject, conflict.why) == ("erp:record", "locked by an auditor")
    bed.crm.edit("customers", row.id, {"language": "ca"})
    bed.crm.create("customers", customer(name="Neighbour"))
    bed.run()
    names = {each["name"]: each["language"] for each in bed.rows("erp")}
    assert names == {"Talleres Ibarra": "es", "Neighbour": "es"}
    answer(bed, conflict, Choice.RETRY)
    names = {each["name"]: each["language"] for each in bed.rows("erp")}
    assert names == {"Ibarra nuevo": "ca", "Neighbour": "es"}
    assert_quiet(bed)


def test_a_refused_create_is_parked_and_made_after_mending(bed, customer):
    bed.erp.faults.add(RefuseRecord("closed for the year"), operation=Operation.WRITE)
    bed.crm.create("customers", customer())
    bed.run()
    assert bed.rows("erp") == []
    (conflict,) = bed.conflicts()
    answer(bed, conflict, Choice.RETRY)
    assert len(bed.rows("erp")) == 1
    assert bed.rows("crm")[0]["erp_number"] == "C00001"
    assert_quiet(bed)


def test_a_stale_write_reads_again_and_keeps_both_edits(bed, synced):
    row, there = synced()
    bed.erp.edit("customers", there.id, {"payment_terms": "NET30"})
    bed.erp.untold.clear()
    bed.crm.edit("customers", row.id, {"name": "Ibarra nuevo"})
    bed.run()
    crm, erp = bed.rows("crm")[0], bed.rows("erp")[0]
    assert crm["name"] == erp["name"] == "Ibarra nuevo"
    assert crm["payment_terms"] == erp["payment_terms"] == "NET30"
    assert_quiet(bed)


def test_a_write_called_stale_without_reason_is_tried_again(bed, synced):
    row, _ = synced()
    bed.erp.faults.add(MakeStale(), operation=Operation.WRITE, times=2)
    bed.crm.edit("customers", row.id, {"name": "Ibarra nuevo"})
    bed.run()
    assert bed.rows("erp")[0]["name"] == "Ibarra nuevo"
    assert_quiet(bed)


@pytest.mark.parametrize(
    "fault", [Down(), Throttle(3.0), Unauthorised()], ids=["down", "throttled", "unauthorised"]
)
def test_what_a_system_missed_is_delivered_when_it_is_back(bed, synced, customer, fault):
    row, _ = synced()
    bed.erp.faults.add(fault, times=None)
    bed.crm.edit("customers", row.id, {"name": "Ibarra one"})
    bed.run()
    bed.crm.edit("customers", row.id, {"name": "Ibarra two"})
    bed.crm.create("customers", customer(name="Neighbour"))
    bed.run()
    bed.later(20)
    assert [each["name"] for each in bed.rows("erp")] == ["Talleres Ibarra"]
    assert bed.open_effects() != {}
    bed.erp.faults.clear()
    for _ in range(5):
        bed.later(16)
    assert sorted(each["name"] for each in bed.rows("erp")) == ["Ibarra two", "Neighbour"]
    assert_quiet(bed)


def test_an_edit_during_a_create_without_answer_follows_it(bed, customer):
    bed.erp.faults.add(AnswerLost(), operation=Operation.WRITE)
    row = bed.crm.create("customers", customer())
    bed.tell("crm")
    bed.turn()
    bed.crm.edit("customers", row.id, {"name": "Ibarra nuevo"})
    bed.erp.untold.clear()
    bed.run()
    bed.erp.untold.clear()
    bed.later(SETTLES)
    assert [each["name"] for each in bed.rows("erp")] == ["Ibarra nuevo"]
    assert_quiet(bed)


def test_who_left_the_filter_before_the_create_was_sent_stays_out(bed, customer):
    bed.erp.faults.add(Down(), times=None)
    bed.crm.create("customers", customer(name="Neighbour"))
    bed.run()
    row = bed.crm.create("customers", customer())
    bed.run()
    bed.crm.edit("customers", row.id, {"lifecycle": "prospect"})
    bed.run()
    bed.erp.faults.clear()
    for _ in range(3):
        bed.later(16)
    assert [each["name"] for each in bed.rows("erp")] == ["Neighbour"]
    bed.crm.edit("customers", row.id, {"lifecycle": "customer"})
    bed.run()
    assert len(bed.rows("erp")) == 2
    assert_quiet(bed)


def test_a_system_that_cannot_be_read_keeps_its_lanes(bed, synced):
    _, there = synced()
    bed.erp.faults.add(Down(), times=None)
    bed.erp.edit("customers", there.id, {"payment_terms": "NET30"})
    event = bed.event("erp", "customers", there.id)
    bed.hint(event)
    bed.erp.untold.clear()
    bed.run()
    assert bed.balance().undecided == 1
    bed.erp.faults.clear()
    bed.later(16)
    assert bed.rows("crm")[0]["payment_terms"] == "NET30"
    assert_quiet(bed)


def test_a_batch_that_is_too_large_is_halved(bed, customer):
    bed.erp.faults.add(RefuseBatch(2), operation=Operation.WRITE, times=None)
    for number in range(7):
        bed.crm.create("customers", customer(name=f"Customer {number}"))
    bed.run()
    assert len(bed.rows("erp")) == 7
    assert_quiet(bed)


@pytest.mark.parametrize("landed", [True, False], ids=["after_landing", "before_landing"])
def test_a_worker_that_dies_between_freeze_and_settle_loses_nothing(bed, synced, landed):
    row, there = synced()
    bed.crm.edit("customers", row.id, {"name": "Ibarra nuevo"})
    bed.put_in("erp", DyingConnector(bed.erp, landed=landed))
    with pytest.raises(Died):
        bed.run()
    bed.put_in("erp", bed.connectors["erp"])
    bed.run()
    assert bed.open_effects() == {("erp", "sent"): 1}
    bed.later(LEASE)
    assert bed.open_effects() == {("erp", "unknown"): 1}
    bed.later(SETTLES)
    assert bed.open_effects() == {("erp", "unknown"): 1}
    bed.later(UNDER_WAY)
    assert bed.rows("erp")[0]["name"] == "Ibarra nuevo"
    assert bed.erp.row("customers", there.id).version == there.version + 1
    assert_quiet(bed)


@pytest.mark.parametrize("landed", [True, False], ids=["after_landing", "before_landing"])
def test_a_worker_that_dies_in_a_create_makes_one_record(bed, customer, landed):
    bed.crm.create("customers", customer())
    bed.put_in("erp", DyingConnector(bed.erp, landed=landed))
    with pytest.raises(Died):
        bed.run()
    bed.put_in("erp", bed.connectors["erp"])
    for _ in range(4):
        bed.later(LEASE)
    assert len(bed.rows("erp")) == 1
    assert bed.rows("crm")[0]["erp_number"] == bed.rows("erp")[0]["number"]
    assert_quiet(bed)


def test_a_worker_that_dies_while_deciding_leaves_the_lane_to_the_next(bed, synced):
    row, _ = synced()
    bed.crm.edit("customers", row.id, {"name": "Ibarra nuevo"})
    bed.hint(bed.event("crm", "customers", row.id))
    bed.crm.untold.clear()

    class DyingReader(MemoryConnector):
        def read(self, object_type, external_ids):
            raise Died

    bed.put_in("crm", DyingReader(bed.crm))
    with pytest.raises(Died):
        bed.run()
    bed.put_in("crm", bed.connectors["crm"])
    bed.run()
    assert bed.balance().undecided == 1
    bed.later(LEASE)
    assert bed.rows("erp")[0]["name"] == "Ibarra nuevo"
    assert_quiet(bed)


def test_a_system_too_slow_for_the_lease_is_read_a_part_at_a_time(bed, customer):
    """Two lanes take all of the time: the others are given back, not lost and begun again."""

    def overdue(connection):
        now = to_microseconds(bed.clock.now())
        query = f"select count(*) from lane where token is not null and due_at <= {now}"
        return connection.exec_driver_sql(query).scalar()

    class Slow(MemoryConnector):
        reads = 0

        def read(self, object_type, external_ids):
            Slow.reads += 1
            bed.clock.advance(bed.hub.settings.lease / 3)
            assert bed.hub.db.read(overdue) == 0, "others would begin the same again"
            return super().read(object_type, external_ids)

    rows = [bed.crm.create("customers", customer(name=f"Slow {n}")) for n in range(6)]
    for row in rows:
        bed.hint(bed.event("crm", "customers", row.id))
    bed.crm.untold.clear()
    one_by_one = replace(bed.connectors["crm"].capabilities, bulk_read=1)
    bed.put_in("crm", Slow(bed.crm, one_by_one))
    bed.run(tell=False)
    assert Slow.reads == 6
    assert sorted(each["name"] for each in bed.rows("erp")) == [f"Slow {n}" for n in range(6)]
