"""Fix and replay: what one repair ends is tried again by one answer."""

import pytest

from connectors.kit.faults import NotSent, Operation, RefuseRecord
from hub.conflicts import store
from hub.conflicts.rules import Choice, cause_of
from hub.errors import UnknownConflict, WrongChoice
from hub.resolutions.reviewing import take_back
from hub.resolutions.service import resolve_all


def causes(bed):
    return bed.hub.db.read(store.causes)


@pytest.fixture
def refused(bed, customer):
    """Three customers that the ERP refuses for one cause, one that it refuses for another."""
    for number in range(3):
        why = f"period {number} is closed"
        bed.erp.faults.add(RefuseRecord(why), operation=Operation.WRITE)
    bed.erp.faults.add(RefuseRecord("no such branch"), operation=Operation.WRITE)
    for number in range(4):
        bed.crm.create("customers", customer(name=f"Customer {number}"))
        bed.run()
    assert bed.rows("erp") == []


def test_refusals_are_grouped_by_cause_whatever_their_numbers(bed, refused):
    assert [(each.count, each.kind, each.connection) for each in causes(bed)] == [
        (3, "refused_write", "erp"),
        (1, "refused_write", "erp"),
    ]


def test_one_answer_tries_a_whole_cause_again_and_no_other(bed, refused):
    first, other = causes(bed)
    done = resolve_all(bed.hub, first.id, Choice.RETRY, "us_1", "the period is open again")
    assert (done.settled, done.left) == (3, False)
    bed.run()
    assert len(bed.rows("erp")) == 3
    assert [each.id for each in causes(bed)] == [other.id]
    with pytest.raises(UnknownConflict):
        resolve_all(bed.hub, first.id, Choice.RETRY, "us_1")
    assert len({row["number"] for row in bed.rows("erp")}) == 3


def test_an_answer_to_a_whole_cause_is_taken_back_as_one(bed, refused):
    first, other = causes(bed)
    done = resolve_all(bed.hub, first.id, Choice.DISMISS, "us_1")
    assert [each.id for each in causes(bed)] == [other.id]
    assert [each.problem for each in take_back(bed.hub, done.review, "us_1")] == [None] * 3
    assert [(each.id, each.count) for each in causes(bed)] == [(first.id, 3), (other.id, 1)]


def test_a_cause_that_is_not_mended_opens_anew_once(bed, refused):
    first, _ = causes(bed)
    for _ in range(3):
        bed.erp.faults.add(RefuseRecord("period 9 is closed"), operation=Operation.WRITE)
    resolve_all(bed.hub, first.id, Choice.RETRY, "us_1")
    bed.run()
    again = causes(bed)[0]
    assert (again.id, again.count) == (first.id, 3)


def test_an_answer_that_does_not_fit_a_cause_changes_nothing(bed, refused):
    first, _ = causes(bed)
    with pytest.raises(WrongChoice):
        resolve_all(bed.hub, first.id, Choice.SAME, "us_1")
    assert causes(bed)[0].count == 3


def test_a_write_that_fails_for_three_days_waits_for_a_person(bed, customer):
    bed.erp.faults.add(NotSent(), operation=Operation.WRITE, times=None)
    bed.crm.create("customers", customer())
    bed.run()
    for _ in range(40):
        bed.later(7200)
    (conflict,) = bed.conflicts()
    assert (conflict.kind, conflict.subject) == ("undelivered", "erp:record")
    assert ("erp", "create", "dead") in bed.effects()
    assert bed.open_effects() == {}
    bed.erp.faults.clear()
    bed.later(7200)
    assert bed.rows("erp") == []
    (cause,) = causes(bed)
    resolve_all(bed.hub, cause.id, Choice.RETRY, "us_1")
    bed.run()
    assert len(bed.rows("erp")) == 1
    assert bed.conflicts() == []


def test_each_unmapped_word_is_a_cause_of_its_own():
    one, other = (cause_of("unmapped_value", "erp:uom", f"no row for '{w}'") for w in "AB")
    assert one != other
    assert cause_of("rival_values", "name", "x") is None
    elements = {cause_of("refused_write", f"erp:addresses[el_{n}]", "no country") for n in range(2)}
    assert len(elements) == 1
