"""What the hub leaves to a person, and what follows from the answer."""

from dataclasses import replace

import pytest

from connectors.contract import ChangeKind
from connectors.kit.faults import Operation, RefuseRecord
from hub.conflicts.rules import Choice
from hub.errors import ConflictMoved, UnknownConflict, WrongChoice
from hub.resolutions.service import Resolution, resolve

TAX = {"country": "ES", "scheme": "vat", "value": "B12345674"}
PHONE = {"kind": "phone", "value": "+34911234567", "purpose": "work", "preferred": True}
MOBILE = {"kind": "mobile", "value": "+34600111222", "purpose": "work", "preferred": False}


def answer(bed, conflict, choice, **more):
    fields = {"seen": conflict.version, "by": "us_1"} | more
    resolved = resolve(bed.hub, conflict.id, Resolution(choice=choice, **fields))
    bed.run()
    return resolved


def assert_quiet(bed):
    assert bed.open_effects() == {}
    assert bed.balance().is_even
    assert bed.balance().open == bed.balance().undecided == 0


def test_a_delete_in_one_system_unlinks_it_there_only(bed, customer):
    row = bed.crm.create("customers", customer())
    bed.run()
    bed.crm.remove("customers", row.id)
    bed.run()
    assert bed.rows("crm") == []
    (there,) = bed.erp.living("customers")
    bed.erp.edit("customers", there.id, {"payment_terms": "NET30"})
    bed.run()
    assert bed.rows("crm") == []
    assert_quiet(bed)


def test_a_delete_that_is_not_true_is_no_delete(bed, customer):
    row = bed.crm.create("customers", customer())
    bed.run()
    bed.hint(replace(bed.event("crm", "customers", row.id), kind=ChangeKind.DELETED))
    bed.run()
    assert_quiet(bed)
    bed.crm.edit("customers", row.id, {"name": "Still here"})
    bed.run()
    assert bed.rows("erp")[0]["name"] == "Still here"
    assert_quiet(bed)


def test_a_record_deleted_before_its_write_arrives_is_not_made_again(bed, customer):
    row = bed.crm.create("customers", customer())
    bed.run()
    (there,) = bed.erp.living("customers")
    bed.erp.remove("customers", there.id)
    bed.erp.untold.clear()
    bed.crm.edit("customers", row.id, {"name": "Ibarra nuevo"})
    bed.run()
    assert bed.rows("erp") == []
    assert_quiet(bed)


@pytest.fixture
def unmapped(bed, customer):
    """An ERP customer whose status nobody has mapped, with a new name beside it."""
    bed.crm.create("customers", customer())
    bed.run()
    (there,) = bed.erp.living("customers")
    bed.erp.edit("customers", there.id, {"status": "vip", "name": "Ibarra nuevo"})
    bed.run()
    return there


def test_an_unmapped_value_is_held_and_the_others_go(bed, unmapped):
    crm = bed.rows("crm")[0]
    assert (crm["name"], crm["lifecycle"]) == ("Ibarra nuevo", "customer")
    (conflict,) = bed.conflicts()
    assert (conflict.kind, conflict.subject) == ("unmapped_value", "erp:lifecycle")
    assert bed.balance().open == 1


def test_a_held_field_is_not_written_over(bed, unmapped):
    (row,) = bed.crm.living("customers")
    bed.crm.edit("customers", row.id, {"lifecycle": "blocked", "language": "ca"})
    bed.run()
    there = bed.rows("erp")[0]
    assert (there["status"], there["language"]) == ("vip", "ca")


def test_a_value_that_can_be_understood_again_ends_its_conflict(bed, unmapped):
    bed.erp.edit("customers", unmapped.id, {"status": "blocked"})
    bed.run()
    assert bed.rows("crm")[0]["lifecycle"] == "blocked"
    assert bed.conflicts() == []
    assert_quiet(bed)


def test_a_retry_without_mending_asks_again(bed, unmapped):
    (conflict,) = bed.conflicts()
    answer(bed, conflict, Choice.RETRY)
    (again,) = bed.conflicts()
    assert again.id != conflict.id
    assert again.subject == conflict.subject


