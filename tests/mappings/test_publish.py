"""`publish when`: which golden records belong into a system."""

import pytest

from mappings.ops import AllOf, AnyOf, Contains, In, Not
from mappings.predicates import allowed_values, predicate_fields

CASES = [
    ("{field: kind, equals: person}", {"kind": "person"}, True),
    ("{field: kind, equals: person}", {"kind": "organisation"}, False),
    ("{field: kind, in: [a, b]}", {"kind": "b"}, True),
    ("{field: kind, in: [a, b]}", {}, False),
    ("{field: roles, present: true}", {"roles": []}, False),
    ("{field: roles, present: true}", {"roles": ["customer"]}, True),
    ("{field: roles, present: false}", {}, True),
    ("{field: flag, present: true}", {"flag": False}, True),
    ("{field: roles, contains: customer}", {"roles": ["customer", "payer"]}, True),
    ("{field: roles, contains: customer}", {"roles": "customers"}, False),
    ("{field: roles, contains: customer}", {}, False),
    ("{not: {field: kind, equals: person}}", {}, True),
    ("{all: []}", {}, True),
    ("{any: []}", {}, False),
    ("{all: [{field: a, equals: 1}, {field: b, equals: true}]}", {"a": 1, "b": True}, True),
    ("{all: [{field: a, equals: 1}, {field: b, equals: true}]}", {"a": 1}, False),
    ("{any: [{field: a, equals: 1}, {field: b, present: true}]}", {"b": "x"}, True),
]


@pytest.mark.parametrize(("predicate", "scalars", "expected"), CASES)
def test_a_predicate_decides_on_golden_fields(compiled, predicate, scalars, expected):
    assert compiled(f"publish when: {predicate}\n").publishes(scalars) is expected


def test_a_mapping_without_a_predicate_publishes_all(compiled):
    assert compiled("").publishes({})


@pytest.mark.parametrize(
    "predicate",
    [
        "{}",
        "{field: a}",
        "{equals: 1}",
        "{field: a, equals: 1, present: true}",
        "{field: a, all: []}",
        "{all: [], any: []}",
    ],
)
def test_a_half_said_predicate_is_refused(compiled, predicate):
    with pytest.raises(Exception, match="give all, any or not; or a field with one of equals"):
        compiled(f"publish when: {predicate}\n")


def test_a_predicate_says_which_values_of_a_field_remain():
    some, other = In("life", ("a", "b")), In("life", ("b", "c"))
    assert allowed_values(some, "life") == frozenset("ab")
    assert allowed_values(AllOf((some, other)), "life") == frozenset("b")
    assert predicate_fields(AnyOf((Not(some), Contains("roles", "x")))) == {"life", "roles"}
    assert allowed_values(AllOf((some,)), "kind") is None
    assert allowed_values(Not(some), "life") is None
