"""What the checker asks of closed lists of values, of lengths, of what a side requires."""

# ruff: noqa: E501 what the checker says stands in one line

import pytest

from mappings import check, parse
from mappings.check import Reason, reference_cycles

TEXT = {"type": "string"}
HEAD = """value maps:
  m: {pairs: {a: x, b: z}}
  long: {pairs: {a: one, b: two}}
"""


@pytest.fixture
def asked(document):
    """What the checker says of a document between two sides, with the reason of each."""

    def say(lines, app, golden):
        findings = check(parse(document(HEAD + lines), name="x"), app, golden)
        return [(one.reason, str(one).partition(", ")[2]) for one in findings]

    return say


def side(required=(), **properties):
    return {"properties": properties, "required": list(required)}


def field(text):
    return f"fields: [{{app: a, golden: g{text}}}]\n"


@pytest.mark.parametrize(
    ("text", "app", "golden", "expected"),
    [
        (", boolean: {yes: [Y], no: [N]}", {"enum": ["Y", "N"]}, {"enum": [True, False]}, []),
        (", boolean: {yes: [Y], no: [N]}", {"enum": ["Y"]}, {"enum": [True]}, []),
        (", boolean: {yes: [Y], no: [N]}", {"enum": ["N"]}, {"enum": [False]}, []),
        (", boolean: {yes: [Y], no: [N]}, direction: in", {"enum": ["Y", "N"]}, {"enum": [True]},
         [(Reason.UNKNOWN_CODE, "column 10: g: the golden record knows no false: correct or remove it")]),
        (", boolean: {yes: [Y], no: [N]}, direction: in", {"enum": ["Y", "N"]}, {"enum": [False]},
         [(Reason.UNKNOWN_CODE, "column 10: g: the golden record knows no true: correct or remove it")]),
        (", boolean: {yes: [Y], no: [N]}, direction: out", {"enum": ["N"]}, {"type": "boolean"},
         [(Reason.UNKNOWN_CODE, "column 10: a: the app knows no Y: correct or remove it")]),
        # A row that nobody needs may lead anywhere.
        (", values: m, direction: in", {"enum": ["a"]}, {"enum": ["x"]}, []),
        (", values: m, direction: in", TEXT, {"enum": ["x"]},
         [(Reason.UNKNOWN_CODE, "column 3: g: the golden record knows no z: correct or remove it")]),
    ],
)  # fmt: skip
def test_every_code_arrives_as_one_that_is_known(asked, text, app, golden, expected):
    assert asked(field(text), side(a=app), side(g=golden)) == expected


def test_an_open_text_has_only_the_values_that_are_published(asked):
    app, golden = side(a={"enum": ["x"]}), side(g=TEXT)
    lines = "publish when: {field: g, in: [x, y]}\n" + field("")
    assert asked(lines, app, golden) == [
        (Reason.UNKNOWN_CODE, "column 10: a: the app knows no y: correct or remove it")
    ]
    assert asked(lines.replace("[x, y]", "[x]"), app, golden) == []
    assert asked(field(", direction: out"), app, golden) == [
        (
            Reason.UNKNOWN_CODE,
            "column 10: g: the golden record has any text, the app only x: use values",
        )
    ]


def test_a_block_carries_only_what_it_is_for(asked):
    app = side(["a"], a={"type": "string", "enum": ["x"]})
    golden = side(g={"enum": ["x", "y"]}, k=TEXT)
    block = "blocks: [{{when: {{field: {}}}, fields: [{{app: a, golden: g, direction: out}}]}}]\n"
    assert asked(block.format("g, in: [x]"), app, golden) == []
    assert [path for _, path in asked(block.format("k, present: true"), app, golden)] == [
        "column 53: a: the app knows no y: correct or remove it",
        ("column 53: a: the app requires this field and the golden record may lack it: "
         "add default: {app: …}, or ask for it under publish when"),
    ]  # fmt: skip
    assert (Reason.NO_SUCH_FIELD, "column 53: h: the golden record has no such field") in asked(
        block.format("h, present: true"), app, golden
    )


