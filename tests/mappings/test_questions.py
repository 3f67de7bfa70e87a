"""What the corpus does not ask of the checker: coverage, rings, whole records, lists in places."""

# ruff: noqa: E501 what the checker says stands in one line

import json
from pathlib import Path

import pytest

from mappings import check, parse
from mappings.check import Coverage, Reason, coverage, reference_cycles
from mappings.shapes import shape_of

CORPUS = Path(__file__).parent / "corpus"
APP = json.loads((CORPUS / "app.json").read_text())
GOLDEN = json.loads((CORPUS / "golden.json").read_text())
BASE = """
value maps:
  state: {pairs: {A: customer, D: dormant, C: former}}
fields:
  - {app: name, golden: name}
  - {app: status, golden: state, values: state}
"""


@pytest.fixture
def said(document):
    """What the checker says of the lines that follow two sound fields; each for a reason."""

    def say(lines="", top=""):
        findings = check(parse(document(top + BASE + lines), name="x"), APP, GOLDEN)
        assert all(one.reason in set(Reason) for one in findings)
        return [str(one) for one in findings]

    return say


def test_what_no_rule_carries_is_listed_on_both_sides(document):
    app = {"properties": {
        "id": {"readOnly": True}, "a": {}, "b": {},
        "c": {"properties": {"d": {}, "e": {}}},
        "f": {"type": "array", "items": {"properties": {"k": {}, "g": {}, "h": {}, "t": {}}}},
        "p": {}, "s": {}, "x": {}, "fixed": {}, "n": {},
    }}  # fmt: skip
    golden = {"properties": {
        "a": {}, "first": {}, "last": {}, "other": {}, "fixed": {}, "count": {},
        "f": {
            "x-field": {"list": "elements"},
            "items": {"properties": {"id": {"x-field": {"key": True}}, "g": {}, "t": {}, "w": {}}},
        },
        "q": {"x-field": {"list": "elements"}, "items": {"properties": {"v": {}, "kind": {}}}},
    }}  # fmt: skip
    lines = """
        fields:
          - {app: a, golden: a}
          - {app: c.d, golden: other}
          - {app: s, split: {golden: [first, last]}}
          - {app: fixed, constant: 1}
          - {golden: fixed, constant: 1}
          - {app: n, compute: {count: f}}
        lists:
          - app: f
            golden: f
            key: k
            fields: [{app: g, golden: g}, {app: t, constant: T}]
        slots:
          - golden: q
            places: {one: {is: {kind: x}, fields: [{app: p, golden: v}]}}
    """
    found = coverage(parse(document(lines), name="x"), app, golden)
    assert found == Coverage(("b", "c.e", "f[].h", "x"), ("count", "f[].t", "f[].w"))


