"""Canonical entities: flat bodies, documents, and what the schema refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from master_data.fields import ENTITIES, entity_schema, title_of_record

PHONE = {"kind": "phone", "value": "+34911234567", "purpose": "work", "preferred": True}


@pytest.mark.parametrize("entity", ENTITIES)
def test_every_field_has_a_title_and_every_reference_an_entity(entity):
    schema = entity_schema(entity)
    assert all(spec.title for spec in schema.specs.values())
    assert all(spec.ref in {None, *ENTITIES} for spec in schema.specs.values())
    assert {spec.shape for spec in schema.specs.values()} <= {
        "scalar", "set", "atomic", "elements",
    }  # fmt: skip


def test_nesting_gathers_groups_and_elements():
    flat = {"name": "X", "terms.currency": "EUR", "contact_points[el_2]": PHONE}
    assert entity_schema("customer").nest(flat) == {
        "name": "X",
        "terms": {"currency": "EUR"},
        "contact_points": [{"id": "el_2"} | PHONE],
    }


def test_a_sound_body_has_no_problems():
    flat = {"kind": "organisation", "name": "X", "contact_points[el_1]": PHONE}
    assert entity_schema("customer").problems(flat) == {}


def test_problems_name_the_path_that_is_wrong():
    schema = entity_schema("customer")
    assert set(schema.problems({"name": "X", "kind": "robot"})) == {"kind"}
    assert set(schema.problems({"name": "X", "terms.currency": 7})) == {"terms.currency"}
    wrong = {"name": "X", "contact_points[el_1]": PHONE | {"kind": "pigeon"}}
    assert set(schema.problems(wrong)) == {"contact_points"}


def test_a_missing_required_field_is_a_problem_of_the_record():
    assert set(entity_schema("customer").problems({"notes": "x"})) == {""}


def test_several_problems_are_told_at_once():
    flat = {"name": 1, "kind": "robot"}
    assert set(entity_schema("customer").problems(flat)) == {"name", "kind"}


def test_elements_have_the_spec_and_title_of_their_list():
    schema = entity_schema("customer")
    assert schema.spec("addresses[el_1]").path == "addresses"
    assert schema.title_of("addresses[el_1]") == schema.specs["addresses"].title
    assert schema.title_of("unheard") == "unheard"
    assert "addresses" in schema.lists
    assert "name" not in schema.lists


@pytest.mark.parametrize(
    ("entity", "body", "title"),
    [
        ("customer", {"name": "Ibarra"}, "Ibarra"),
        ("customer", {"legal_name": "Ibarra SL"}, "Ibarra SL"),
        ("product", {"sku": "P-1"}, "P-1"),
        ("category", {"code": "PUMP"}, "PUMP"),
        ("customer", {}, "?"),
        ("contact", {"given_name": "Ana", "family_name": "Ruiz"}, "Ana Ruiz"),
        ("contact", {"family_name": "Ruiz"}, "Ruiz"),
        ("contact", {}, "?"),
    ],
)
def test_a_record_has_a_title(entity, body, title):
    assert title_of_record(entity, body) == title


@given(st.dictionaries(st.sampled_from(["name", "notes", "terms.currency", "kind"]),
                       st.none() | st.integers() | st.text(max_size=3)))  # fmt: skip
def test_problems_name_only_given_paths_or_the_record(flat):
    assert set(entity_schema("customer").problems(flat)) <= {*flat, ""}