def test_codes_of_several_types_are_told_in_one_order(asked):
    golden = side(g={"enum": ["b", 1, "a"]})
    lines = "publish when: {field: g, equals: c}\nfields: [{app: a, golden: g, direction: in}]\n"
    assert asked(lines, side(a={"enum": ["a"]}), golden) == [
        (Reason.UNKNOWN_CODE, "column 1: g: is never 'c': there is 1, a, b")
    ]


@pytest.mark.parametrize(
    ("text", "app", "golden", "expected"),
    [
        ("", TEXT, {"type": "string", "maxLength": 3},
         "a: the app may hold any length, the golden record 3: mark it `lossy: reason`"),
        ("", {}, {"maxLength": 3},
         "a: the app may hold any length, the golden record 3: mark it `lossy: reason`"),
        ("", {"type": "boolean"}, {"maxLength": 3}, None),
        ("", {"type": "string", "enum": ["abcd", "abc"]}, {"type": "string", "maxLength": 3}, None),
        ("", {"type": "string", "format": "email"}, {"type": "string", "maxLength": 3}, None),
        ("", {"type": "string", "pattern": "a*", "maxLength": 4}, {"type": "string", "maxLength": 3},
         "a: the app may hold 4 characters, the golden record 3: mark it `lossy: reason`"),
        (", integer: {}", TEXT, {"type": "integer", "maxLength": 3}, None),
        (", lossy: short", TEXT, {"type": "string", "maxLength": 3}, None),
    ],
)  # fmt: skip
def test_neither_side_says_more_than_the_other_holds(asked, text, app, golden, expected):
    found = asked(field(text + ", direction: in"), side(a=app), side(g=golden))
    assert found == ([(Reason.TOO_LONG, f"column 10: {expected}")] if expected else [])


@pytest.mark.parametrize(
    ("operation", "app", "room", "long"),
    [
        ("set: {}", {"items": TEXT}, 3, True),
        ("set: {text: [trim]}", {"items": TEXT}, 3, True),
        ("set: {separator: ;}", TEXT, 3, False),
        ("set: {values: long}", {"items": TEXT}, 3, False),
    ],
)
def test_the_members_of_a_set_are_asked_for_their_length(asked, operation, app, room, long):
    golden = side(g={"items": {"type": "string", "maxLength": room}, "x-field": {"list": "set"}})
    found = asked(field(f", {operation}, direction: in"), side(a=app), golden)
    assert [reason for reason, _ in found] == [Reason.TOO_LONG] * long


@pytest.mark.parametrize(
    ("bounds", "said"),
    [
        ({"minimum": 5, "maximum": 3}, "minimum 5 is above maximum 3"),
        ({"minLength": 5, "maxLength": 3}, "minLength 5 is above maxLength 3"),
        ({"minimum": 3, "maximum": 3, "minLength": 0, "maxLength": 0}, None),
        ({"minimum": 5}, None),
        ({"maxLength": 3}, None),
    ],
)
def test_a_schema_that_allows_no_value_is_told(asked, bounds, said):
    words = f"schema allows no value, for {said}: correct the schema"
    for whose, app, golden in (("app", bounds, {}), ("golden record", {}, bounds)):
        found = asked(field(", lossy: short"), side(a=app), side(g=golden))
        path = "a" if whose == "app" else "g"
        expected = [(Reason.UNFIT, f"column 10: {path}: the {whose}'s {words}")]
        assert found == (expected if said else [])


