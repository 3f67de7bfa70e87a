"""The laws, tried on one record each: what breaks them is told in one sentence."""

# ruff: noqa: E501 what a law says stands in one line

import pytest
from hypothesis import given, settings

from mappings import View, parse
from mappings.examples import failed_examples
from mappings.laws import counter_example
from mappings.laws.examples import CounterExample, Law, spoken
from mappings.laws.samples import PHONES, national
from mappings.laws.schema_values import by_schema
from mappings.laws.trial import LINKS, Broken, Trial
from mappings.ops import Place
from mappings.shapes import shape_of

POINTS = "lists: [{app: points, golden: points, key: id, fields: [%s]}]"
SPLIT_TWICE = """fields:
  - {app: a, split: {golden: [c, d]}}
  - {app: a, split: {golden: [e, f]}}
"""
SPLIT_FOR_SOMEBODY_NEW = """fields:
  - {app: a, split: {golden: [c, d]}}
  - {app: k, golden: k, direction: out}
blocks:
  - {when: {field: k, present: false}, fields: [{golden: d, constant: z}]}
"""
PLACE = """slots:
  - golden: points
    places: {tel: {is: {kind: phone}, fields: [{app: a, golden: v, hidden: [x]}]}}
"""
ONLY_KNOWN = """lists:
  - app: points
    golden: points
    key: id
    only: {kind: [x]}
    fields: [{app: kind, golden: kind, hidden: [x]%s}]
"""
PLACE_OF_TWO = PLACE.replace(
    "golden: v, hidden: [x]}", "golden: v}, {app: b, golden: w, hidden: [x]}"
)
LATER = """fields: [{app: a, golden: g, direction: in}]
blocks:
  - {when: {field: k, present: true}, fields: [{app: c, golden: x, direction: in}]}
  - {when: {field: g, present: true}, fields: [{golden: k, constant: 1}]}
"""
STARTED = """fields: [{app: a, golden: g, direction: in}]
blocks:
  - {when: {field: k, present: false}, fields: [{app: b, golden: x, direction: in}]}
  - {when: {field: k, present: true}, fields: [{app: c, golden: x, direction: in}]}
  - {when: {field: g, present: true}, fields: [{golden: k, constant: 1}]}
"""


@pytest.fixture
def trial(document):
    """A mapping on trial between two sides that allow everything."""
    return lambda lines: Trial(parse(document(lines), name="x"), shape_of({}), shape_of({}))


@pytest.mark.parametrize(
    ("lines", "record", "law", "sentence"),
    [
        ("fields: [{app: a, golden: g}, {app: b, golden: g}]\n", {"a": "x", "b": "y"},
         Law.NOTHING_CHANGED, "a: 'x' is read and written back as 'y', though nothing changed"),
        (STARTED, {"a": "1", "b": "first", "c": "then"},
         Law.COMES_BACK, "x: 'first' becomes 'then' and comes back as 'then': two rules meet"),
        (LATER, {"a": "1", "c": "then"},
         Law.COMES_BACK, "x: nothing becomes 'then' and comes back as 'then': two rules meet"),
    ],
)  # fmt: skip
def test_a_record_that_does_not_stay_as_it_is_breaks_a_law(trial, lines, record, law, sentence):
    with pytest.raises(Broken) as broken:
        trial(lines).nothing_changed(record)
    assert broken.value.example.law is law
    assert str(broken.value).endswith(sentence)


@pytest.mark.parametrize(
    ("lines", "golden", "record", "expected"),
    [
        ("fields: [{app: a, golden: a, hidden: [x]}]\n", View({"a": "x"}, {}), None,
         (Law.COMES_BACK, "a: 'x' becomes 'x' and comes back as nothing: two rules meet")),
        (POINTS % "{app: id, golden: v}", View({}, {"points": {"k": {"v": "m"}}}), None,
         (Law.COMES_BACK, "points[k]: v 'm' becomes nothing and comes back as nothing: two rules meet")),
        (PLACE, View({}, {"points": {"tel": {"kind": "phone", "v": "x"}}}), None,
         (Law.COMES_BACK, "points[tel]: kind 'phone', v 'x' becomes nothing and comes back as nothing: two rules meet")),
        (SPLIT_TWICE, View({"c": "A", "d": "B", "e": "E", "f": "F"}, {}), None,
         (Law.COMES_BACK, "c: 'A' becomes 'E F' and comes back as 'E': two rules meet")),
        (SPLIT_FOR_SOMEBODY_NEW, View({"c": "A", "d": "B", "k": "K"}, {}), None,
         (Law.NORMAL_FORM, "a: 'A B' becomes 'A B' and comes back as 'A z': mark it `lossy: reason`")),
        (POINTS % "{app: v, golden: v, hidden: [x]}", View({}, {"points": {"k": {"v": "x"}}}), None,
         (Law.NORMAL_FORM, "v: 'x' becomes nothing and comes back as nothing: mark it `lossy: reason`")),
        (ONLY_KNOWN % "", View({}, {"points": {"k": {"kind": "x"}}}), None,
         (Law.NORMAL_FORM, "kind: 'x' becomes nothing and comes back as nothing: mark it `lossy: reason`")),
        (PLACE_OF_TWO, View({}, {"points": {"tel": {"kind": "phone", "v": "1", "w": "x"}}}), None,
         (Law.NORMAL_FORM, "w: 'x' becomes 'x' and comes back as nothing: mark it `lossy: reason`")),
        (POINTS % "{app: left_alone.x, golden: v}", View({}, {"points": {"k": {"v": "m"}}}),
         {"points": [{"id": "k", "left_alone": "as it is"}]},
         (Law.UNTOUCHED, "points.left_alone: 'as it is' is mapped by no rule, yet it becomes x 'm'")),
    ],
)  # fmt: skip
def test_a_golden_record_that_does_not_come_back_breaks_a_law(
    trial, lines, golden, record, expected
):
    with pytest.raises(Broken) as broken:
        trial(lines).comes_back(golden, record)
    law, sentence = expected
    assert broken.value.example.law is law
    assert str(broken.value).endswith(sentence)


