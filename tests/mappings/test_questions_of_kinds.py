"""What the checker asks of types: what each operation takes and makes, and nothing after a clash."""

# ruff: noqa: E501 what the checker says stands in one line

import pytest

from mappings import check, parse
from mappings.check import Reason

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
TRUTH = {"type": "boolean"}
MONEY = {"type": "object", "properties": {"amount": {}, "currency": {}}}
QUANTITY = {"type": "object", "properties": {"value": {}, "unit": {}}}
OF_CATEGORY = {"type": "string", "x-field": {"ref": "category"}}
MAPS = "value maps:\n  m: {pairs: {a: x, b: y}}\n  n: {pairs: {1: x, b: y}}\n"
TEXTS = "string"
NUMBERS = "integer or number or string"
OPERATIONS = [
    ("app: a, golden: a, text: [trim]", TEXT, TEXT, (TEXTS, "string")),
    ("app: a, golden: a, decimal: {}", {"type": "number"}, TEXT, (NUMBERS, "string")),
    ("app: a, golden: a, integer: {}", TEXT, WHOLE, (NUMBERS, "integer")),
    ("app: a, golden: a, boolean: {yes: [Y], no: ['N', 0]}", {"type": ["string", "integer"]}, TRUTH,
     ("integer or string", "boolean")),
    ("app: a, golden: a, date: {}", TEXT, TEXT, (TEXTS, "string")),
    ("app: a, golden: a, instant: {}", TEXT, TEXT, (TEXTS, "string")),
    ("app: a, golden: a, instant: {form: epoch_seconds}", WHOLE, TEXT, (NUMBERS, "string")),
    ("app: a, golden: a, local time: {form: '%Y-%m-%d %H:%M', zone: Europe/Madrid}", TEXT, TEXT, (TEXTS, "string")),
    ("app: a, golden: a, money: {}", MONEY, MONEY, ("object", "object")),
    ("app: a, golden: a, money: {in: EUR}", WHOLE, MONEY, (NUMBERS, "object")),
    ("golden: a, money: {amount: a, currency: b}", WHOLE, MONEY, (NUMBERS, "object")),
    ("app: a, golden: a, quantity: {}", QUANTITY, QUANTITY, ("object", "object")),
    ("app: a, golden: a, quantity: {in: KGM}", WHOLE, QUANTITY, (NUMBERS, "object")),
    ("golden: a, quantity: {value: a, unit: b}", TEXT, QUANTITY, (NUMBERS, "object")),
    ("golden: a, join: {app: [a, b]}", TEXT, TEXT, (TEXTS, "string")),
    ("golden: a, pieces: {app: [a, b], width: 4}", TEXT, TEXT, (TEXTS, "string")),
    ("app: a, golden: a, phone: {region: ES}", TEXT, TEXT, (TEXTS, "string")),
    ("app: a, golden: a, tax id: {country: ES}", TEXT, TEXT, (TEXTS, "string")),
    ("app: a, golden: a, country: {form: numeric}", WHOLE, TEXT, ("integer or string", "string")),
    ("app: a, golden: a, values: m", TEXT, TEXT, (TEXTS, "string")),
    ("app: a, golden: a, values: n", {"type": ["integer", "string"]}, TEXT, ("integer or string", "string")),
    ("app: a, golden: a, reference: {entity: category}", WHOLE, OF_CATEGORY, ("integer or string", "string")),
]  # fmt: skip


@pytest.fixture
def asked(document):
    """What the checker says of one field between two sides of a few fields; always a clash."""

    def say(field, app, golden, required=()):
        rest = {"b": TEXT}
        findings = check(
            parse(document(f"{MAPS}fields: [{{{field}}}]\n"), name="x"),
            {"properties": {"a": app, **rest}, "required": list(required)},
            {"properties": {"a": golden, **rest}},
        )
        assert {one.reason for one in findings} <= {Reason.KINDS_CLASH}
        assert {(one.line, one.column) for one in findings} <= {(7, 10)}
        return [f"{one.path}: {one.message}" for one in findings]

    return say


def ids(case):
    return case if isinstance(case, str) else ""


