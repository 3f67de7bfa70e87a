"""States that cannot be read, are refused, must wait, or are only our own in another form."""

import pytest
from jsonschema_rs import Draft202012Validator

from hub.events.rules import Outcome
from master_data.fields import EntitySchema, FieldSpec
from master_data.model import (
    Base,
    FieldOutcome,
)
from tests.hub.rules.judging import a_crossref, fields


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
    assert made.crossref == a_crossref()
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


@pytest.fixture
def schema():
    """An entity whose language cannot stand without a legal name, of at most three letters."""
    document = {
        "type": "object",
        "properties": {each: {"type": "string"} for each in ("name", "language")}
        | {"legal_name": {"type": "string", "maxLength": 3}},
        "dependentRequired": {"language": ["legal_name"]},
    }
    specs = {each: FieldSpec(each, each, "scalar") for each in document["properties"]}
    return EntitySchema("customer", "Thing", document, specs, Draft202012Validator(document))


def test_a_new_record_that_cannot_stand_without_what_was_refused_is_rejected(judge, schema):
    made = judge({"name": "Acme", "language": "es", "legal_name": "Long"}, schema=schema)
    assert (made.outcome, made.golden.version) == (Outcome.REJECTED, 0)
    assert list(fields(made)) == ["record", "legal_name"]
    assert made.rejected == "; ".join(f"{r.path}: {r.why}" for r in made.results)
    alone = judge({"name": "Acme", "legal_name": "Long"}, schema=schema)
    assert alone.golden.body == {"name": "Acme"}


def test_a_known_record_keeps_what_stood_with_what_was_refused(judge, schema):
    known = {"base": {"name": Base("Acme", "Acme")}}
    seen = {"name": "Acme", "language": "es", "legal_name": "Long"}
    made = judge(seen, {"name": "Acme"}, version=4, crossref=known, schema=schema)
    assert made.rejected is None
    assert made.golden.body == {"name": "Acme", "language": "es"}


def test_it_waits_instead_if_what_it_names_may_mend_it(judge, schema):
    seen = {"name": "Acme", "language": "es", "legal_name": "Long"}
    made = judge(seen, schema=schema, unresolved={"parent": ("customer", "cu_9")})
    assert (made.outcome, made.deferred) == (Outcome.WAITING, True)
    assert made.waits_for == ("erp:customer:cu_9",)


WRITTEN = {"seen_at": 10, "settled_at": 20}


@pytest.mark.parametrize("times", [WRITTEN, WRITTEN | {"seen_at": 19}])
def test_the_systems_own_form_of_what_we_wrote_and_never_saw_is_no_edit(judge, times):
    known = {"base": {"name": Base("Acme", "Acme"), "notes": Base("n", "n")}} | times
    made = judge(
        {"name": "ACME", "language": "es"},
        {"name": "Acme", "notes": "n"},
        version=4,
        crossref=known,
    )
    assert made.golden.body == {"name": "Acme", "notes": "n", "language": "es"}
    assert made.crossref.base == {
        "name": Base("ACME", "Acme"),
        "notes": Base("n", "n"),
        "language": Base("es", "es"),
    }


@pytest.mark.parametrize(
    ("shown", "times"),
    [("ACME", {"seen_at": 20, "settled_at": 20}), ("ACME", {"seen_at": 21, "settled_at": 20})],
)
def test_after_a_look_another_form_is_somebodys_edit(judge, shown, times):
    known = {"base": {"name": Base("Acme", "Acme")}} | times
    made = judge({"name": shown}, {"name": "Acme"}, version=4, crossref=known)
    assert made.golden.body == {"name": shown}


def test_another_value_than_we_wrote_is_an_edit_though_never_seen(judge):
    known = {"base": {"name": Base("Acme", "Acme")}} | WRITTEN
    made = judge({"name": "Other"}, {"name": "Acme"}, version=4, crossref=known)
    assert made.golden.body == {"name": "Other"}


def test_what_cannot_be_read_and_what_is_refused_are_both_told(judge):
    made = judge({"name": "Acme", "lifecycle": "no such state"}, problems={"language": "unread"})
    assert {"language", "lifecycle"} == made.crossref.held.keys()
    assert fields(made)["language"] == (FieldOutcome.HELD, "mapping", "unread")
    assert fields(made)["lifecycle"][:2] == (FieldOutcome.REJECTED, "schema")


def test_a_new_record_that_cannot_stand_yet_waits_as_a_whole(judge):
    made = judge({"language": "es"}, unresolved={"parent": ("customer", "cu_9")})
    assert (made.outcome, made.deferred) == (Outcome.WAITING, True)
    assert made.waits_for == ("erp:customer:cu_9",)
    assert (made.golden.version, made.crossref) == (0, a_crossref())
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
