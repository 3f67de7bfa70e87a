"""Pins, and answers of stewards taken back."""

from datetime import timedelta

import pytest

from connectors.kit.faults import Operation, RefuseRecord
from hub.conflicts.rules import Choice
from hub.errors import BadPin, CannotUndo
from hub.pins.service import NewPin, end_due, pin_value, unpin
from hub.resolutions.service import Resolution, resolve
from hub.resolutions.undo import undo
from master_data.model import GoldenState
from tests.hub.engine.lives import Lives
from tests.hub.engine.test_decisions import TAX, answer, rivals, twins  # noqa: F401  fixtures


@pytest.fixture
def lives(bed, customer):
    """Two customers, A older than B, each in both systems."""
    made = Lives(bed, customer)
    for letter in "AB":
        made.make(letter)
    made.remember_erp()
    return made


def pin(lives, letter, path, value, **more):
    fields = {"by": "us_1", "reason": "as on the brass plate"} | more
    pinned = pin_value(
        lives.bed.hub,
        NewPin(golden_id=lives.golden_id(letter), path=path, value=value, **fields),
    )
    lives.settle()
    return pinned


def test_a_pinned_value_reaches_all_systems_and_an_edit_is_put_back(lives):
    pin(lives, "A", "name", "IBARRA & Co")
    assert {row["name"] for row in lives.bed.rows("erp")} == {"IBARRA & Co", "Customer B"}
    lives.edit("A", "crm", {"name": "Ibarra and Co"})
    assert lives.bed.crm.row("customers", lives.letters["A"]).values["name"] == "IBARRA & Co"
    lives.assert_sound()


def test_a_lifted_pin_gives_way_to_what_was_said_meanwhile(lives):
    pin(lives, "A", "name", "IBARRA & Co")
    lives.edit("A", "crm", {"name": "Ibarra and Co"})
    unpin(lives.bed.hub, lives.golden_id("A"), "name", by="us_2", reason="new plate")
    lives.settle()
    assert lives.golden("A").body["name"] == "Ibarra and Co"
    assert {row["name"] for row in lives.bed.rows("erp")} == {"Ibarra and Co", "Customer B"}
    with pytest.raises(BadPin, match="not pinned"):
        unpin(lives.bed.hub, lives.golden_id("A"), "name", by="us_2")


def test_a_pin_ends_by_itself(lives):
    until = lives.bed.clock.now() + timedelta(hours=1)
    pin(lives, "A", "language", "gl", until=until)
    assert end_due(lives.bed.hub) is False
    assert lives.golden("A").body["language"] == "gl"
    lives.bed.clock.set(until)
    end_due(lives.bed.hub)
    lives.settle()
    assert lives.golden("A").body["language"] == "es"
    assert lives.bed.crm.row("customers", lives.letters["A"]).values["language"] == "es"
    assert lives.rows()["pin"] == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"reason": " "}, "say why"),
        ({"path": "shoe_size"}, "no field shoe_size"),
        ({"path": "contact_points"}, "no field contact_points"),
        ({"value": 7}, "name"),
        ({"until": timedelta(seconds=-1)}, "past"),
    ],
)
def test_a_pin_that_cannot_be_is_refused(lives, change, why):
    fields = {"path": "name", "value": "X"} | change
    if "until" in fields:
        fields["until"] = lives.bed.clock.now() + fields["until"]
    before = lives.rows()
    with pytest.raises(BadPin, match=why):
        pin(lives, "A", **fields)
    assert lives.rows() == before


def test_a_pin_stays_with_the_record_that_received_it(lives):
    pin(lives, "B", "language", "gl")
    lives.merge("A", "B", "m1")
    assert lives.golden("A").body["language"] == "gl", "a pin holds for the whole record"
    pin(lives, "A", "name", "One name")
    lives.unmerge("m1")
    assert (lives.golden("A").body["name"], lives.golden("A").body["language"]) == (
        "One name",
        "es",
    )
    b = lives.golden("B").body
    assert (b["name"], b["language"]) == ("Customer B", "gl")


# ---- taking answers back ----


def test_a_value_taken_back_is_asked_again(bed, rivals):  # noqa: F811
    *_, conflict = rivals
    answer(bed, conflict, Choice.TAKE, value="Ibarra SLU")
    again = undo(bed.hub, conflict.id, "us_2")
    bed.run()
    assert (again.id, again.closed_at) == (conflict.id, None)
    (shown,) = bed.conflicts()
    answer(bed, shown, Choice.TAKE, value="Ibarra SA")
    assert {bed.rows(each)[0]["legal_name"] for each in ("crm", "erp")} == {"Ibarra SA"}
    assert bed.balance().is_even
    assert bed.open_effects() == {}


def test_an_answer_that_was_overtaken_is_not_taken_back(bed, rivals):  # noqa: F811
    row, _, conflict = rivals
    answer(bed, conflict, Choice.TAKE, value="Ibarra SLU")
    bed.clock.advance(5)
    bed.crm.edit("customers", row.id, {"legal_name": "Ibarra SAU"})
    bed.run()
    with pytest.raises(CannotUndo, match="changed since"):
        undo(bed.hub, conflict.id, "us_2")


def test_a_same_taken_back_doubts_again(bed, twins):  # noqa: F811
    *_, conflict = twins
    states = sorted(bed.goldens())
    answer(bed, conflict, Choice.SAME)
    undo(bed.hub, conflict.id, "us_2")
    bed.run()
    assert sorted(bed.goldens()) == states
    (again,) = bed.conflicts()
    assert again.id == conflict.id
    answer(bed, again, Choice.DIFFERENT)
    assert sorted(each["name"] for each in bed.rows("erp")) == ["Ibarra", "Ibarra SL"]
    assert bed.balance().is_even


def test_a_different_taken_back_can_be_merged(bed, twins):  # noqa: F811
    *_, conflict = twins
    answer(bed, conflict, Choice.DIFFERENT)
    again = undo(bed.hub, conflict.id, "us_2")
    assert GoldenState.UNCONFIRMED.value in {state for _, state in bed.goldens()}
    answer(bed, again, Choice.SAME)
    assert sorted(state for _, state in bed.goldens()) == ["active", "merged"]


def test_a_dismissal_taken_back_asks_again(bed, customer):
    bed.erp.faults.add(RefuseRecord("closed for the year"), operation=Operation.WRITE)
    bed.crm.create("customers", customer(tax_ids=[TAX]))
    bed.run()
    (conflict,) = bed.conflicts()
    answer(bed, conflict, Choice.DISMISS)
    assert bed.conflicts() == []
    again = undo(bed.hub, conflict.id, "us_2")
    with pytest.raises(CannotUndo):
        undo(bed.hub, conflict.id, "us_2")
    resolve(bed.hub, again.id, Resolution(choice=Choice.RETRY, seen=again.version, by="us_1"))
    bed.run()
    assert len(bed.rows("erp")) == 1


def test_a_record_made_again_takes_the_place_of_the_one_that_is_gone(bed, customer):
    row = bed.crm.create("customers", customer(tax_ids=[TAX]))
    bed.run()
    bed.crm.remove("customers", row.id)
    bed.run()
    again = bed.crm.create("customers", customer(name="Ibarra again", tax_ids=[TAX]))
    bed.run()
    assert len(bed.goldens()) == 1
    (there,) = bed.rows("erp")
    assert there["name"] == "Ibarra again"
    bed.crm.edit("customers", again.id, {"language": "ca"})
    bed.run()
    assert bed.rows("erp")[0]["language"] == "ca"
    assert bed.open_effects() == {}