@pytest.fixture
def twins(bed, customer):
    """The same customer twice in the CRM: the second one waits, unconfirmed."""
    old = bed.crm.create(
        "customers", customer(name="Ibarra", tax_ids=[TAX], contact_points=[PHONE])
    )
    bed.run()
    new = bed.crm.create(
        "customers",
        customer(
            name="Ibarra SL",
            tax_ids=[TAX],
            contact_points=[PHONE, MOBILE],
            owner="Ana",
        ),
    )
    bed.run()
    (conflict,) = bed.conflicts()
    return old, new, conflict


def test_the_creates_of_an_unconfirmed_record_are_held(bed, twins):
    *_, conflict = twins
    assert conflict.kind == "possible_duplicate"
    assert [each["name"] for each in bed.rows("erp")] == ["Ibarra"]


def test_merged_records_become_one_with_the_elements_of_both(bed, twins):
    old, _, conflict = twins
    answer(bed, conflict, Choice.SAME)
    assert sorted(state for _, state in bed.goldens()) == ["active", "merged"]
    (there,) = bed.rows("erp")
    assert there["name"] == "Ibarra SL", "the newest contribution, as if they had always been one"
    numbers = sorted(each["value"] for each in there["contact_points"])
    assert numbers == ["+34600111222", "+34911234567"]
    shown = bed.crm.row("customers", old.id).values
    assert shown["owner"] == "Ana"
    assert len(shown["contact_points"]) == 2
    assert len(shown["tax_ids"]) == 1
    assert bed.conflicts() == []
    assert_quiet(bed)


def test_a_merged_record_contributes_and_is_never_written(bed, twins):
    old, new, conflict = twins
    answer(bed, conflict, Choice.SAME)
    before = bed.crm.row("customers", new.id).version
    bed.crm.edit("customers", old.id, {"language": "ca"})
    bed.run()
    assert bed.crm.row("customers", new.id).version == before
    bed.crm.edit("customers", new.id, {"language": "gl"})
    bed.run()
    assert bed.rows("erp")[0]["language"] == "gl"
    assert bed.crm.row("customers", old.id).values["language"] == "gl"
    assert_quiet(bed)


def test_a_record_told_apart_reaches_the_other_system(bed, twins):
    *_, conflict = twins
    answer(bed, conflict, Choice.DIFFERENT)
    assert sorted(each["name"] for each in bed.rows("erp")) == ["Ibarra", "Ibarra SL"]
    assert_quiet(bed)


@pytest.fixture
def rivals(bed, customer):
    """Both sides changed the legal name; (CRM row, ERP row, conflict)."""
    row = bed.crm.create("customers", customer(legal_name="Ibarra"))
    bed.run()
    (there,) = bed.erp.living("customers")
    bed.crm.edit("customers", row.id, {"legal_name": "Ibarra SA"})
    bed.erp.edit("customers", there.id, {"legal_name": "Ibarra SLU"})
    bed.run()
    (conflict,) = bed.conflicts()
    return row, there, conflict


def test_an_answer_to_rivals_that_moved_is_refused(bed, rivals):
    row, _, conflict = rivals
    bed.crm.edit("customers", row.id, {"legal_name": "Ibarra SAU"})
    bed.run()
    with pytest.raises(ConflictMoved):
        answer(bed, conflict, Choice.TAKE, value="Ibarra SA")
    (renewed,) = bed.conflicts()
    assert "Ibarra SAU" in {each["value"] for each in renewed.rivals}
    answer(bed, renewed, Choice.TAKE, value="Ibarra SAU")
    assert bed.rows("crm")[0]["legal_name"] == bed.rows("erp")[0]["legal_name"] == "Ibarra SAU"
    assert_quiet(bed)


def test_an_answer_comes_once(bed, rivals):
    *_, conflict = rivals
    closed = answer(bed, conflict, Choice.TAKE, value="Ibarra SA", reason="as registered")
    assert (closed.closed_by, closed.resolution["reason"]) == ("us_1", "as registered")
    with pytest.raises(ConflictMoved):
        answer(bed, conflict, Choice.TAKE, value="Ibarra SLU")


