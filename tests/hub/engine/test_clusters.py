"""Merging, taking apart and splitting golden records, and what a preview says of it."""

import pytest

from hub.clusters.model import Intent
from hub.clusters.service import (
    decisions_of,
    merge_goldens,
    preview_merge,
    preview_split,
    preview_unmerge,
    split_golden,
    unmerge,
)
from hub.conflicts.rules import Choice
from hub.errors import ToldApart, UnknownDecision, WrongMerge
from hub.golden.service import as_of
from hub.resolutions.service import Resolution, resolve
from master_data import store
from master_data.errors import NoSuchGolden
from master_data.model import GoldenState
from tests.hub.engine.lives import Lives

STEWARD = Intent(by="us_1", reason="same tax office")


@pytest.fixture
def lives(bed, customer):
    """Two customers, A older than B, each in both systems."""
    made = Lives(bed, customer)
    for letter in "AB":
        made.make(letter)
    made.remember_erp()
    return made


def effects_planned(bed):
    return bed.hub.db.read(lambda c: c.exec_driver_sql("select count(*) from effect").scalar_one())


def merge(lives):
    return merge_goldens(lives.bed.hub, lives.golden_id("A"), lives.golden_id("B"), STEWARD)


def test_a_preview_shows_values_writes_and_conflicts_and_writes_nothing(lives):
    lives.edit("A", "crm", {"legal_name": "Ibarra SA"})
    lives.edit("B", "crm", {"legal_name": "Ibarra SL", "language": "ca"})
    before, planned = lives.rows(), effects_planned(lives.bed)
    one, other = lives.golden_id("A"), lives.golden_id("B")
    shown = preview_merge(lives.bed.hub, one, other, STEWARD)
    assert lives.rows() == before
    assert effects_planned(lives.bed) == planned
    (outlook,) = shown.outlooks
    assert shown.merged_away == (other,)
    new, old, rule, *_ = outlook.changes["language"]
    assert (new, old, rule) == ("ca", "es", "newest")
    assert outlook.conflicts == {"legal_name": "both records had a value; they differ"}
    written = {(each.connection, each.external_id): each.paths for each in shown.writes}
    mine = {lives.crossref("A", each).external_id for each in ("crm", "erp")}
    assert {external_id for _, external_id in written} == mine, "secondaries are never written"
    assert all("language" in paths for paths in written.values())
    assert not any("legal_name" in paths for paths in written.values())


def test_a_merge_does_what_its_preview_said(lives):
    lives.edit("B", "crm", {"language": "ca"})
    one, other = lives.golden_id("A"), lives.golden_id("B")
    shown = preview_merge(lives.bed.hub, one, other, STEWARD)
    merge(lives)
    assert lives.golden("A").body == shown.outlooks[0].golden.body
    lives.settle()
    assert lives.bed.crm.row("customers", lives.letters["A"]).values["language"] == "ca"
    assert lives.golden_id("B") == lives.golden_id("A") == one
    (edge,) = decisions_of(lives.bed.hub, other)
    assert (edge.one, edge.other, edge.by, edge.why) == (one, other, "us_1", "same tax office")
    assert lives.bed.open_effects() == {}


def test_rivals_of_a_merge_wait_for_a_person_and_the_rest_goes(lives):
    lives.edit("A", "crm", {"legal_name": "Ibarra SA"})
    lives.edit("B", "crm", {"legal_name": "Ibarra SL"})
    lives.merge("A", "B", "m1")
    (conflict,) = lives.bed.conflicts()
    assert (conflict.kind, conflict.subject) == ("rival_values", "legal_name")
    assert {each["value"] for each in conflict.rivals} == {"Ibarra SA", "Ibarra SL"}
    answer = Resolution(choice=Choice.TAKE, seen=conflict.version, by="us_1", value="Ibarra SL")
    resolve(lives.bed.hub, conflict.id, answer)
    lives.settle()
    assert lives.bed.crm.row("customers", lives.letters["A"]).values["legal_name"] == "Ibarra SL"
    lives.unmerge("m1")
    assert lives.bed.conflicts() == []
    assert lives.golden("A").body["legal_name"] == "Ibarra SL", "the answer was given to A"
    assert lives.golden("B").body["legal_name"] == "Ibarra SL"


def test_each_record_gets_back_what_it_said_meanwhile(lives):
    lives.merge("A", "B", "m1")
    lives.edit("B", "crm", {"language": "ca"})
    lives.edit("A", "erp", {"name": "A of the ERP"})
    assert lives.golden("A").body["language"] == "ca"
    lives.unmerge("m1")
    a, b = lives.golden("A").body, lives.golden("B").body
    assert (a["name"], a["language"]) == ("A of the ERP", "es")
    assert (b["name"], b["language"]) == ("Customer B", "ca")
    rows = {row["name"]: row["language"] for row in lives.bed.rows("erp")}
    assert rows == {"A of the ERP": "es", "Customer B": "ca"}
    assert lives.bed.open_effects() == {}


def test_the_number_of_a_merged_record_is_that_of_the_one_that_stands(lives):
    number = lives.golden("A").body["number"]
    lives.merge("A", "B", "m1")
    assert lives.golden("A").body["number"] == number
    lives.edit("B", "erp", {"number": "C99999"})
    assert lives.golden("A").body["number"] == number


