"""Static checks: what is wrong with a mapping before any record is carried."""

import pytest

from mappings import check, parse

CODES = {"enum": ["a", "b", None]}
APP = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "code": CODES,
        "roles": {"type": "array", "items": CODES},
        "limit": {"type": "object"},
        "parent_id": {"type": "string"},
        "points": {
            "type": "array",
            "items": {"properties": {"id": {}, "kind": {}, "value": {}}},
        },
        "bill": {"properties": {"city": {}, "zip": {"$ref": "#/properties/name"}}},
        "plain": {"type": "string"},
    },
}
MONEY = {"properties": {"amount": {}, "currency": {}}, "x-field": {"atomic": True}}
GOLDEN = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string"},
        "life": {"enum": ["x", "y"]},
        "roles": {"items": {"enum": ["x", "y"]}, "x-field": {"list": "set"}},
        "limit": MONEY,
        "parent": {"x-field": {"ref": "category"}},
        "points": {
            "items": {"properties": {"kind": {}, "value": {}}},
            "x-field": {"list": "elements"},
        },
        "terms": {"properties": {"city": {}}},
    },
}
NAME = "  - {app: name, golden: name}\n"
MAPS = "value maps:\n  m: {pairs: {a: x, b: y}}\n  half: {pairs: {a: x}}\n"
SOUND = f"""{MAPS}publish when: {{field: life, equals: x}}
fields:
{NAME}  - {{app: code, golden: life, values: m}}
  - {{app: roles, golden: roles, set: {{values: m}}}}
  - {{app: limit, golden: limit, money: {{}}}}
  - {{app: parent_id, golden: parent, reference: {{entity: category}}}}
  - {{app: bill.zip, golden: terms.city}}
  - {{app: plain, constant: z}}
lists:
  - app: points
    golden: points
    key: id
    only: {{kind: [phone]}}
    fields: [{{app: value, golden: value}}, {{app: kind, golden: kind}}]
"""
LIST = "lists:\n  - {app: points, golden: points, "
FAULTY = [
    ("  - {app: nmae, golden: terms.city}\n", 10, "nmae", "did you mean 'name'?"),
    ("  - {app: plain, golden: terms.town}\n", 10, "terms.town", "no such field"),
    ("  - {app: name.first, golden: terms.city}\n", 10, "name.first", "no such field"),
    ("  - {app: plane, constant: 1}\n", 10, "plane", "did you mean 'plain'?"),
    ("  - {golden: nam, constant: 1}\n", 10, "nam", "did you mean 'name'?"),
    ("  - {app: plain, golden: name}\n", 10, "name", "is written to the golden record by line 9"),
    ("  - {app: name, golden: terms.city}\n", 10, "name", "is written to the app by line 9"),
    ("  - {app: name, constant: 1}\n", 10, "name", "is written to the app by line 9"),
    ("  - {golden: name, constant: 1}\n", 10, "name", "is written to the golden record by line 9"),
    ("  - {app: bill, golden: life}\n  - {app: bill.city, golden: terms.city}\n", 11, "bill.city",
     "is written to the app by line 10"),
    ("  - {app: code, golden: life, values: half}\n", 6, "code", "the app can send b"),
    ("  - {app: code, golden: life, values: half, direction: out}\n", 6, "life",
     "the golden record has y"),
    ("  - {app: code, golden: roles}\n", 10, "roles", "is a set: add set"),
    ("  - {app: code, golden: life, set: {}}\n", 10, "life", "is no set: remove set"),
    ("  - {app: plain, golden: terms.city, money: {}}\n", 10, "terms.city", "is not money"),
    ("  - {app: plain, golden: parent}\n", 10, "parent", "refers to a category"),
    ("  - {app: plain, golden: parent, reference: {entity: thing}}\n", 10, "parent", "category"),
    ("  - {app: plain, golden: life, reference: {entity: thing}}\n", 10, "life", "to nothing"),
    ("  - {app: points, golden: points}\n", 10, "points", "map it under lists"),
    ("lists:\n  - {app: poimts, golden: points, key: id, fields: [{app: value, golden: value}]}\n",
     11, "poimts", "did you mean 'points'?"),
    ("lists:\n  - {app: points, golden: points, key: no, fields: [{app: value, golden: value}]}\n",
     11, "no", "element of the app has no such field"),
    ("lists:\n  - {app: points, golden: points, key: id, fields: [{app: val, golden: value}]}\n",
     11, "val", "did you mean 'value'?"),
    ("lists:\n  - {app: points, golden: points, key: id, fields: [{app: kind, golden: worth}]}\n",
     11, "worth", "no such field"),
    (LIST + "key: id, only: {hue: [red]}, fields: [{app: value, golden: value}]}\n", 11, "hue",
     "golden element has no such field"),
    ("lists:\n  - {app: plain, golden: points, key: id, fields: [{app: value, golden: value}]}\n",
     11, "plain", "is no list of objects"),
    ("lists:\n  - {app: points, golden: roles, key: id, fields: [{app: value, golden: value}]}\n",
     11, "roles", "is no list of elements"),
    ("lists:\n  - {app: points, golden: name, key: id, fields: [{app: value, golden: value}]}\n",
     11, "name", "is no list of elements"),
    (LIST + "key: id, fields: [\n  {app: value, golden: value},\n  {app: value, golden: kind}]}\n",
     13, "value", "is written to the app by line 12"),
    ("publish when: {field: life_cycle, equals: x}\n", 10, "life_cycle", "no such field"),
]  # fmt: skip


@pytest.fixture
def findings(document):
    """What the checker finds in the lines of a document."""
    return lambda lines: check(parse(document(lines), name="x"), APP, GOLDEN)


def test_a_sound_mapping_has_no_finding(findings):
    assert findings(SOUND) == []


@pytest.mark.parametrize(("lines", "line", "path", "message"), FAULTY)
def test_a_fault_is_found_with_place_and_path(findings, lines, line, path, message):
    head = f"{MAPS}\nfields:\n{NAME}"
    found = [one for one in findings(head + lines) if one.line == line and one.path == path]
    assert any(message in str(one) for one in found)


def test_two_rules_may_read_one_place_in_two_directions(findings):
    lines = """  - {app: plain, golden: terms.city, direction: in}
  - {app: plain, golden: life, direction: out}
"""
    assert findings(f"fields:\n{NAME}{lines}") == []


def test_a_value_map_need_not_lead_to_what_is_never_published(findings):
    lines = "  - {app: code, golden: life, values: half, direction: out}\n"
    when = "publish when: {all: [{field: life, in: [x]}]}\n"
    assert findings(f"{MAPS}{when}fields:\n{NAME}{lines}") == []


def test_a_value_that_the_golden_record_does_not_know_is_found(findings):
    maps = "value maps:\n  m: {pairs: {a: x, b: z}}\n"
    lines = "  - {app: code, golden: life, values: m, direction: in}\n"
    found = findings(f"{maps}fields:\n{NAME}{lines}")
    assert [one.message for one in found] == ["the golden record knows no z: correct or remove it"]


def test_a_required_field_that_nobody_writes_is_found(findings):
    assert "requires this field" in findings("fields: [{app: plain, golden: name}]\n")[0].message
    assert findings("fields: [{app: name, golden: name, direction: in}]\n") == []


def test_a_schema_that_refers_to_itself_ends(document):
    loop = {"properties": {"a": {"$ref": "#/properties/a"}, "b": {"$ref": "#"}}}
    assert check(parse(document("fields: [{app: b.b, golden: a}]\n"), name="x"), loop, loop) == []
