"""The laws hold for what is sound, and are seen to break for what is not."""

import pytest

from mappings import check, parse
from mappings.laws import counter_example
from mappings.laws.examples import spoken

LEAF = {"type": ["string", "null"]}
OPEN = {
    "properties": {
        **dict.fromkeys("abcdefghijklmnopq", LEAF),
        **{name: {} for name in ("g", "h", "j", "flag", "count", "size")},
        "roles": {"type": "array", "items": LEAF},
        "points": {"type": "array", "items": {"properties": {"id": LEAF, "v": LEAF, "w": LEAF}}},
    }
}
GOLDEN = {
    "properties": {
        **{name: {"type": "string"} for name in "abcdefghijklmnop"},
        "flag": {"type": "boolean"},
        "count": {"type": "integer"},
        "size": {"type": "object", "properties": {"v": LEAF}},
        "code": {"type": "string", "pattern": "[A-Z]{2}"},
        "roles": {"type": "array", "items": LEAF, "x-field": {"list": "set"}},
        "money": {"properties": {"amount": LEAF, "currency": LEAF}},
        "points": {
            "x-field": {"list": "elements"},
            "items": {"properties": {"v": LEAF, "w": {"type": "string"}}},
        },
    }
}
EVERYTHING = """
value maps:
  size: {pairs: {S: small, s: small, L: large}, canonical: {small: S}}
fields:
  - {app: a, golden: a}
  - {app: b, golden: b, text: [upper, nfc, squeeze]}
  - {app: c, golden: c, decimal: {scale: 1, min scale: 1, rounding: half_up}, lossy: one digit}
  - {app: d, golden: flag, boolean: {yes: [Y, J], no: [N]}}
  - {app: e, golden: e, date: {form: '%d.%m.%Y'}}
  - {app: f, golden: f, instant: {}}
  - {app: g, golden: g, instant: {form: epoch_seconds}, lossy: whole seconds}
  - {app: h, golden: h, instant: {form: epoch_milliseconds}, lossy: whole milliseconds}
  - {app: i, golden: money, money: {scale: 2}, lossy: two digits}
  - {golden: j, money: {amount: j, currency: k, minor units: true}, lossy: whole cents}
  - {app: l, golden: l, values: size}
  - {app: m, golden: m, reference: {entity: thing}}
  - {app: n, golden: n, default: {golden: none}}
  - {app: o, golden: o, default: {app: none}}
  - {app: p, constant: 1}
  - {app: roles, golden: roles, set: {text: [lower]}}
lists:
  - app: points
    golden: points
    key: id
    only: {w: [A, b]}
    fields:
      - {app: v, golden: v, decimal: {}}
      - {app: w, golden: w, text: [trim]}
"""


@pytest.fixture
def law_break(document):
    """The smallest example against a mapping, or None."""
    return lambda lines, documents=40: counter_example(
        parse(document(lines), name="x"), OPEN, GOLDEN, documents=documents
    )


@pytest.mark.slow
def test_every_operation_keeps_the_laws(law_break):
    assert law_break(EVERYTHING, documents=100) is None


def test_the_samples_meet_every_kind_of_leaf(law_break):
    lines = """
fields:
  - {app: flag, golden: flag, direction: out}
  - {app: count, golden: count, direction: out}
  - {app: size, golden: size, direction: out}
  - {app: d, golden: code, direction: out}
"""
    assert law_break(lines, documents=20) is None


def test_a_list_with_client_keys_keeps_the_laws(law_break):
    lines = "lists:\n  - {app: points, golden: points, key: id, client keys: true, fields: "
    assert law_break(lines + "[{app: v, golden: v}, {app: w, golden: w}]}\n") is None


def test_a_code_without_a_row_is_for_the_checker_to_find(document):
    lines = (
        "value maps:\n  m: {pairs: {S: small}}\nfields:\n  - {app: a, golden: a, set: {values: m}}"
    )
    mapping = parse(document(lines), name="x")
    closed = {"properties": {"a": {"type": "array", "items": {"enum": ["S", "M"]}}}}
    golden = {"properties": {"a": {"items": {"enum": ["small"]}, "x-field": {"list": "set"}}}}
    assert check(mapping, closed, golden)
    assert counter_example(mapping, closed, golden, documents=20) is None


def test_two_rules_on_one_app_field_break_the_laws(law_break):
    broken = law_break("fields:\n  - {app: a, golden: b}\n  - {app: a, golden: c}\n")
    assert broken is not None
    assert broken.path in {"a", "b", "c"}
    assert "two rules" in str(broken)


def test_a_loss_that_is_not_declared_is_shown_with_the_way_out(law_break):
    """Capitals of ΐ are three signs, and composing them makes two: the order of forms matters."""
    lines = "fields:\n  - {{app: a, golden: a, text: {}}}\n"
    broken = law_break(lines.format("[nfc, upper]"))
    assert broken is not None
    assert broken.before == "\u0390"
    assert str(broken).startswith("line 5, column 5: a: ")
    assert str(broken).endswith("mark it `lossy: reason`")
    assert law_break(lines.format("[upper, nfc]")) is None
    assert law_break(lines.format("[nfc, upper], lossy: capitals only")) is None


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"amount": "0.005", "currency": "EUR"}, "0.005 EUR"),
        ({"value": "2", "unit": "KGM"}, "2 KGM"),
        ({"city": "Bilbao", "lines": []}, "city 'Bilbao', lines nothing"),
        ({}, "nothing"),
    ],
)
def test_a_value_is_named_as_a_person_would(value, said):
    assert spoken(value) == said


def test_a_schema_that_contradicts_itself_hides_no_other_field(document):
    nothing = {"type": "string", "enum": ["much"], "maxLength": 1}
    side = {"properties": {"a": nothing, "b": {"type": "string"}}}
    lines = "fields: [{app: a, golden: a}, {app: b, golden: b, text: [nfc, upper]}]\n"
    broken = counter_example(parse(document(lines), name="x"), side, side)
    assert broken is not None
    assert broken.path == "b"
