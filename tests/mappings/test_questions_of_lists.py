"""What the checker asks of lists: their keys, their elements, the rules that share them."""

# ruff: noqa: E501 what the checker says stands in one line

import pytest

from mappings import check, parse
from mappings.check import Reason

TEXT = {"type": "string"}
ELEMENTS = {
    "kind": {"enum": ["phone", "email"]},
    "uses": {"items": {"enum": ["bill", "ship"]}, "x-field": {"list": "set"}},
    "value": {},
}
POINTS = {"items": {"properties": ELEMENTS}, "x-field": {"list": "elements"}}
SIDE = {"properties": {"points": POINTS, "a": {}, "b": {}}}
EACH = {
    "properties": {"id": {"type": "string"}, "type": {}, "kind": ELEMENTS["kind"], "v": {}, "w": {}}
}
LISTS = {"properties": {"one": {"items": EACH}, "two": {"items": EACH}, "a": {}, "b": {}}}


@pytest.fixture
def told(document):
    """What the checker says of lists of points; each for a reason."""

    def say(lines, app=LISTS, golden=SIDE):
        findings = check(parse(document(lines), name="x"), app, golden)
        assert all(one.reason in set(Reason) for one in findings)
        return [str(one) for one in findings]

    return say


@pytest.mark.parametrize(
    ("fixed", "expected"),
    [
        ("uses: [bill]", []),
        ("uses: [bill, ship]", []),
        ("uses: bill", ["line 7, column 7: uses: is a set: write is: {…: [code]}"]),
        ("kind: [phone]", ["line 7, column 7: kind: is no set"]),
        ("uses: [bill, shop]",
         ["line 7, column 7: uses: is never 'shop' (did you mean 'ship'?): there is bill, ship"]),
    ],
)  # fmt: skip
def test_a_place_is_told_by_codes_that_the_list_knows(told, fixed, expected):
    lines = f"""slots:
  - golden: points
    places:
      a: {{is: {{{fixed}}}, fields: [{{app: a, golden: value}}]}}
"""
    assert told(lines) == expected


def points(app, *fields):
    return (
        f"  - app: {app}\n    golden: points\n    key: id\n"
        f"    fields: [{{app: v, golden: value}}, {', '.join(fields)}]\n"
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("lists:\n" + points("one", "{golden: kind, constant: phone}")
          + points("two", "{golden: kind, constant: email}")), []),
        (("lists:\n" + points("one", "{golden: kind, constant: phone}")
          + points("two", "{golden: kind, constant: phone}")),
         ["line 9, column 5: points: is written to the golden record by line 5 too: keep one"]),
        (("lists:\n" + points("one", "{golden: kind, constant: phone}")
          + points("two", "{app: kind, golden: kind}")),
         ["line 9, column 5: points: is written to the golden record by line 5 too: keep one"]),
        (("slots:\n  - {golden: points, places: {p: {is: {kind: phone}, fields: "
          "[{app: a, golden: value}]}}}\n"
          "lists:\n" + points("one", "{golden: kind, constant: email}")), []),
        (("slots:\n  - {golden: points, places: {p: {is: {kind: phone}, fields: "
          "[{app: a, golden: value}]}, q: {is: {uses: [bill]}, fields: "
          "[{app: b, golden: value}]}}}\n"
          "lists:\n" + points("one", "{golden: kind, constant: email}")),
         ["line 5, column 5: points: is written to the golden record by line 7 too: keep one"]),
    ],
)  # fmt: skip
def test_two_rules_may_make_one_list_if_their_elements_differ(told, lines, expected):
    assert told(lines) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("lists:\n" + points("one", "{golden: kind, constant: phone}", "{app: type, constant: P}")
          + points("one", "{golden: kind, constant: email}", "{app: type, constant: M}")), []),
        (("lists:\n" + points("one", "{golden: kind, constant: phone}", "{app: type, constant: P}")
          + points("one", "{golden: kind, constant: email}", "{app: type, constant: P}")),
         ["line 9, column 5: one: is written to the app by line 5 too: keep one",
          "line 9, column 5: points: is written to the golden record by line 5 too: keep one"]),
        (("lists:\n" + points("one", "{golden: kind, constant: phone}", "{app: type, constant: P}")
          + points("one", "{golden: kind, constant: email}", "{app: w, constant: P}")),
         ["line 9, column 5: one: is written to the app by line 5 too: keep one",
          "line 9, column 5: points: is written to the golden record by line 5 too: keep one"]),
    ],
)  # fmt: skip
def test_two_rules_may_share_a_list_of_the_app_if_a_mark_tells_them_apart(told, lines, expected):
    assert told(lines) == expected