@pytest.mark.parametrize("direction", ["in", "out"])
def test_places_of_one_direction_need_not_come_back(trial, direction):
    lines = PLACE.replace("    places", f"    direction: {direction}\n    places")
    view = View({}, {"points": {"tel": {"kind": "phone", "v": "x"}}})
    assert trial(lines).comes_back(view, None) is None


@pytest.mark.parametrize(
    ("lines", "view"),
    [
        (POINTS % "{app: v, golden: v, hidden: [x], lossy: x is theirs}",
         View({}, {"points": {"k": {"v": "x"}}})),
        (ONLY_KNOWN % ", lossy: x is theirs", View({}, {"points": {"k": {"kind": "x"}}})),
    ],
)  # fmt: skip
def test_what_nobody_new_can_read_is_excused_where_that_is_declared(trial, lines, view):
    assert trial(lines).comes_back(view, None) is None


def test_two_rules_that_pull_at_a_field_are_told():
    example = CounterExample(Law.SETTLES, "a", Place(2, 3), ["x", "y"], None, "z")
    assert str(example) == (
        "line 2, column 3: a: 'x', 'y' is written, and then 'z': two rules pull at it"
    )
    assert spoken([]) == "nothing"


def test_an_example_that_reads_one_field_from_two_is_not_written_back_as_it_was(document):
    lines = """
        fields:
          - {app: a, golden: g}
          - {app: b, golden: g}
        lists: [{app: l, golden: l, key: id, fields: [{app: v, golden: v}]}]
        examples:
          - {app: {a: x, b: y, l: []}, golden: {g: y}}
    """
    failures = failed_examples(parse(document(lines), name="x"), LINKS)
    assert [str(one) for one in failures] == ["line 10, example 1: a: says 'x', is 'y'"]


LISTS = {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "string"}}}}
DEEP = {"type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}}
for _ in range(6):
    DEEP = {"type": "object", "properties": {"x": DEEP}}


def drawn(schema):
    """The values that are made up for a schema, twenty of them."""
    found = []

    @settings(max_examples=20, database=None, derandomize=True, deadline=None)
    @given(by_schema(shape_of(schema)))
    def draw(value):
        found.append(value)

    draw()
    return found


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "number", "minimum": 2, "maximum": 3},
        {"type": "integer", "minimum": 5000},
        {"type": "integer", "maximum": -5000},
        {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
        {"items": {"enum": ["a", "b"]}},
        LISTS,
        {"type": "string", "format": "date"},
        {"type": "string", "format": "uuid"},
        {"type": "string", "pattern": "^[a-c]{3}$"},
        {"type": "string", "maxLength": 3},
        {"type": "boolean"},
    ],
    ids=str,
)
def test_made_up_values_are_what_a_schema_allows(schema):
    values = drawn(schema)
    assert [value for value in values if shape_of(schema).misfit(value) is not None] == []
    assert any(values)


def test_a_list_of_codes_is_made_up_as_a_list():
    assert all(isinstance(value, list) for value in drawn({"items": {"enum": ["a", "b"]}}))


NO_NUMBER = {"type": "integer", "minimum": 5, "maximum": 3}


@pytest.mark.parametrize(
    "nothing",
    [
        {**NO_NUMBER, "type": "number"},
        {"type": "array", "items": NO_NUMBER},
        {"type": "object", "properties": {"x": NO_NUMBER}, "required": ["x"]},
    ],
    ids=["itself", "in a list", "in an object"],
)
def test_a_number_that_no_value_can_be_stays_blank(document, nothing):
    side = {"properties": {"a": nothing, "b": {"type": "string"}}}
    lines = "fields: [{app: a, golden: a}, {app: b, golden: b, text: [nfc, upper]}]\n"
    broken = counter_example(parse(document(lines), name="x"), side, side)
    assert broken is not None
    assert broken.path == "b"


def test_a_list_of_which_nothing_is_known_stays_empty():
    assert drawn({"type": "array"}) == [[]]


def depth(value):
    return 1 + max(map(depth, value.values()), default=0) if isinstance(value, dict) else 0


def test_made_up_objects_end_where_nobody_looks():
    assert max(map(depth, drawn(DEEP))) == 5


def test_a_pattern_of_another_language_makes_texts_by_length():
    values = drawn({"type": "string", "pattern": r"\p{L}+", "maxLength": 4})
    assert values
    assert all(len(value) <= 4 for value in values)


def test_digits_that_are_no_number_in_a_region_are_a_number_of_the_world():
    assert national("911234567", "ES") == "911 23 45 67"
    assert national("911234567", "XX") == PHONES[0]
