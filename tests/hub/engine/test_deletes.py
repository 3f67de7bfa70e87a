"""Deletes: confirmed by a read, counted against a fuse, and what they do elsewhere by policy."""

from dataclasses import replace

import pytest

from connectors.contract import ChangePage, Deletes
from connectors.kit.faults import MakeStale, Operation
from connectors.kit.memory_connector import MemoryConnector
from hub.conflicts.rules import Choice
from hub.deletes import store
from hub.deletes.rules import Answer, most_deletes
from hub.errors import NoBlownFuse
from hub.events import store as events_store
from hub.fuses.service import answer_fuse
from hub.polling.service import poll_due, poll_now, schedule
from hub.sync.service import decide_due
from tests.hub.engine.test_faults import answer, assert_quiet


def late(bed, name, *events):
    """Deliver what was told some time ago."""
    bed.hub.db.write(lambda c: events_store.insert(c, list(events), bed.clock.now()))


def policy(bed, name, value):
    known = bed.directory.known[name]
    bed.directory.known[name] = replace(known, settings={"on_delete": value})


@pytest.fixture
def pair(bed, customer):
    """A customer on both sides."""
    row = bed.crm.create("customers", customer())
    bed.run()
    (there,) = bed.erp.living("customers")
    return row.id, there.id


def test_a_delete_deactivates_elsewhere_by_policy(bed, pair):
    policy(bed, "crm", "deactivate")
    bed.crm.remove("customers", pair[0])
    bed.run()
    assert bed.rows("erp")[0]["status"] == "closed"
    assert bed.rows("crm") == []
    assert_quiet(bed)


def test_a_delete_deletes_elsewhere_by_policy(bed, pair):
    policy(bed, "crm", "delete")
    bed.crm.remove("customers", pair[0])
    bed.run()
    assert (bed.rows("crm"), bed.rows("erp")) == ([], [])
    assert ("erp", "delete", "confirmed") in bed.effects()
    assert [state for _, state in bed.goldens()] == ["gone"]
    assert_quiet(bed)


def test_a_planned_update_gives_way_to_the_delete(bed, pair):
    policy(bed, "crm", "delete")
    bed.crm.edit("customers", pair[0], {"name": "Last words"})
    bed.tell("crm")
    decide_due(bed.hub)
    bed.crm.remove("customers", pair[0])
    bed.run()
    assert bed.rows("erp") == []
    assert_quiet(bed)


def test_a_delete_by_policy_restore_makes_the_record_again(bed, pair):
    policy(bed, "crm", "restore")
    bed.crm.remove("customers", pair[0])
    bed.run()
    (again,) = bed.rows("crm")
    assert (again["name"], again["erp_number"]) == ("Talleres Ibarra", "C00001")
    assert len(bed.rows("erp")) == 1
    assert_quiet(bed)


def test_a_create_told_after_its_delete_brings_nothing_back(bed, customer):
    row = bed.crm.create("customers", customer())
    created = bed.event("crm", "customers", row.id)
    bed.crm.remove("customers", row.id)
    bed.run()
    late(bed, "crm", created)
    bed.run()
    assert (bed.goldens(), bed.rows("erp")) == ([], [])
    assert_quiet(bed)


def test_an_edit_told_after_its_delete_brings_nothing_back(bed, pair):
    bed.crm.edit("customers", pair[0], {"name": "Last words"})
    edited = bed.event("crm", "customers", pair[0])
    bed.crm.remove("customers", pair[0])
    bed.run()
    late(bed, "crm", replace(edited, id=bed.hub.env.ids.new("ev")))
    bed.run()
    query = "select state from crossref where connection = 'crm'"
    assert bed.hub.db.read(lambda c: c.exec_driver_sql(query).scalar()) == "gone"
    assert [row["name"] for row in bed.rows("erp")] == ["Talleres Ibarra"]
    assert_quiet(bed)


def test_a_record_that_is_there_again_after_its_delete_is_taken(bed, customer):
    row = bed.crm.create("customers", customer())
    created = bed.event("crm", "customers", row.id)
    bed.crm.remove("customers", row.id)
    bed.run()
    bed.crm.rows["customers"][row.id] = replace(row, version=3)
    late(bed, "crm", replace(created, version="3"))
    bed.run()
    assert [each["name"] for each in bed.rows("erp")] == ["Talleres Ibarra"]
    assert_quiet(bed)


@pytest.fixture
def disputed(bed, pair):
    """The ERP changed a customer that the CRM deleted before it heard of the change."""
    policy(bed, "crm", "delete")
    bed.erp.edit("customers", pair[1], {"payment_terms": "NET30"})
    bed.tell("erp")
    decide_due(bed.hub)
    bed.crm.remove("customers", pair[0])
    bed.run()
    (conflict,) = bed.conflicts()
    assert conflict.kind == "delete_against_change"
    assert len(bed.rows("erp")) == 1
    return conflict


def test_a_disputed_delete_that_is_meant_is_carried_out(bed, disputed):
    answer(bed, disputed, Choice.DELETE)
    assert (bed.rows("crm"), bed.rows("erp")) == ([], [])
    assert_quiet(bed)


def test_a_disputed_record_is_made_again(bed, disputed):
    answer(bed, disputed, Choice.RESTORE)
    assert [row["payment_terms"] for row in bed.rows("crm")] == ["NET30"]
    assert_quiet(bed)