def test_references_that_wait_for_one_another_are_found_once(document):
    def mapping(entity, *fields):
        text = document("fields:\n" + "".join(f"  - {one}\n" for one in fields))
        return parse(text.replace("entity: thing", f"entity: {entity}"), name=f"{entity}.yaml")

    def to(entity, missing="wait", name="r"):
        return (
            f"{{app: {name}, golden: {name}, reference: {{entity: {entity}, missing: {missing}}}}}"
        )

    ring = [mapping("a", to("b")), mapping("b", to("c")), mapping("c", to("a", "create_first"))]
    ((name, finding),) = reference_cycles(ring)
    assert (name, finding.reason) == ("a.yaml", Reason.CYCLE)
    assert str(finding) == (
        "line 5, column 5: r: a waits for b waits for c waits for a, so none ever comes: "
        "use missing: hold on one of them"
    )
    assert reference_cycles([mapping("a", to("b")), mapping("b", to("a", "hold"))]) == []
    assert reference_cycles([mapping("a", to("a"))]) == []
    assert (
        reference_cycles(
            [mapping("a", to("b"), "{app: x, golden: x}"), mapping("b", "{app: y, golden: y}")]
        )
        == []
    )
    wide = [mapping("a", to("b"), to("c", name="s")), mapping("b", to("c")), mapping("c", to("a"))]
    ((_, finding),) = reference_cycles(wide)
    assert finding.message.startswith("a waits for c waits for a, ")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("  - {app: nmae, split: {golden: [given_name, family_name]}}",
         ["line 10, column 5: nmae: the app has no such field (did you mean 'name'?)"]),
        ("  - {app: employees, split: {golden: [given_name, active]}}",
         ["line 10, column 5: active: is no text, and only text is split: choose another field",
          "line 10, column 5: employees: is no text, and only text is split: choose another field"]),
        ("  - {app: name1, split: {golden: [given_name, surname]}}",
         ["line 10, column 5: surname: the golden record has no such field (did you mean 'name'?)"]),
        ("  - {app: weight_g, golden: weight, quantity: {in: MTR}}",
         ["line 10, column 5: weight_g: the app holds GRM, the mapping says MTR: write in: GRM"]),
        ("  - {app: weight_kg, golden: weight, quantity: {in: MTR}}",
         [("line 10, column 5: weight_kg: golden measures mass, the app measures length: "
          "choose another unit or field")]),
        ("  - {app: number, split: {golden: [given_name, family_name]}}",
         ["line 10, column 5: number: the app fills this field by itself: use direction: in"]),
        ("  - {app: number, compute: {join: [given_name, family_name]}}",
         ["line 10, column 5: number: the app fills this field by itself: remove this rule"]),
        ("  - {golden: number, compute: {first: [remark, phnoe]}}",
         ["line 10, column 5: phnoe: the app has no such field (did you mean 'phone'?)"]),
        ("  - {app: remrk, compute: {join: [given_name, family_nme]}}",
         [("line 10, column 5: family_nme: the golden record has no such field "
           "(did you mean 'family_name'?)"),
          "line 10, column 5: remrk: the app has no such field (did you mean 'remark'?)"]),
        ("  - {golden: nmber, compute: {first: [remark, phone]}}",
         ["line 10, column 5: nmber: the golden record has no such field (did you mean 'number'?)"]),
        ("  - {app: remark, compute: {count: adresses}}",
         [("line 10, column 5: adresses: the golden record has no such field "
           "(did you mean 'addresses'?)")]),
        ("  - {golden: employees, compute: {count: adresses}}",
         ["line 10, column 5: adresses: the app has no such field (did you mean 'addresses'?)"]),
        ("  - {app: remrk, constant: x}",
         ["line 10, column 5: remrk: the app has no such field (did you mean 'remark'?)"]),
        ("  - {golden: nmber, constant: x}",
         ["line 10, column 5: nmber: the golden record has no such field (did you mean 'number'?)"]),
        ("  - {golden: employees, compute: {count: name}}",
         ["line 10, column 5: name: is no list: count and sum need one"]),
        ("  - {golden: discount, compute: {sum: phones.amount}}",
         ["line 10, column 5: amount: the element of the app has no such field"]),
        ("  - {app: remark, compute: {count: addresses}}", []),
        (("  - {app: terms.code, golden: terms.code}\n  - {app: weight, golden: language, "
         "quantity: {}}"),
         ["line 11, column 5: language: is no quantity: it has no value and unit"]),
        ("  - {golden: weight, quantity: {value: weight_kg, unit: short_name}}", []),
        ("  - {app: name1, golden: tags, set: {}}",
         ["line 10, column 5: name1: is no list in the app: remove set"]),
    ],
)  # fmt: skip
def test_fields_in_several_places_are_asked(said, lines, expected):
    assert said(lines + "\n") == expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("{app: much, golden: much, quantity: {in: HUR}}",
         ["golden measures length or mass, the app measures time: choose another unit or field"]),
        ("{app: much, golden: much, quantity: {in: MTR}}", []),
        ("{golden: much, quantity: {value: much, unit: weight}}", []),
        ("{golden: much, quantity: {value: much, unit: space}}",
         ["golden measures length or mass, the app measures volume: choose another unit or field"]),
        ("{golden: much, quantity: {value: much, unit: odd}}", []),
        ("{app: whole, golden: much, quantity: {}}",
         ["golden measures length or mass, the app measures volume: choose another unit or field"]),
    ],
)  # fmt: skip
def test_units_are_known_by_the_codes_that_a_side_may_hold(document, field, expected):
    space = {"enum": ["LTR"]}
    app = {"properties": {
        "much": {"type": "string"}, "weight": {"enum": ["KGM", "GRM"]}, "space": space,
        "odd": {"enum": ["our own"]},
        "whole": {"properties": {"value": {}, "unit": space}},
    }}  # fmt: skip
    unit = {"enum": ["KGM", "MTR", "our own"]}
    golden = {"properties": {"much": {"properties": {"value": {}, "unit": unit}}}}
    mapping = parse(document(f"fields: [{field}]\n"), name="x")
    assert [finding.message for finding in check(mapping, app, golden)] == expected


