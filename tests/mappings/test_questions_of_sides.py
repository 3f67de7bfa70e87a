"""What the checker asks of a mapping between two small sides: kinds, directions, what is required."""

# ruff: noqa: E501 what the checker says stands in one line

import pytest

from mappings import DocumentRefused, check, parse

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
EITHER = {"type": ["string", "integer"]}
NUMBER = {"type": "number"}
ELEMENT = {"properties": {"kind": TEXT, "v": TEXT}, "required": ["kind", "main"]}
POINTS = {"items": ELEMENT, "x-field": {"list": "elements"}}
SIDE = {"properties": {"a": TEXT, "b": TEXT, "n": WHOLE, "e": EITHER, "x": NUMBER}}
GOLDEN = {"properties": {**SIDE["properties"], "points": POINTS}}
SLOTS = """slots:
  - golden: points
    direction: {}
    places: {{p: {{is: {{kind: phone}}, fields: [{{app: a, golden: v}}]}}}}
"""
UNSAID = "line 7, column 14: points.main: the golden record requires this field and no rule writes it: add one"


@pytest.fixture
def asked(document):
    """What the checker says of the lines of a document."""
    return lambda lines, app=SIDE, golden=GOLDEN: [
        str(one) for one in check(parse(document(lines), name="x"), app, golden)
    ]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("app: a, golden: n, text: [trim]",
         ["line 4, column 10: n: the golden record holds integer, the operation makes string: choose another operation"]),
        ("app: x, golden: x", ["line 4, column 10: x: is a number with a fraction: use decimal"]),
        ("app: a, golden: e", ["line 4, column 10: e: the golden record holds integer or string, the app string: convert it"]),
        ("app: a, golden: e, direction: in", []),
        ("app: a, golden: b, direction: out, default: {golden: none}",
         ["line 4, column 10: b: nothing is read here, so default: {golden: …} is never used: remove it"]),
        ("join: {app: [a, a]}, golden: b",
         ["line 4, column 10: a: is written to the app by line 4 too: keep one"]),
    ],
)  # fmt: skip
def test_a_field_is_asked_in_its_direction(asked, field, expected):
    assert asked(f"fields: [{{{field}}}]\n") == expected


@pytest.mark.parametrize(
    ("direction", "expected"), [("both", [UNSAID]), ("in", [UNSAID]), ("out", [])]
)
def test_places_that_are_only_written_need_not_make_a_whole_element(asked, direction, expected):
    assert asked(SLOTS.format(direction)) == expected


@pytest.mark.parametrize(
    ("direction", "writes", "reads"), [("both", 1, 1), ("in", 0, 1), ("out", 1, 0)]
)
def test_a_rule_of_one_direction_is_a_writer_on_one_side(asked, direction, writes, reads):
    split = f"  - {{app: a, split: {{golden: [a, b]}}, direction: {direction}}}\n"
    to_app = asked(f"fields:\n{split}  - {{app: a, constant: z}}\n")
    to_golden = asked(f"fields:\n{split}  - {{golden: a, constant: z}}\n")
    assert (len(to_app), len(to_golden)) == (writes, reads)
    slots = SLOTS.format(direction)
    to_app = asked(
        f"fields: [{{app: a, constant: z}}]\n{slots}",
        SIDE,
        {"properties": {"points": {**POINTS, "items": {"properties": ELEMENT["properties"]}}}},
    )
    assert len(to_app) == writes


def test_what_a_side_fills_by_itself_need_not_be_written(asked):
    app = {"properties": {"a": TEXT, "id": {"readOnly": True}, "kind": {"default": "x"}, "b": TEXT},
           "required": ["id", "kind", "b"]}  # fmt: skip
    assert asked("fields: [{app: a, golden: a}]\n", app) == [
        "line 1, column 1: b: the app requires this field and no rule writes it: add one"
    ]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("publish when: {field: roles, contains: x}\n",
         ["line 4, column 1: roles: the golden record has no such field"]),
        ("invariants: [{sum: lines.v, equals: n}]\n",
         ["line 4, column 14: lines: the golden record has no such field"]),
    ],
)  # fmt: skip
def test_a_list_or_set_that_is_not_there_is_told_once(asked, lines, expected):
    assert asked(lines + "fields: [{app: a, golden: a}]\n") == expected


def test_a_constant_on_both_sides_of_a_place_is_refused(document):
    lines = SLOTS.format("both").replace("{app: a, golden: v}", "{app: a, golden: v, constant: z}")
    with pytest.raises(DocumentRefused) as refused:
        parse(document(lines), name="x")
    (fault,) = refused.value.faults
    assert fault.message == "a constant stands on one side: give app or golden, not both"
