"""The laws hold for fields in several places, for lists in single fields, and under conditions."""

import pytest

from mappings import parse
from mappings.laws import counter_example

LEAF = {"type": ["string", "null"]}
NAMES = "abcdefghijklmnopqrstuvwxyz"
APP = {
    "properties": {
        **dict.fromkeys(NAMES, LEAF),
        "phones": {"type": "array", "items": {"properties": {"id": LEAF, "v": LEAF}}},
        "mails": {"type": "array", "items": {"properties": {"id": LEAF, "v": LEAF, "t": LEAF}}},
    }
}
QUANTITY = {"properties": {"value": LEAF, "unit": LEAF}}
POINT = {
    "kind": {"type": "string"},
    "value": {"type": "string"},
    "uses": {"type": "array", "items": LEAF, "x-field": {"list": "set"}},
}
GOLDEN = {
    "properties": {
        **{name: {"type": "string"} for name in NAMES},
        "l": {"type": "string", "maxLength": 12},
        "money": {"properties": {"amount": LEAF, "currency": LEAF}},
        "weight": QUANTITY,
        "size": QUANTITY,
        "kind": {"type": "string", "enum": ["person", "organisation"]},
        "roles": {"type": "array", "items": LEAF, "x-field": {"list": "set"}},
        "points": {"x-field": {"list": "elements"}, "items": {"properties": POINT}},
        "places": {"x-field": {"list": "elements"}, "items": {"properties": POINT}},
    }
}
VALUES = """
fields:
  - {app: a, golden: a, text: [trim], cut: 3, lossy: three letters there}
  - {app: b, golden: b, integer: {as text: true}}
  - {app: c, golden: c, phone: {region: ES, national: true}}
  - {app: d, golden: d, tax id: {country: ES}}
  - {app: e, golden: e, country: {form: name}}
  - {app: f, golden: f, local time: {form: '%d.%m.%Y %H:%M', zone: Asia/Tokyo}, lossy: minutes}
  - {app: g, golden: money, money: {in: EUR}}
  - {app: h, golden: weight, quantity: {in: KGM, scale: 3}, lossy: whole grams}
  - {golden: size, quantity: {value: i, unit: j}}
  - {golden: k, join: {app: [k, l], at: number}}
  - {golden: l, pieces: {app: [m, n], width: 12}}
  - {app: o, split: {golden: [o, p], at: first}}
  - {app: p, golden: roles, set: {separator: ;}}
  - {app: q, golden: q, blank: [none], hidden: ['***']}
  - {app: r, golden: r, clears: in}
  - {app: s, golden: s, clears: out}
  - {app: t, golden: t, clears: never}
"""


@pytest.fixture
def law_break(document):
    """The smallest example against a mapping, or None."""
    return lambda lines, documents=60: counter_example(
        parse(document(lines), name="x"), APP, GOLDEN, documents=documents
    )


@pytest.mark.slow
def test_every_further_operation_keeps_the_laws(law_break):
    assert law_break(VALUES, documents=150) is None


@pytest.mark.slow
def test_single_fields_that_make_a_list_keep_the_laws(law_break):
    lines = """
    slots:
      - golden: points
        places:
          phone: {is: {kind: phone}, fields: [{app: a, golden: value, text: [trim]}]}
          mail: {is: {kind: email}, fields: [{app: b, golden: value, text: [lower]}]}
      - golden: places
        places:
          bill:
            is: {uses: [billing]}
            fields: [{app: c, golden: value}, {app: d, golden: kind, text: [trim]}]
          ship:
            is: {uses: [shipping]}
            fields: [{app: e, golden: value}, {app: f, golden: kind, text: [trim]}]
    """
    assert law_break(lines, documents=80) is None


def test_two_lists_that_make_one_golden_list_keep_the_laws(law_break):
    lines = """
    lists:
      - app: phones
        golden: points
        key: id
        fields: [{app: v, golden: value}, {golden: kind, constant: phone}]
    """
    assert law_break(lines) is None


def test_conditions_keep_the_laws(document):
    lines = """
    fields:
      - {app: a, golden: kind, default: {app: person}}
    blocks:
      - when: {field: kind, equals: organisation}
        fields:
          - {app: b, golden: b, text: [trim]}
          - {app: c, split: {golden: [c, d]}}
      - when: {field: kind, equals: person}
        fields:
          - {app: b, golden: e, text: [lower]}
        slots:
          - golden: points
            places: {phone: {is: {kind: phone}, fields: [{app: f, golden: value}]}}
    """
    app = {"properties": APP["properties"] | {"a": {"enum": ["person", "organisation"]}}}
    mapping = parse(document(lines), name="x")
    assert counter_example(mapping, app, GOLDEN, documents=100) is None


def test_an_invariant_is_no_broken_law(document):
    lines = """
    fields: [{app: a, golden: a, decimal: {}}]
    lists: [{app: phones, golden: points, key: id, fields: [{app: v, golden: value, decimal: {}}]}]
    invariants: [{sum: points.value, equals: a}]
    """
    mapping = parse(document(lines), name="x")
    assert counter_example(mapping, APP, GOLDEN, documents=40) is None
