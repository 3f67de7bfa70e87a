"""What one state of a source record means, rule by rule, without a database."""

from hub.conflicts.model import OpenConflict, Rival
from hub.events.rules import Outcome
from master_data.model import (
    Base,
    FieldOutcome,
    GoldenId,
)
from tests.hub.rules.judging import TAKEN, fields, said


def test_a_first_state_becomes_a_golden_record(judge):
    made = judge({"name": "Acme", "language": "es"})
    assert made.outcome is Outcome.APPLIED
    assert (made.golden.version, made.golden.body) == (1, {"name": "Acme", "language": "es"})
    assert made.golden.provenance == {"name": 1, "language": 1}
    assert made.changes == {
        "name": ["Acme", None, "newest", TAKEN, "erp", []],
        "language": ["es", None, "newest", TAKEN, "erp", []],
    }
    assert made.conflicts == ()
    assert (made.rejected, made.deferred, made.waits_for, made.settled) == (None, False, (), ())
    assert made.detail == {
        "fields": {
            "name": ["applied", "newest", TAKEN],
            "language": ["applied", "newest", TAKEN],
        },
        "version": 1,
    }


def test_the_crossref_keeps_what_was_seen(judge):
    made = judge(
        {"name": "Acme"}, elements={"addresses": {"a1": "el_1"}}, absent=["notes"]
    ).crossref
    assert made.base == {"name": Base("Acme", "Acme")}
    assert made.contributions["name"].value == "Acme"
    assert made.elements == {"addresses": {"a1": "el_1"}}
    assert made.absent == frozenset({"notes"})
    assert made.record == {"id": "cu_1", "raw": True}
    assert (made.remote_version, made.mapping_version, made.seen_at) == ("7", 3, 150)


def test_a_crossref_was_never_seen_earlier_than_before(judge):
    assert judge({"name": "A"}, crossref={"seen_at": 900}).crossref.seen_at == 900
    assert judge({"name": "A"}, crossref={"seen_at": 20}, stamp=150).crossref.seen_at == 150


def test_an_edit_makes_a_version_and_says_what_it_replaced(judge):
    known = {"base": {"name": Base("Acme", "Acme"), "language": Base("es", "es")}}
    made = judge(
        {"name": "Acme 2", "language": "es"},
        {"name": "Acme", "language": "es"},
        version=4,
        crossref=known,
        provenance={"name": 2, "language": 1, "gone": 3},
    )
    assert made.golden.version == 5
    assert made.golden.provenance == {"name": 5, "language": 1}
    assert made.changes == {"name": ["Acme 2", "Acme", "newest", TAKEN, "erp", []]}


def test_a_change_names_the_rivals_it_was_weighed_against(judge):
    made = judge({"name": "New"}, {"name": "Old"}, rivals={"name": [said("Old")]})
    assert made.changes["name"][5] == [["crm", "Old", 90]]


def test_rivals_are_shown_in_the_order_of_their_systems(judge):
    others = [said({"b": 1}, source="web"), said({"a": 1}, source="crm"), said({"a": 0}, "crm")]
    made = judge({"name": "New"}, {"name": "Old"}, manual=["name"], rivals={"name": others})
    (conflict,) = made.conflicts
    assert [each.source for each in conflict.rivals] == ["crm", "crm", "erp", "web"]


def test_nothing_new_makes_no_version(judge):
    known = {"base": {"name": Base("Acme", "Acme")}}
    made = judge({"name": "Acme"}, {"name": "Acme"}, version=4, crossref=known)
    assert made.outcome is Outcome.NO_OP
    assert made.golden.version == 4
    assert made.changes == {}


def test_a_state_that_agrees_makes_no_version(judge):
    made = judge({"name": "Acme"}, {"name": "Acme"}, version=4)
    assert (made.outcome, made.golden.version) == (Outcome.NO_OP, 4)
    assert made.crossref.base == {"name": Base("Acme", "Acme")}


def test_rival_values_open_a_conflict_and_leave_golden_alone(judge):
    rivals = {"name": [said("Crm says"), said("A portal says", "aaa", 95)]}
    made = judge({"name": "Erp says"}, {"name": "Crm says"}, manual=["name"], rivals=rivals)
    assert made.outcome is Outcome.CONFLICT
    assert made.golden.body == {"name": "Crm says"}
    assert made.golden.held == frozenset({"name"})
    assert made.golden.version == 2  # that it is held is news
    (opened,) = made.conflicts
    assert (opened.kind, opened.entity, opened.golden_id) == ("rival_values", "customer", "gr_1")
    assert (opened.subject, opened.connection, opened.rule) == ("name", None, "manual")
    assert opened.why
    assert opened.rivals == (
        Rival("aaa", "A portal says", 95),
        Rival("crm", "Crm says", 90),
        Rival("erp", "Erp says", 200),
    )


def test_rivals_that_agree_end_their_conflict(judge):
    made = judge(
        {"name": "Both"}, {"name": "Old"}, was_held=["name"], rivals={"name": [said("Both")]}
    )
    assert made.settled == ("name",)
    assert made.golden.held == frozenset()
    assert made.golden.body == {"name": "Both"}


def test_a_field_without_a_mapping_is_held_and_its_neighbours_go(judge):
    made = judge(
        {"name": "Acme", "lifecycle": "x"}, {"name": "Old"}, problems={"lifecycle": "no row for x"}
    )
    assert made.outcome is Outcome.HELD
    assert made.golden.body == {"name": "Acme"}
    assert fields(made)["lifecycle"] == (FieldOutcome.HELD, "mapping", "no row for x")
    assert made.crossref.held == {"lifecycle": "no row for x"}
    assert made.conflicts == (
        OpenConflict(
            "unmapped_value",
            "customer",
            GoldenId("gr_1"),
            "erp:lifecycle",
            "erp",
            "mapping",
            "no row for x",
        ),
    )


def test_a_problem_of_a_list_holds_its_elements(judge):
    made = judge(
        {"name": "Acme", "addresses[el_1]": {"city": "Bilbao"}},
        {"name": "Old"},
        problems={"addresses": "unreadable"},
    )
    assert made.golden.body == {"name": "Acme"}


def test_a_field_that_can_be_read_again_is_held_no_longer(judge):
    held = {"held": {"name": "was unreadable", "notes": "refused there"}}
    made = judge({"name": "Acme"}, {"name": "Old"}, crossref=held)
    assert made.crossref.held == {"notes": "refused there"}