def test_what_was_told_apart_is_not_merged_again_even_through_a_third(lives):
    lives.make("C")
    merged = merge(lives)
    unmerge(lives.bed.hub, merged.added[0].id, Intent(by="us_2", reason="two branches"))
    with pytest.raises(ToldApart, match="us_2 said that they are different: two branches"):
        merge(lives)
    lives.merge("A", "C", "m1")
    with pytest.raises(ToldApart):
        merge_goldens(lives.bed.hub, lives.golden_id("C"), lives.golden_id("B"), STEWARD)
    bold = Intent(by="us_1", overrule=True)
    merge_goldens(lives.bed.hub, lives.golden_id("C"), lives.golden_id("B"), bold)
    assert lives.golden_id("A") == lives.golden_id("B") == lives.golden_id("C")


def test_records_that_cannot_become_one_are_refused(lives):
    one = lives.golden_id("A")
    with pytest.raises(WrongMerge, match="already"):
        merge_goldens(lives.bed.hub, one, one, STEWARD)
    with pytest.raises(NoSuchGolden):
        merge_goldens(lives.bed.hub, one, "gr_unheard", STEWARD)
    lives.bed.crm.create("categories", {"code": "T", "name": "Tools", "parent_id": None})
    lives.settle()
    (category,) = lives.bed.goldens("category")
    with pytest.raises(WrongMerge, match="cannot become"):
        merge_goldens(lives.bed.hub, one, category[0], STEWARD)
    with pytest.raises(UnknownDecision):
        unmerge(lives.bed.hub, "ed_unheard", STEWARD)


def test_a_split_makes_a_record_of_its_own(lives):
    erp = lives.crossref("A", "erp")
    before = lives.rows()
    shown = preview_split(lives.bed.hub, lives.golden_id("A"), [erp.id], STEWARD)
    assert lives.rows() == before
    assert [each.golden.body["name"] for each in shown.outlooks] == ["Customer A"] * 2
    split_golden(lives.bed.hub, lives.golden_id("A"), [erp.id], STEWARD)
    lives.settle()
    own = lives.crossref("A", "erp").golden_id
    assert own != lives.golden_id("A")
    assert as_of(lives.bed.hub, own).version >= 1
    with pytest.raises(ToldApart):
        merge_goldens(lives.bed.hub, lives.golden_id("A"), own, STEWARD)
    lives.edit("A", "erp", {"name": "Somebody else"})
    assert lives.golden("A").body["name"] == "Customer A"


def test_a_split_that_leaves_nothing_is_refused(lives):
    one = lives.golden_id("A")
    everything = [lives.crossref("A", each).id for each in ("crm", "erp")]
    with pytest.raises(WrongMerge, match="nothing would be left"):
        split_golden(lives.bed.hub, one, everything, STEWARD)
    with pytest.raises(WrongMerge, match="name source records"):
        split_golden(lives.bed.hub, one, [lives.crossref("B", "erp").id], STEWARD)
    lives.merge("A", "B", "m1")
    of_b = [lives.crossref("B", each).id for each in ("crm", "erp")]
    with pytest.raises(WrongMerge, match="take the merge back"):
        split_golden(lives.bed.hub, one, of_b, STEWARD)


def test_taking_back_the_middle_of_a_chain_leaves_the_rest_together(lives):
    lives.make("C")
    lives.merge("A", "B", "m1")
    lives.merge("A", "C", "m2")
    shown = preview_unmerge(lives.bed.hub, lives.merges["m1"], STEWARD)
    assert len(shown.outlooks) == 2
    lives.unmerge("m1")
    assert lives.group("A") == {"A", "C"}
    assert lives.group("B") == {"B"}
    lives.assert_sound()


def test_an_old_id_tells_its_own_past_and_leads_to_the_present(lives):
    old = lives.golden_id("B")
    lives.edit("B", "crm", {"name": "B before"})
    then = lives.bed.clock.now()
    lives.bed.clock.advance(60)
    lives.merge("A", "B", "m1")
    assert as_of(lives.bed.hub, old, at=then).body["name"] == "B before"
    found = lives.bed.hub.db.read(lambda c: store.goldens_by_id(c, [old]))[old]
    assert (found.id, found.state) == (lives.golden_id("A"), GoldenState.ACTIVE)


def test_children_of_a_merged_record_reach_the_one_that_stands(bed):
    """A product names the category that was merged away: it is written with the other's."""
    bed.crm.create("categories", {"code": "T", "name": "Tools", "parent_id": None})
    twin = bed.erp.create("categories", {"code": "W", "name": "Werkzeug", "parent_id": None})
    bed.run()
    ids = [row[0] for row in bed.goldens("category")]
    found = bed.hub.db.read(lambda c: store.goldens_by_id(c, ids)).values()
    by_title = {golden.body["code"]: golden.id for golden in found}
    merge_goldens(bed.hub, by_title["T"], by_title["W"], STEWARD)
    bed.run()
    product = {"sku": "H1", "name": "Hammer", "category_id": twin.id, "type": "goods"}
    bed.erp.create("products", product | {"gtins": [], "uom": "C62", "prices": []})
    bed.run()
    (there,) = bed.rows("crm", "products")
    categories = {row.id: row.values["code"] for row in bed.crm.living("categories")}
    assert categories[there["category_id"]] in {"T", "W"}
    assert bed.open_effects() == {}