@pytest.mark.parametrize(("field", "app", "golden", "says"), OPERATIONS, ids=ids)
def test_an_operation_takes_and_makes_its_types(asked, field, app, golden, says):
    takes, makes = says
    assert asked(field, app, golden) == []
    assert asked(field, {}, golden) == []
    # The app requires the field and golden may lack it: not worth to say while the types clash.
    assert asked(field, {"type": ["null", "array"]}, golden, ["a"]) == [
        f"a: the app holds array, the operation takes {takes}: choose another operation"
    ]
    assert asked(field, app, {**golden, "type": ["array", "null"]}, ["a"]) == [
        f"a: the golden record holds array, the operation makes {makes}: choose another operation"
    ]


@pytest.mark.parametrize(
    ("field", "form", "message"),
    [
        ("date: {}", "date-time", "a point in time is no date until a zone is chosen: use instant"),
        ("instant: {}", "date", "a date has no zone, so it is no point in time: use date"),
        ("local time: {form: '%Y-%m-%d %H:%M', zone: Europe/Madrid}", "date",
         "a date has no time of day: use date"),
    ],
)  # fmt: skip
def test_a_text_of_another_kind_of_time_is_told_on_either_side(asked, field, form, message):
    timely = {"type": "string", "format": form}
    line = f"app: a, golden: a, {field}"
    assert asked(line, timely, TEXT, ["a"]) == [f"a: {message}"]
    assert asked(line, TEXT, timely, ["a"]) == [f"a: {message}"]


def test_words_that_mean_blank_are_no_clash(asked):
    either = {"type": ["string", "boolean"]}
    assert asked("app: a, golden: a, text: [trim], blank: [false]", either, TEXT) == []
    assert asked("app: a, golden: a, text: [trim]", either, TEXT) == [
        "a: the app holds boolean, the operation takes string: choose another operation"
    ]


@pytest.mark.parametrize(
    ("app", "golden", "direction", "expected"),
    [
        ({"type": "number"}, TEXT, "both", ["a: is a number with a fraction: use decimal"]),
        (TEXT, {"type": "number"}, "both", ["a: is a number with a fraction: use decimal"]),
        (WHOLE, TEXT, "both", ["a: the app holds integer, the golden record string: convert it"]),
        (TEXT, {"type": ["string", "integer"]}, "out",
         ["a: the golden record holds integer or string, the app string: convert it"]),
    ],
)  # fmt: skip
def test_a_copy_that_clashes_is_asked_nothing_more(asked, app, golden, direction, expected):
    line = f"app: a, golden: a, direction: {direction}"
    assert asked(line, app, golden, ["a"]) == expected


SET = {"type": "array", "items": TEXT, "x-field": {"list": "set"}}
SET_OF_LINKS = {"type": "array", "items": TEXT, "x-field": {"list": "set", "ref": "category"}}


@pytest.mark.parametrize(
    ("operation", "app", "golden", "expected"),
    [
        ("set: {text: [trim]}", {"type": "array", "items": WHOLE}, SET,
         ["a: the app holds integer, the operation takes string: choose another operation"]),
        ("set: {text: [trim]}", {"type": "array"}, SET, []),
        ("set: {text: [trim]}", {"items": TEXT}, SET, []),
        ("set: {text: [trim]}", {}, SET, []),
        ("set: {text: [trim]}", {"type": "array", "items": TEXT}, {"x-field": {"list": "set"}}, []),
        ("set: {text: [trim]}", {"type": "array", "items": TEXT}, {**SET, "items": WHOLE},
         ["a: the golden record holds integer, the operation makes string: choose another operation"]),
        ("set: {text: [trim]}", TEXT, SET, ["a: is no list in the app: remove set"]),
        ("set: {separator: ;}", TEXT, SET, []),
        ("set: {separator: ;}", {"type": "array", "items": TEXT}, SET,
         ["a: the app holds array, the operation takes string: choose another operation"]),
        ("set: {reference: {entity: category}}", {"items": TEXT}, SET_OF_LINKS, []),
        ("set: {reference: {entity: thing}}", {"items": TEXT}, SET_OF_LINKS,
         ["a: refers to a category: use reference with entity: category"]),
        ("set: {}", {"items": TEXT}, SET_OF_LINKS, ["a: refers to a category: use reference"]),
    ],
)  # fmt: skip
def test_a_set_is_asked_for_its_codes(asked, operation, app, golden, expected):
    assert asked(f"app: a, golden: a, {operation}", app, golden) == expected
    if expected:
        assert asked(f"app: a, golden: a, {operation}", app, golden, ["a"]) == expected