@pytest.mark.parametrize(
    ("when", "is_there"),
    [
        ("{field: life, present: true}", True),
        ("{field: life, present: false}", False),
        ("{field: other, present: true}", False),
        ("{field: roles, contains: c}", False),
        ("{field: life, in: [x, y]}", True),
        ("{field: life, in: [x, '']}", False),
        ("{not: {field: life, equals: x}}", False),
        ("{all: [{field: other, present: true}, {field: life, present: true}]}", True),
        ("{any: [{field: life, equals: x}, {field: life, present: true}]}", True),
        ("{any: [{field: life, present: true}, {field: other, present: true}]}", False),
    ],
)
def test_what_the_app_requires_is_there_if_it_is_asked_before_publishing(document, when, is_there):
    text = {"type": "string"}
    app = {"properties": {"life": text}, "required": ["life"]}
    roles = {"items": text, "x-field": {"list": "set"}}
    golden = {"properties": {"life": text, "other": text, "roles": roles}}
    lines = f"publish when: {when}\nfields: [{{app: life, golden: life}}]\n"
    found = check(parse(document(lines), name="x"), app, golden)
    assert [(finding.path, finding.reason) for finding in found] == (
        [] if is_there else [("life", Reason.REQUIRED)]
    )


def test_a_set_that_must_contain_something_is_there(document):
    codes = {"items": {"enum": ["c", "s"]}, "x-field": {"list": "set"}}
    app = {"properties": {"roles": {**codes, "type": "array"}}, "required": ["roles"]}
    golden = {"properties": {"roles": codes}}
    fields = "fields: [{app: roles, golden: roles, set: {}}]\n"
    (finding,) = check(parse(document(fields), name="x"), app, golden)
    assert finding.reason is Reason.REQUIRED
    asked = f"publish when: {{field: roles, contains: c}}\n{fields}"
    assert check(parse(document(asked), name="x"), app, golden) == []


def test_codes_that_are_no_text_are_carried_as_they_are(document):
    app = {"properties": {"code": {"enum": [" x", True, 7, None]}}}
    golden = {"properties": {"code": {"enum": ["x", "y"]}}}
    lines = "fields: [{app: code, golden: code, text: [trim]}]\n"
    assert [str(one) for one in check(parse(document(lines), name="x"), app, golden)] == [
        "line 4, column 10: code: the golden record knows no 7, true: correct or remove it",
        "line 4, column 10: code: the app knows no x, y: correct or remove it",
    ]


SLOT = """slots:
  - golden: {golden}
    places:
      one: {{is: {{{fixed}}}, fields: [{{app: phone, golden: {value}}}]}}
"""


@pytest.mark.parametrize(
    ("golden", "fixed", "value", "expected"),
    [
        ("phones", "kind: phone", "value", []),
        ("phnes", "kind: phone", "value",
         ["line 11, column 5: phnes: the golden record has no such field (did you mean 'phones'?)"]),
        ("name", "kind: phone", "value",
         [("line 11, column 5: name: is no list of elements in the golden record: "
          "choose another path"),
          "line 11, column 5: name: is written to the golden record by line 8 too: keep one"]),
        ("phones", "kid: phone", "value",
         ["line 13, column 7: kid: the golden element has no such field (did you mean 'kind'?)",
          ("line 13, column 7: phones.kind: the golden record requires this field and no rule "
          "writes it: add one")]),
        ("phones", "kind: fax", "value",
         ["line 13, column 7: kind: is never 'fax': there is email, mobile, phone"]),
    ],
)  # fmt: skip
def test_lists_in_single_fields_are_asked(said, golden, fixed, value, expected):
    assert said(SLOT.format(golden=golden, fixed=fixed, value=value)) == expected