PHONES = {
    "id": TEXT,
    "v": TEXT,
    "w": TEXT,
    "code": {"type": "string", "maxLength": 3},
    "made": {"type": "string", "readOnly": True},
    "flags": {"type": ["boolean", "object"]},
}
APP = {"properties": {"phones": {"items": {"properties": PHONES}}, "shown": {"readOnly": True}}}
POINT = {"kind": {"enum": ["phone", "email"]}, "value": TEXT, "main": {"type": "boolean"}}
OF_POINTS = {"items": {"properties": POINT, "required": ["kind"]}, "x-field": {"list": "elements"}}
GOLDEN = {"properties": {"points": OF_POINTS, "a": TEXT}}
UNSAID = "line 5, column 5: points.kind: the golden record requires this field and no rule writes it: add one"
SOUND = """lists:
  - app: phones
    golden: points
    key: id
    fields: [{app: v, golden: value}, {golden: kind, constant: phone}]
"""


def test_a_list_whose_elements_are_whole_is_sound(told):
    assert told(SOUND, APP, GOLDEN) == []
    only_written = SOUND.replace("    key", "    direction: out\n    key")
    assert told(only_written.replace(", {golden: kind, constant: phone}", ""), APP, GOLDEN) == []


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("{app: w, golden: main, boolean: {yes: [Y], no: [N]}}", [UNSAID]),
        ("{golden: kind, constant: fax}",
         ['line 8, column 39: kind: it is not one of "phone" or "email": correct the value']),
        ("{golden: knd, constant: phone}",
         [UNSAID,
          "line 8, column 39: knd: the golden record has no such field (did you mean 'kind'?)"]),
        ("{app: cod, constant: x}",
         [UNSAID, "line 8, column 39: cod: the app has no such field (did you mean 'code'?)"]),
        ("{app: code, constant: xxxx}",
         [UNSAID,
          "line 8, column 39: code: it is longer than 3 characters: correct the value"]),
        ("{app: made, constant: x}",
         [UNSAID,
          "line 8, column 39: made: the app fills this field by itself: remove this rule"]),
    ],
)  # fmt: skip
def test_what_is_written_into_an_element_is_asked(told, field, expected):
    assert told(SOUND.replace("{golden: kind, constant: phone}", field), APP, GOLDEN) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("app: phones", "app: phnes",
         ["line 5, column 5: phnes: the app has no such field (did you mean 'phones'?)"]),
        ("golden: points", "golden: pints",
         ["line 5, column 5: pints: the golden record has no such field (did you mean 'points'?)"]),
        ("key: id", "key: flags",
         ["line 5, column 5: flags: holds boolean or object, a key is text or a whole number"]),
        ("key: id", "key: id\n    only: {knd: [phone], main: [true]}",
         ["line 5, column 5: knd: the golden element has no such field (did you mean 'kind'?)",
          "line 5, column 5: main: no field reads this, so no element would ever count: add a field for it"]),
    ],
)  # fmt: skip
def test_what_makes_a_list_is_asked(told, old, new, expected):
    assert told(SOUND.replace(old, new), APP, GOLDEN) == expected


def test_a_list_that_the_app_only_shows_is_not_written(told):
    shown = {"properties": {"phones": {"items": {"properties": PHONES}, "readOnly": True}}}
    assert told(SOUND, shown, GOLDEN) == [
        "line 5, column 5: phones: the app fills this field by itself: use direction: in"
    ]


@pytest.mark.parametrize("items", [{}, {"items": TEXT}])
def test_single_fields_make_no_list_where_there_is_none(told, items):
    plain = {"properties": {"points": {**items, "x-field": {"list": "set"}}}}
    lines = """slots:
  - golden: points
    places: {a: {is: {kind: phone}, fields: [{app: shown, golden: value}]}}
"""
    assert told(lines, APP, plain) == [
        "line 5, column 5: points: is no list of elements in the golden record: choose another path"
    ]