def test_what_the_app_never_shows_may_be_written(asked):
    app, golden = side(a={"writeOnly": True}), side(g=TEXT, h=TEXT)
    assert asked("fields: [{app: a, constant: x}]\n", app, golden) == []
    assert asked("fields: [{app: a, compute: {first: [g, h]}}]\n", app, golden) == []
    assert asked(field(""), app, golden) == [
        (Reason.READ_ONLY, "column 10: a: the app never shows this field: use direction: out")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (", default: {golden: xyz}",
         (Reason.UNFIT, "column 10: g: it is longer than 2 characters: correct the value")),
        (", default: {golden: x}", None),
        (", direction: out, default: {golden: x}",
         (Reason.NEVER_USED, "column 10: g: nothing is read here, so default: {golden: …} is never used: remove it")),
        (", default: {app: xyz}",
         (Reason.UNFIT, "column 10: a: it is longer than 2 characters: correct the value")),
        (", direction: in, default: {app: x}",
         (Reason.NEVER_USED, "column 10: a: nothing is written here, so default: {app: …} is never used: remove it")),
    ],
)  # fmt: skip
def test_a_default_fits_and_is_used(asked, text, expected):
    short = {"type": "string", "maxLength": 2}
    found = asked(field(text), side(a=short), side(g=short))
    assert found == ([expected] if expected else [])


LACKS = (
    "the app requires this field and the golden record may lack it: "
    "add default: {app: …}, or ask for it under publish when"
)
INNER = side(["c"], c=TEXT, d=TEXT)


@pytest.mark.parametrize(
    ("text", "app", "golden", "lacks"),
    [
        ("", side(["a"], a=TEXT), side(g=TEXT), True),
        (", direction: in", side(["a"], a=TEXT), side(g=TEXT), False),
        (", default: {app: x}", side(["a"], a=TEXT), side(g=TEXT), False),
        ("", side(["a"], a={**TEXT, "default": "x"}), side(g=TEXT), False),
        ("", side(["a"], a={"type": ["string", "null"]}), side(g=TEXT), False),
        ("", side(["a"], a=TEXT), side(["g"], g=TEXT), False),
        ("", side(["a"], a=TEXT), side(["g"], g={**TEXT, "default": "x"}), True),
        ("", side(a=TEXT), side(g=TEXT), False),
    ],
)
def test_what_the_app_requires_is_there(asked, text, app, golden, lacks):
    found = asked(field(text), app, golden)
    assert found == ([(Reason.REQUIRED, f"column 10: a: {LACKS}")] if lacks else [])


@pytest.mark.parametrize(
    ("app", "golden", "lacks"),
    [
        (side(["b"], b=INNER), side(g=TEXT), True),
        (side(b=INNER), side(g=TEXT), False),
        (side(["b"], b=side(c=TEXT)), side(g=TEXT), False),
    ],
)
def test_a_place_inside_is_required_if_all_on_the_way_is(asked, app, golden, lacks):
    found = asked("fields: [{app: b.c, golden: g}]\n", app, golden)
    assert found == ([(Reason.REQUIRED, f"column 10: b.c: {LACKS}")] if lacks else [])
    nested = side(["g"], g=INNER)
    assert asked("fields: [{app: b.c, golden: g.c}]\n", app, nested) == []


def test_what_an_inner_object_requires_is_written_if_anything_inside_is(asked):
    app = side(a=side(b=INNER))
    assert asked("fields: [{app: a.b.d, golden: g}]\n", app, side(g=TEXT)) == [
        (
            Reason.REQUIRED,
            "column 10: a.b.c: the app requires this field and no rule writes it: add one",
        )
    ]
    assert (
        asked("fields: [{app: a.b.d, golden: g}, {app: a.b.c, constant: x}]\n", app, side(g=TEXT))
        == []
    )


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("a", "a.b"), ("a.b", "a"), ("a.b", "a.b.c"), ("a.b.c", "a.b"), ("a", "a.b.c"), ("a.b.c", "a"),
    ],
)  # fmt: skip
def test_a_place_is_not_written_by_one_rule_and_what_is_inside_by_another(asked, first, then):
    app = side(a=side(b=side(c={})))
    lines = f"fields:\n  - {{app: {first}, golden: g, direction: out}}\n  - {{app: {then}, constant: x}}\n"
    assert asked(lines, app, side(g={})) == [
        (Reason.TWO_WRITERS, f"column 5: {then}: is written to the app by line 8 too: keep one")
    ]
    beside = lines.replace("app: a", "app: o", 1)
    assert asked(beside, side(**app["properties"], o=app["properties"]["a"]), side(g={})) == []