@pytest.mark.parametrize(
    ("top", "lines", "expected"),
    [
        ("accept when: {field: staus, equals: A}\n", "",
         ["line 4, column 1: staus: the app has no such field (did you mean 'status'?)"]),
        ("accept when: {field: status, equals: X}\n", "",
         ["line 4, column 1: status: is never 'X': there is A, C, D"]),
        ("publish when: {field: roles, equals: customer}\n", "",
         ["line 4, column 1: roles: is a set and equals nothing: use contains"]),
        ("publish when: {field: roles, contains: custmer}\n", "",
         [("line 4, column 1: roles: is never 'custmer' (did you mean 'customer'?): "
          "there is customer, payer, supplier")]),
        ("publish when: {any: [{field: phones, present: true}]}\n", "",
         ["line 4, column 1: phones: is a list of elements: ask a single field"]),
        ("publish when: {not: {field: kid, present: true}}\n", "",
         ["line 4, column 1: kid: the golden record has no such field (did you mean 'kind'?)"]),
        ("", "invariants:\n  - {sum: phones.amount, equals: discount}\n",
         ["line 11, column 5: amount: the golden element has no such field"]),
        ("", "invariants:\n  - {field: founded, not after: chnged}\n",
         [("line 11, column 5: chnged: the golden record has no such field "
          "(did you mean 'changed'?)")]),
        ("", "delete: {gone in golden: deactivate, deactivate: {app: status, value: X}}\n",
         ['line 10, column 1: status: it is not one of "A", "D" or "C": correct the value']),
        ("", "delete: {gone in golden: deactivate, deactivate: {app: stats, value: C}}\n",
         ["line 10, column 1: stats: the app has no such field (did you mean 'status'?)"]),
    ],
)  # fmt: skip
def test_what_is_said_of_whole_records_is_asked(said, top, lines, expected):
    assert said(lines, top) == expected


def test_rules_that_never_meet_may_write_one_place(said):
    blocks = """blocks:
  - when: {field: kind, equals: person}
    fields: [{app: name1, golden: given_name, lossy: short}]
  - when: {field: kind, equals: company}
    fields: [{app: name1, golden: legal_name, lossy: short}]
"""
    assert said(blocks) == []
    both = blocks.replace("equals: company", "present: true")
    assert said(both) == [
        "line 14, column 14: name1: is written to the app by line 12 too: keep one"
    ]


def test_a_schema_is_read_with_its_references_parts_and_alternatives():
    shape = shape_of({
        "$defs": {"a/b": {"type": "string", "maxLength": 3} },
        "x-list": [{"type": "boolean"}],
        "allOf": [{"properties": {"one": {"$ref": "#/$defs/a~1b"}}, "required": ["one"]}, True],
        "properties": {
            "two": {"anyOf": [{"type": "integer"}, {"type": "null"}, {"$ref": "#/$defs/a~1b"}]},
            "three": {"$ref": "#/x-list/0"},
            "four": {"$ref": "#/x-list/9"},
            "five": {"const": "x"},
            "six": {"oneOf": [{"type": "string"}, {}]},
            "seven": {"$ref": "#/properties/seven"},
            "eight": True,
            "nine": {"pattern": "(?=x)"},
            "ten": {"nullable": True, "type": "string"},
            "eleven": {"type": "null"},
            "twelve": {"$ref": "https://elsewhere.example/x"},
        },
    })  # fmt: skip
    inner = shape.properties
    assert inner["one"].limit("maxLength") == 3
    assert shape.required == {"one"}
    assert inner["two"].types == {"integer", "string"}
    assert inner["three"].types == {"boolean"}
    assert inner["four"].types == inner["six"].types == inner["seven"].types == frozenset()
    assert inner["five"].codes == {"x"}
    assert "eight" not in inner
    assert inner["nine"].misfit("y") is None
    assert inner["ten"].nullable
    assert inner["eleven"].is_null
    assert inner["twelve"].misfit("anything") is None
    assert inner["one"].misfit("long") == "it is longer than 3 characters"
    assert shape.at("one.more") is None


def test_a_schema_that_contains_itself_many_times_costs_nothing(document):
    loop = {"properties": {name: {"$ref": "#"} for name in "abcdefghijklmnopqrstuvwxyz"}}
    (finding,) = check(
        parse(document("fields: [{app: zz.a, golden: a.b.c.d}]\n"), name="x"), loop, loop
    )
    assert finding.message.startswith("the app has no such field")
    assert len(list(shape_of(loop).paths())) == 500
