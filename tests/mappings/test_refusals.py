"""What nobody should send is refused at once, with its place and what to do.

At once is within 100 ms. Clocks are no judges in a test that shares its machine, so the calls are
counted that a refusal takes: a million of them take about a tenth of a second.
"""

import json
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from mappings import DocumentRefused, check, parse

ROOT = Path(__file__).parents[2]
HEAD = "object: things\nentity: thing\nversion: 1\n"
MOST_CALLS = 1_000_000
LETTERS = "abcdefghijklmnopqrstuvw"
LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}]\n" for old, new in pairwise(LETTERS)
)
FIELDS = HEAD + "fields:\n"
REFUSED = {
    "ten megabytes": ("a: 1\n" * 2_000_000, 1, 1, "longer than 262144 characters: split"),
    "anchors that multiply": (LAUGHS, 1, 4, "anchors and aliases"),
    "an alias of itself": ("a: &x\n  b: *x\n", 1, 4, "anchors and aliases"),
    "a tag that builds": ("a: !!python/object/apply:os.system [x]\n", 1, 4, "tags (!)"),
    "brackets without end": ("a: " + "[" * 120_000, 1, 28, "deeper than 24 levels"),
    "a quote without end": ("a: '" + "b" * 250_000, 1, 250_005, "not YAML"),
    "very many keys": (
        "".join(f"k{number}: 1\n" for number in range(24_000)), 5000, 8, "more than 10000 values"),
    "very many typos": (
        FIELDS + "".join(f"  - {{ap: a{number}, golden: b}}\n" for number in range(1900)),
        5, 6, "unknown key 'ap' (did you mean 'app'?)"),
    "very many value maps that are none": (
        FIELDS + "".join(f"  - {{app: a, golden: b{one}, values: n}}\n" for one in range(1200)),
        5, 26, "there is no value map 'n'"),
    "an operation that is none": (
        f"{FIELDS}  - {{app: a, golden: b, txt: [trim]}}\n", 5, 25, "did you mean 'text'?"),
    "an expression": (
        f"{FIELDS}  - {{app: a, golden: b, expression: 'while 1'}}\n", 5, 25, "unknown key"),
    "a regular expression": (
        f"{FIELDS}  - {{app: a, golden: b, pattern: '(a+)+$'}}\n", 5, 25, "unknown key"),
    "a date form that repeats": (
        f"{FIELDS}  - {{app: a, golden: b, date: {{form: '{'%d' * 100_000}'}}}}\n",
        5, 25, "once each"),
    "a path without end": (
        f"{FIELDS}  - {{app: {'a.' * 100_000}a, golden: b}}\n", 5, 6, "at most 200 characters"),
    "a condition in a condition": (
        f"{HEAD}publish when: {'{not: ' * 40}{{field: a, present: true}}{'}' * 40}\n",
        4, 154, "deeper than 24 levels"),
    "half a sign": (f"{HEAD}fields: [\n  \ud800]", 5, 3, "half a sign"),
}  # fmt: skip


@pytest.fixture
def calls():
    """How many calls a piece of work takes, Python's and C's."""

    def count(work):
        made = 0

        def note(_frame, event, _argument):
            nonlocal made
            made += event in {"call", "c_call"}

        before = sys.getprofile()
        sys.setprofile(note)
        try:
            work()
        finally:
            sys.setprofile(before)
        return made

    return count


@pytest.mark.parametrize(("text", "line", "column", "message"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_at_once_with_its_place(calls, text, line, column, message):
    refused = []

    def attempt():
        try:
            parse(text, name="x")
        except DocumentRefused as error:
            refused.append(error)

    assert calls(attempt) < MOST_CALLS
    fault = refused[0].faults[0]
    assert (fault.line, fault.column) == (line, column)
    assert message in fault.message


def test_of_very_many_faults_the_first_are_told_and_how_many_there_are():
    with pytest.raises(DocumentRefused) as refused:
        parse(REFUSED["very many typos"][0], name="x")
    told = [fault.line for fault in refused.value.faults]
    assert told == sorted(told)
    assert len(told) == 101
    assert refused.value.faults[-1].message == "1800 more from here on: correct those above first"


def test_a_pattern_of_a_schema_cannot_run_away(calls):
    pattern = {"type": "string", "pattern": "^(([a-z])+.)+[A-Z]([a-z])+$"}
    app = {"properties": {"a": pattern}}
    mapping = parse(f"{HEAD}fields: [{{app: a, constant: {'a' * 5_000}}}]\n", name="x")
    found = []
    assert calls(lambda: found.extend(check(mapping, app, {"properties": {}}))) < MOST_CALLS
    assert [finding.reason for finding in found] == ["unfit"]


@pytest.mark.parametrize("system", ["simple_crm/customers", "sap_s4hana/A_BusinessPartner"])
def test_a_shipped_mapping_is_checked_as_fast_as_it_is_saved(calls, system):
    folder, _, name = system.partition("/")
    place = ROOT / "connectors" / "systems" / folder
    text = (place / "mappings" / f"{name}.yaml").read_text("utf-8")
    app = json.loads((place / "schemas" / f"{name}.json").read_text("utf-8"))
    golden = json.loads((ROOT / "master_data" / "schemas" / "customer.json").read_text("utf-8"))
    found = []
    assert calls(lambda: found.extend(check(parse(text, name=name), app, golden))) < MOST_CALLS
    assert found == []


def test_a_thousand_typos_are_told_as_fast(calls):
    lines = "".join(f"  - {{app: feild{one}, golden: field{one}}}\n" for one in range(1_000))
    side = {"properties": {f"field{one}": {"type": "string"} for one in range(1_000)}}
    found = []
    assert (
        calls(lambda: found.extend(check(parse(FIELDS + lines, name="x"), side, side)))
        < 2 * MOST_CALLS
    )
    assert len(found) == 1_000