def test_an_answer_that_does_not_fit_is_refused(bed, rivals):
    *_, conflict = rivals
    with pytest.raises(WrongChoice):
        answer(bed, conflict, Choice.SAME)
    with pytest.raises(WrongChoice):
        answer(bed, conflict, Choice.TAKE, value=7)
    with pytest.raises(UnknownConflict):
        resolve(bed.hub, "cf_unheard", Resolution(choice=Choice.TAKE, seen=1, by="us_1"))


def test_rivals_that_agree_by_themselves_need_no_answer(bed, rivals):
    row, _, _ = rivals
    bed.crm.edit("customers", row.id, {"legal_name": "Ibarra SLU"})
    bed.run()
    assert bed.conflicts() == []
    assert bed.rows("crm")[0]["legal_name"] == bed.rows("erp")[0]["legal_name"] == "Ibarra SLU"
    assert_quiet(bed)


def test_a_value_of_the_persons_own_reaches_both_sides(bed, rivals):
    *_, conflict = rivals
    answer(bed, conflict, Choice.TAKE, value="Talleres Ibarra SL")
    names = {bed.rows(each)[0]["legal_name"] for each in ("crm", "erp")}
    assert names == {"Talleres Ibarra SL"}
    assert_quiet(bed)


def versions(bed):
    rows = [row for name in ("crm", "erp") for row in bed.system(name).living("customers")]
    return sum(row.version for row in rows)


def fight(bed, row_id, there_id, rounds):
    """Two robots put their own name back whenever the other's arrives."""
    for _ in range(rounds):
        bed.clock.advance(5)
        bed.crm.edit("customers", row_id, {"name": "Robot one"})
        bed.run()
        bed.clock.advance(5)
        bed.erp.edit("customers", there_id, {"name": "Robot two"})
        bed.run()


def test_a_field_written_in_circles_is_parked_with_an_alarm(bed, customer):
    row = bed.crm.create("customers", customer())
    bed.run()
    (there,) = bed.erp.living("customers")
    fight(bed, row.id, there.id, 8)
    loops = [each for each in bed.conflicts() if each.kind == "loop"]
    assert {each.subject for each in loops} <= {"crm:name", "erp:name"}
    assert loops
    bed.crm.edit("customers", row.id, {"language": "ca"})
    bed.run()
    assert bed.rows("erp")[0]["language"] == "ca"
    before = versions(bed)
    fight(bed, row.id, there.id, 3)
    assert versions(bed) - before <= 7, "the robots' six edits, and nothing of ours"
    assert bed.balance().is_even


def test_a_mended_loop_writes_again(bed, customer):
    row = bed.crm.create("customers", customer())
    bed.run()
    (there,) = bed.erp.living("customers")
    fight(bed, row.id, there.id, 8)
    for conflict in bed.conflicts():
        answer(bed, conflict, Choice.RETRY)
    bed.clock.advance(700)
    bed.crm.edit("customers", row.id, {"name": "Peace"})
    bed.run()
    assert bed.rows("crm")[0]["name"] == bed.rows("erp")[0]["name"] == "Peace"


def test_a_record_made_by_hand_takes_the_place_of_a_refused_create(bed, customer):
    bed.erp.faults.add(RefuseRecord("closed for the year"), operation=Operation.WRITE)
    row = bed.crm.create("customers", customer(tax_ids=[TAX]))
    bed.run()
    by_hand = customer(name="By hand", tax_ids=[TAX], status="active")
    there = bed.erp.create("customers", by_hand)
    bed.run()
    (duplicate,) = [each for each in bed.conflicts() if each.kind == "possible_duplicate"]
    answer(bed, duplicate, Choice.SAME)
    bed.crm.edit("customers", row.id, {"language": "ca"})
    bed.run()
    assert bed.erp.row("customers", there.id).values["language"] == "ca"
    for refusal in bed.conflicts():
        answer(bed, refusal, Choice.RETRY)
    assert len(bed.rows("erp")) == 1
    assert bed.rows("crm")[0]["erp_number"] == bed.rows("erp")[0]["number"]
    assert_quiet(bed)