def test_a_disputed_delete_that_is_dismissed_touches_nobody(bed, disputed):
    answer(bed, disputed, Choice.DISMISS)
    assert bed.rows("crm") == []
    assert len(bed.rows("erp")) == 1
    assert_quiet(bed)


@pytest.mark.parametrize("choice", [Choice.DELETE, Choice.RESTORE])
def test_a_record_changed_before_our_delete_arrives_is_asked(bed, pair, choice):
    policy(bed, "crm", "delete")
    bed.erp.faults.add(MakeStale(), operation=Operation.DELETE)
    bed.crm.remove("customers", pair[0])
    bed.run()
    (conflict,) = bed.conflicts()
    assert conflict.kind == "delete_against_change"
    answer(bed, conflict, choice)
    assert len(bed.rows("erp")) == (0 if choice is Choice.DELETE else 1)
    assert_quiet(bed)


@pytest.fixture
def many(bed, customer):
    """Thirty customers on both sides; a fifth of them may go in an hour."""
    for number in range(30):
        bed.crm.create("customers", customer(name=f"Customer {number}"))
    bed.run()
    assert len(bed.rows("erp")) == 30
    policy(bed, "crm", "delete")


def remove(bed, many):
    for row in bed.crm.living("customers")[:many]:
        bed.crm.remove("customers", row.id)
    bed.run()


def blown(bed):
    return bed.hub.db.read(store.blown)


def test_too_many_deletes_blow_the_fuse_and_touch_nobody_more(bed, many):
    remove(bed, 20)
    assert len(bed.rows("erp")) == 24
    (fuse,) = blown(bed)
    assert (fuse.connection, fuse.held) == ("crm", 14)
    assert bed.balance().open == 14
    assert bed.balance().is_even
    bed.clock.advance(7200)
    remove(bed, 1)
    assert len(bed.rows("erp")) == 24  # a blown fuse mends by a person only


def test_deletes_that_a_person_allows_are_carried_out(bed, many):
    remove(bed, 20)
    assert answer_fuse(bed.hub, "crm", Answer.ALLOW, "us_1") == 14
    bed.run()
    assert len(bed.rows("erp")) == 10
    assert blown(bed) == []
    assert_quiet(bed)


def test_deletes_that_were_not_meant_are_made_again(bed, many):
    remove(bed, 20)
    answer_fuse(bed.hub, "crm", Answer.RESTORE, "us_1")
    bed.run()
    assert len(bed.rows("crm")) == len(bed.rows("erp")) == 24
    assert_quiet(bed)
    with pytest.raises(NoBlownFuse):
        answer_fuse(bed.hub, "crm", Answer.RESTORE, "us_1")


def test_a_second_look_finds_records_that_are_back(bed, many):
    rows = bed.crm.living("customers")
    remove(bed, 20)
    bed.clock.advance(3700)
    for row in rows[6:20]:
        bed.crm.rows["customers"][row.id] = replace(row, version=row.version + 2)
    answer_fuse(bed.hub, "crm", Answer.RECHECK, "us_1")
    bed.run()
    assert len(bed.rows("erp")) == 24
    assert blown(bed) == []
    assert_quiet(bed)


def poll(bed):
    schedule(bed.hub)
    while poll_due(bed.hub):
        pass
    bed.run(tell=False)


class TracelessConnector(MemoryConnector):
    """Tells of no delete; `cut`: its lists end early and say they are whole."""

    def __init__(self, system, cut=None):
        super().__init__(system)
        self.capabilities = replace(self.capabilities, deletes=Deletes.NONE)
        self.cut = cut

    def changes(self, object_type, cursor, limit):
        page = super().changes(object_type, cursor, limit)
        if self.cut is None:
            return page
        return ChangePage(page.changes[: self.cut], page.cursor, more=False)


@pytest.fixture
def traceless(bed, many):
    connector = TracelessConnector(bed.crm)
    bed.put_in("crm", connector)
    bed.clock.advance(5)
    poll(bed)
    bed.clock.advance(60)
    return connector


def test_what_a_complete_listing_does_not_show_is_deleted(bed, traceless):
    gone = bed.crm.living("customers")[3]
    bed.crm.forget("customers", gone.id)
    bed.clock.advance(20)
    poll(bed)
    assert len(bed.rows("erp")) == 30  # nobody told, and only a complete listing counts
    poll_now(bed.hub, "crm")
    poll(bed)
    assert len(bed.rows("erp")) == 29
    assert_quiet(bed)


def test_a_listing_that_ends_early_deletes_nothing(bed, traceless):
    traceless.cut = 2
    poll_now(bed.hub, "crm")
    poll(bed)
    assert len(bed.rows("erp")) == 30
    assert_quiet(bed)


def test_a_listing_of_a_system_that_lost_everything_stops_at_the_fuse(bed, traceless):
    for row in bed.crm.living("customers"):
        bed.crm.forget("customers", row.id)
    poll_now(bed.hub, "crm")
    poll(bed)
    assert len(bed.rows("erp")) == 24
    (fuse,) = blown(bed)
    assert fuse.held == 24


def test_the_fuse_is_a_part_of_the_records_within_bounds():
    assert [most_deletes(living, 50) for living in (0, 10, 30, 200, 10_000)] == [5, 5, 6, 40, 50]
