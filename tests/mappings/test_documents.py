"""A faulty document is refused with line, column and what to do."""

import json

import jsonschema
import pytest

from mappings import DocumentRefused, language_schema, parse
from mappings.yaml_text import load

HEAD = "object: things\nentity: thing\nversion: 1\n"
FAULTS = [
    ("", 1, 1, "the document is empty"),
    ("- a\n", 1, 1, "a mapping begins with keys"),
    ("a: 1\n---\nb: 2\n", 2, 1, "a second document begins"),
    ("%YAML 1.1\n---\na: 1\n", 1, 1, "directives"),
    ("a: &x 1\n", 1, 4, "anchors and aliases"),
    ("a: 1\nb: *a\n", 2, 4, "anchors and aliases"),
    ("a: !!python/object:os.system x\n", 1, 4, "tags"),
    ("a: ! x\n", 1, 4, "tags"),
    ("a: 1\na: 2\n", 2, 1, "stands twice"),
    ("? [a]\n: 1\n", 1, 3, "a key is one word"),
    ("a: [1\nb: 2\n", 2, 2, "not YAML"),
    ("\ta: 1\n", 1, 1, "not YAML"),
    ("a: \x01\n", 1, 1, "not YAML"),
    ("a: " + "[" * 60 + "]" * 60, 1, 28, "deeper than"),
    ("object: things\nversion: 1\n", 1, 1, "the key 'entity' is missing"),
    (HEAD + "fieldz: []\n", 4, 1, "did you mean 'fields'?"),
    (HEAD + "publish_when: {}\n", 4, 1, "did you mean 'publish when'?"),
    ("object: things\nentity: thing\nversion: 0\n", 3, 1, "greater than or equal to 1"),
    (HEAD + "fields:\n  - {app: a, golden: b, txt: [trim]}\n", 5, 25, "did you mean 'text'?"),
    (HEAD + "fields:\n  - {app: a, golden: b, text: [trimm]}\n", 5, 32, "'trim', 'squeeze'"),
    (HEAD + "fields:\n  - {app: 'a[0]', golden: b}\n", 5, 6, "not a path"),
    (HEAD + "fields:\n  - {app: a}\n", 5, 5, "the golden path is missing"),
    (HEAD + "fields:\n  - {golden: a}\n", 5, 5, "give app:, or for money"),
    (HEAD + "fields:\n  - {golden: a, money: {amount: x}}\n", 5, 5, "both amount: and currency:"),
    (HEAD + "fields:\n  - {app: a, golden: a, text: [trim], date: {}}\n", 5, 5, "one operation"),
    (HEAD + "fields:\n  - {app: a, golden: a, money: {}, set: {}}\n", 5, 5, "has one operation"),
    (HEAD + "fields:\n  - {app: a, golden: a, set: {}, date: {}}\n", 5, 5, "has one operation"),
    (HEAD + "fields:\n  - {app: a, golden: a, set: {text: [nfc], date: {}}}\n", 5, 25, "one oper"),
    (HEAD + "fields:\n  - {app: a, golden: a, date: {form: '%d %B'}}\n", 5, 25, "once each"),
    (HEAD + "fields:\n  - {app: a, golden: a, values: size}\n", 5, 25, "there is no value map"),
    (HEAD + "fields:\n  - {app: a, golden: b, constant: 1}\n", 5, 5, "stands on one side"),
    (HEAD + "fields:\n  - {app: a, constant: 1, text: [nfc]}\n", 5, 5, "no other operation"),
    (HEAD + "fields:\n  - {app: a, golden: a, lossy: ''}\n", 5, 25, "at least 3 characters"),
    (HEAD + "fields:\n  - {app: a, golden: a, money: {minor units: 1}}\n", 5, 33, "valid boolean"),
    (HEAD + "value maps:\n  m: {pairs: {a: x}, canonical: {y: a}}\n", 5, 34, "no such row"),
    (HEAD + "value maps:\n  m: {pairs: {a: x, b: x}}\n"
     "fields:\n  - {app: a, golden: a, values: m}\n", 5, 3, "the way back is not clear"),
    (HEAD + "value maps:\n  m: {pairs: {a: x, b: x}}\n"
     "fields:\n  - {app: a, golden: a, set: {values: m}}\n", 5, 3, "the way back is not clear"),
    (HEAD + "lists:\n  - {app: a, golden: a, fields: [{app: b, golden: b}]}\n", 5, 5, "'key' is"),
    (HEAD + "lists:\n  - {app: a, golden: a, key: k, fields: []}\n", 5, 33, "at least 1 item"),
    (HEAD + "lists:\n  - {app: a, golden: a, key: k, fields: [{app: b, golden: b.c}]}\n",
     5, 42, "not nested"),
    (HEAD + "lists:\n  - {app: a, golden: a, key: k,"
     " fields: [{app: b, split: {golden: [c, d]}}]}\n", 5, 42, "do not stand in a list"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "column", "message"), FAULTS)
def test_a_fault_names_its_place_and_what_to_do(text, line, column, message):
    with pytest.raises(DocumentRefused) as refused:
        parse(text, name="things.yaml")
    fault = refused.value.faults[0]
    assert message in fault.message
    assert (fault.line, fault.column) == (line, column)
    assert f"things.yaml, line {line}, column {column}: " in str(refused.value)


def test_every_fault_is_told_at_once_in_the_order_of_the_lines():
    lines = "fields:\n  - {app: a}\n  - {golden: b}\n  - {app: c, golden: c, values: none}\n"
    with pytest.raises(DocumentRefused) as refused:
        parse(HEAD + lines, name="x")
    assert [fault.line for fault in refused.value.faults] == [5, 6, 7]


def test_a_value_map_of_one_direction_needs_no_way_back():
    lines = (
        "value maps:\n  m: {pairs: {a: x, b: x}}\n"
        "fields:\n  - {app: a, golden: a, values: m, direction: in}\n"
    )
    assert parse(HEAD + lines, name="x").rules


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("yes", "yes"),
        ("1.50", "1.50"),
        ("1e3", "1e3"),
        ("007", "007"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("2026-03-31", "2026-03-31"),
        ("12:30", "12:30"),
        ("<<", "<<"),
        (".nan", ".nan"),
        ("'5'", "5"),
        ('"true"', "true"),
        ("-5", -5),
        ("true", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ("~", None),
        ("", None),
        ("null", None),
        ("|\n  a\n  b\n", "a\nb\n"),
    ],
)
def test_plain_words_stay_text(text, value):
    assert load(f"a: {text}", name="x").content == {"a": value}


def test_a_document_of_very_many_values_is_refused():
    with pytest.raises(DocumentRefused, match="more than 10000 values"):
        load("[" + "1," * 60_000 + "]", name="x")


def test_editors_get_a_schema_that_accepts_a_document_and_refuses_a_typo():
    schema = language_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    sound = load(HEAD + "publish when: {field: a, in: [b]}\n", name="x").content
    assert validator.is_valid(sound)
    assert not validator.is_valid(sound | {"publish_when": {}})
    assert json.dumps(schema)