def test_only_the_first_typos_are_answered_with_a_guess(asked):
    names = "".join(f"  - {{app: nme{number:02}, constant: 1}}\n" for number in range(14))
    found = [text for _, text in asked(f"fields:\n{names}", side(name={}), side())]
    guess = "the app has no such field (did you mean 'name'?)"
    assert found[:12] == [f"column 5: nme{number:02}: {guess}" for number in range(12)]
    assert found[12:] == [
        f"column 5: nme{number}: the app has no such field" for number in (12, 13)
    ]


KINDS = {"enum": ["phone", "email"]}
USES = {"items": {"enum": ["bill", "ship"]}, "x-field": {"list": "set"}}
POINTS = {
    "items": {"properties": {"kind": KINDS, "uses": USES, "v": TEXT}},
    "x-field": {"list": "elements"},
}
PLACE = (
    "slots:\n  - {{golden: g, places: {{p: {{is: {{{}}}, fields: [{{app: a, golden: v}}]}}}}}}\n"
)
LIST = """lists:
  - app: l
    golden: g
    key: id
    fields: [{{app: v, golden: v}}, {}]
"""


@pytest.mark.parametrize(
    ("fixed", "inside", "apart"),
    [
        ("kind: phone", "{golden: kind, constant: phone}", False),
        ("kind: phone", "{golden: kind, constant: email}", True),
        ("uses: [bill]", "{golden: uses, constant: bill}", False),
        ("uses: [bill]", "{golden: uses, constant: ship}", True),
    ],
)
def test_a_place_and_a_list_are_apart_if_their_elements_differ(asked, fixed, inside, apart):
    element = side(id=TEXT, v=TEXT)
    found = asked(
        PLACE.format(fixed) + LIST.format(inside),
        side(a=TEXT, l={"items": element}),
        side(g=POINTS),
    )
    found = [reason for reason, _ in found if reason is Reason.TWO_WRITERS]
    assert found == ([] if apart else [Reason.TWO_WRITERS])


def test_places_of_one_list_stand_in_one_rule(asked):
    twice = PLACE.format("kind: phone") + PLACE.format("kind: email").replace(
        "slots:\n", ""
    ).replace("app: a", "app: b")
    assert asked(twice, side(a=TEXT, b=TEXT), side(g=POINTS)) == [
        (Reason.TWO_WRITERS, "column 5: g: is written to the golden record by line 8 too: keep one")
    ]


@pytest.mark.parametrize("unit", [{}, {"enum": ["KGM"]}])
def test_an_app_that_does_not_say_what_it_measures_may_measure_anything(asked, unit):
    golden = side(g={"properties": {"value": {}, "unit": unit}, "x-field": {"measures": "mass"}})
    assert asked(field(", quantity: {}"), side(a={"type": "object"}), golden) == []


def test_records_that_wait_for_one_we_do_not_carry_are_in_no_ring(document):
    def mapping(entity, *others):
        rules = "".join(
            f"  - {{app: {one}, golden: {one}, reference: {{entity: {one}}}}}\n" for one in others
        )
        text = document(f"fields:\n{rules}").replace("entity: thing", f"entity: {entity}", 1)
        return parse(text, name=f"{entity}.yaml")

    assert reference_cycles([mapping("a", "b")]) == []
    found = reference_cycles([mapping("a", "b"), mapping("b", "c"), mapping("c", "b")])
    assert [(name, finding.path) for name, finding in found] == [("b.yaml", "c")]
