"""What one state of a source record means, rule by rule, without a database."""

import pytest

from hub.conflicts.model import OpenConflict, Rival
from hub.events.rules import Outcome
from hub.projection.views import Sight
from hub.sync.model import Case
from hub.sync.rules import decide
from master_data.fields import entity_schema
from master_data.merge import Reading, Sighting, Weighing
from master_data.model import (
    Base,
    ConnectionId,
    Contribution,
    Crossref,
    CrossrefId,
    CrossrefState,
    FieldOutcome,
    Golden,
    GoldenId,
    GoldenState,
)
from master_data.policies import Manual, Newest, PolicyTable
from master_data.survivorship import Clocks

CLOCKS = Clocks({"erp": 10, "crm": 20}, frozenset({"erp", "crm"}))
TAKEN = "nobody else said anything"


@pytest.fixture
def judge():
    """judge(readings, golden body, **more) -> Decision about a customer of the ERP."""
    return _judge


def _judge(readings, body=None, *, version=None, crossref=None, rivals=None, **more):
    body = body or {}
    rules = {path: Manual() for path in more.pop("manual", ())}
    case = Case(
        crossref=_crossref(**(crossref or {})),
        golden=Golden(
            GoldenId("gr_1"),
            "customer",
            (1 if body else 0) if version is None else version,
            GoldenState.ACTIVE,
            body,
            provenance=more.pop("provenance", {}),
            held=frozenset(more.pop("was_held", ())),
        ),
        record={"id": "cu_1", "raw": True},
        remote_version="7",
        sight=Sight(
            readings={path: Reading(value, value) for path, value in readings.items()},
            elements=more.pop("elements", {}),
            absent=frozenset(more.pop("absent", ())),
            problems=more.pop("problems", {}),
            unresolved=more.pop("unresolved", {}),
        ),
        sighting=Sighting("ev_1", 100, 200, more.pop("stamp", 150)),
        mapping_version=3,
    )
    assert not more, more
    told = rivals or {}
    weighing = Weighing(
        PolicyTable({"customer": {"default": Newest(), **rules}}),
        CLOCKS,
        lambda path: told.get(path, []),
    )
    return decide(case, entity_schema("customer"), weighing)


def _crossref(**more):
    return Crossref(
        id=CrossrefId("xr_1"),
        connection=ConnectionId("erp"),
        object_type="customers",
        entity="customer",
        golden_id=GoldenId("gr_1"),
        external_id="cu_1",
        state=CrossrefState.LIVE,
        **more,
    )


def said(value, source="crm", at=90):
    return Contribution(source, value, 10, at, at, "ev_0")


def fields(decision):
    return {r.path: (r.outcome, r.rule, r.why) for r in decision.results}


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


def test_what_the_schema_refuses_changes_nothing_and_the_rest_goes(judge):
    made = judge({"name": "Acme", "lifecycle": "no such state"}, {"name": "Old"})
    assert made.outcome is Outcome.REJECTED
    assert made.golden.body == {"name": "Acme"}
    outcome, rule, why = fields(made)["lifecycle"]
    assert (outcome, rule) == (FieldOutcome.REJECTED, "schema")
    assert "no such state" in why
    assert made.conflicts == ()  # nobody can map it away
    assert "no such state" in made.crossref.held["lifecycle"]


def test_a_new_record_goes_without_the_field_that_the_schema_refuses(judge):
    made = judge({"name": "Acme", "lifecycle": "no such state"})
    assert (made.golden.version, made.golden.body) == (1, {"name": "Acme"})
    assert made.outcome is Outcome.REJECTED
    assert made.rejected is None


@pytest.mark.parametrize("readings", [{}, {"language": "es"}, {"name": 7, "language": "es"}])
def test_a_new_record_without_what_it_must_have_is_rejected_as_a_whole(judge, readings):
    made = judge(readings)
    assert made.outcome is Outcome.REJECTED
    assert (made.golden.version, made.golden.body) == (0, {})
    assert made.crossref == _crossref()
    assert {r.outcome for r in made.results} == {FieldOutcome.REJECTED}
    assert {r.rule for r in made.results} == {"schema"}
    assert {(r.old, r.new) for r in made.results} == {(None, None)}
    assert made.rejected == "; ".join(f"{r.path}: {r.why}" for r in made.results)
    assert made.detail["reason"] == made.rejected


def test_a_rejected_record_is_told_only_what_is_wrong_with_what_came(judge):
    made = judge({"name": 7, "language": "es"})
    assert list(fields(made)) == ["name"]  # not also that it has no name
    both = judge({"name": 7, "lifecycle": "no such state"})
    assert list(fields(both)) == ["lifecycle", "name"]
    assert both.rejected == "; ".join(f"{r.path}: {r.why}" for r in both.results)
    assert both.rejected.count("; ") == 1


def test_a_rejected_record_names_the_fields_that_could_not_be_read(judge):
    made = judge({"language": "es"}, problems={"name": "no such encoding"})
    told = fields(made)
    assert told["name"] == (FieldOutcome.REJECTED, "mapping", "no such encoding")
    assert list(told) == ["record", "name"]
    assert told["record"][1] == "schema"  # what is missing has no path


def test_a_new_record_that_cannot_stand_yet_waits_as_a_whole(judge):
    made = judge({"language": "es"}, unresolved={"parent": ("customer", "cu_9")})
    assert (made.outcome, made.deferred) == (Outcome.WAITING, True)
    assert made.waits_for == ("erp:customer:cu_9",)
    assert (made.golden.version, made.crossref) == (0, _crossref())
    assert fields(made) == {
        "parent": (FieldOutcome.WAITING, "reference", "waits for customer cu_9")
    }
    assert made.rejected is None


def test_a_reference_that_is_not_there_yet_holds_nothing_else_up(judge):
    unresolved = {"z": ("product", "pr_1"), "parent": ("customer", "cu_9")}
    made = judge({"name": "Acme"}, {"name": "Old"}, unresolved=unresolved)
    assert (made.outcome, made.deferred) == (Outcome.WAITING, False)
    assert made.golden.body == {"name": "Acme"}
    assert sorted(made.waits_for) == ["erp:customer:cu_9", "erp:product:pr_1"]
    assert fields(made)["parent"] == (
        FieldOutcome.WAITING,
        "reference",
        "waits for customer cu_9",
    )
    assert [r.path for r in made.results][-2:] == ["parent", "z"]


def test_an_element_that_went_leaves_the_base(judge):
    known = {
        "base": {"addresses[el_1]": Base({"city": "A"}, {"city": "A"}), "notes": Base("x", "x")}
    }
    made = judge(
        {"addresses[el_1]": None, "notes": None},
        {"name": "Acme", "addresses[el_1]": {"city": "A"}, "notes": "x"},
        crossref=known,
    )
    assert made.golden.body == {"name": "Acme"}
    assert made.crossref.base == {"notes": Base(None, None)}  # a plain field is blank there
    assert made.golden.provenance == {"addresses[el_1]": 2, "notes": 2}  # when they went


def test_a_blank_of_a_new_source_record_overwrites_nothing(judge):
    made = judge({"name": None}, {"name": "Acme"}, version=2)
    assert (made.outcome, made.golden.version) == (Outcome.NO_OP, 2)
    assert made.golden.body == {"name": "Acme"}
