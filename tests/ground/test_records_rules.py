"""What values records take, by table and by property."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.money import minor_units
from ground.records import rules
from ground.records.amounts import Measure, MoneyAmount
from ground.records.elements import Elements, Part, keep_ids
from ground.records.fields import Choice, Flag, Link, Moment, SetOf, Standard, Text
from ground.records.findings import Findings
from ground.records.model import Field, RecordKind
from ground.standards import trade

NOTES = Elements((Part("text", Text(20), required=True), Part("loud", Flag())))
KIND = RecordKind(
    name="things",
    prefix="th",
    title="Thing",
    fields=(
        Field("name", Text(20), required=True),
        Field("code", Text(5), immutable=True),
        Field("number", Text(5), given=True),
        Field("notes", NOTES),
    ),
    search=("name", "notes"),
)


def _cleaned(kind_of_value, value, *, lenient=False):
    findings = Findings(lenient=lenient)
    return kind_of_value.clean(value, "x", findings), [each.reason for each in findings.problems]


@pytest.mark.parametrize(
    ("kind_of_value", "value", "normal"),
    [
        (Text(), "  two  words ", "two  words"),
        (Text(), "e\u0301", "\u00e9"),
        (Text(), "", None),
        (Text(), " \u00a0 ", None),
        (Text(), "first\r\nsecond", "first second"),
        (Text(lines=True), "first\r\nsecond\r", "first\nsecond"),
        (Text(), None, None),
        (Flag(), None, False),
        (Flag(), True, True),
        (Choice(("a", "b"), "a"), None, "a"),
        (Choice(("a", "b")), "", None),
        (SetOf(Choice(("a", "b", "c"))), ["c", "a", "c"], ["a", "c"]),
        (SetOf(Choice(("a",))), None, []),
        (
            MoneyAmount(),
            {"amount": "12.5", "currency": "eur"},
            {"amount": "12.50", "currency": "EUR"},
        ),
        (MoneyAmount(), {"amount": "100", "currency": "JPY"}, {"amount": "100", "currency": "JPY"}),
        (
            MoneyAmount(),
            {"amount": "100.0", "currency": "JPY"},
            {"amount": "100", "currency": "JPY"},
        ),
        (
            MoneyAmount(),
            {"amount": "-0", "currency": "KWD"},
            {"amount": "0.000", "currency": "KWD"},
        ),
        (Measure(("KGM",)), {"value": "1.500", "unit": "kgm"}, {"value": "1.5", "unit": "KGM"}),
        (Moment(), "2026-03-01T10:30:00+01:00", "2026-03-01T09:30:00Z"),
        (Link("cups", "cu"), "", None),
        (Standard(trade.currency, 3, "EUR"), " usd", "USD"),
    ],
)
def test_value_is_stored_in_its_normal_form(kind_of_value, value, normal):
    assert _cleaned(kind_of_value, value) == (normal, [])


@pytest.mark.parametrize(
    ("kind_of_value", "value"),
    [
        (Text(), 5),
        (Text(), ["a"]),
        (Text(3), "four"),
        (Text(), "a\x07b"),
        (Text(), "a\x00b"),
        (Flag(), "yes"),
        (Flag(), 1),
        (Choice(("a",)), "b"),
        (Choice(("a",)), ["a"]),
        (SetOf(Choice(("a",))), "a"),
        (SetOf(Choice(("a",))), ["b"]),
        (SetOf(Choice(("a",)), most=1), ["a", "a"]),
        (MoneyAmount(), "12.50"),
        (MoneyAmount(), {"amount": 12, "currency": "EUR"}),
        (MoneyAmount(), {"amount": "12.505", "currency": "EUR"}),
        (MoneyAmount(), {"amount": "0.5", "currency": "JPY"}),
        (MoneyAmount(), {"amount": "-1", "currency": "EUR"}),
        (MoneyAmount(), {"amount": "1e3", "currency": "EUR"}),
        (MoneyAmount(), {"amount": "1", "currency": "EUX"}),
        (MoneyAmount(), {"amount": "1", "currency": "EUR", "more": 1}),
        (Measure(("KGM",)), {"value": "1", "unit": "MTR"}),
        (Measure(("KGM",)), {"value": "-1", "unit": "KGM"}),
        (Moment(), "2026-03-01T10:30:00"),
        (Moment(), "yesterday"),
        (Moment(), 1),
        (Link("cups", "cu"), "th_1"),
        (Standard(trade.gtin, 20, ""), "4006381333932"),
    ],
)
def test_value_that_cannot_be_stored_is_refused_with_a_reason(kind_of_value, value):
    _, reasons = _cleaned(kind_of_value, value)
    assert reasons
    assert all(reason.endswith(".") for reason in reasons)


def test_soft_value_is_kept_as_given_when_lenient():
    soft = Standard(trade.unit, 3, "C62", soft=True)
    assert _cleaned(soft, "Q9", lenient=True) == ("Q9", [])
    assert _cleaned(soft, "Q9")[1]


def test_unknown_and_server_owned_fields_are_refused():
    findings = Findings()
    rules.clean(KIND, {"nam": "x", "id": "th_1", "version": 2, "number": "1"}, findings)
    assert [each.field for each in findings.problems] == ["nam", "id", "version", "number"]


def test_missing_required_field_is_refused_on_create_and_on_clear():
    full: Any = {"name": "a", "code": None, "number": None, "notes": []}
    for before in (None, full):
        findings = Findings()
        given_values = {} if before is None else {"name": None}
        _merge(before, given_values, findings)
        assert [each.field for each in findings.problems] == ["name"]


def test_immutable_field_cannot_change():
    findings = Findings()
    _merge({"name": "a", "code": "1", "number": None, "notes": []}, {"code": "2"}, findings)
    assert [each.field for each in findings.problems] == ["code"]


def _merge(before, values, findings):
    ids = iter(f"el_new{n}" for n in range(100))
    return rules.merge(
        KIND, before, values, linked=lambda _: None, new_id=lambda: next(ids), findings=findings
    )


def test_elements_keep_known_ids_take_chosen_ones_and_get_new_ones():
    before: Any = [{"id": "el_1", "text": "a"}, {"id": "el_2", "text": "b"}]
    after: Any = [
        {"text": "b"},
        {"id": "el_1", "text": "A"},
        {"id": "el_own", "text": "c"},
        {"text": "d"},
    ]
    kept: Any = keep_ids(before, after, lambda: "el_made")
    ids = [each["id"] for each in kept]
    assert ids == ["el_2", "el_1", "el_own", "el_made"]


def test_two_elements_with_one_id_are_refused():
    _, reasons = _cleaned(NOTES, [{"id": "el_1", "text": "a"}, {"id": "el_1", "text": "b"}])
    assert reasons


@pytest.mark.parametrize(
    "element",
    ["text", {"id": "1", "text": "a"}, {"text": ""}, {"text": "a", "size": 1}, {"text": 1}],
)
def test_bad_element_is_refused(element):
    assert _cleaned(NOTES, [element])[1]


def test_circle_is_found_and_a_chain_is_not():
    parents = {"b": "a", "c": "b", "a": None}
    assert rules.makes_a_circle("a", "c", parents)
    assert rules.makes_a_circle("a", "a", parents)
    assert not rules.makes_a_circle("d", "c", parents)


texts = st.none() | st.text(max_size=12)
elements = st.lists(st.fixed_dictionaries({"text": st.text(min_size=1, max_size=12)}), max_size=5)


@given(name=texts, notes=elements)
def test_cleaning_twice_is_cleaning_once(name, notes):
    first = Findings()
    once = rules.clean(KIND, {"name": name, "notes": notes}, first)
    if not first.problems:
        again = Findings()
        assert rules.clean(KIND, once, again) == once
        assert not again.problems


@given(notes=elements)
def test_the_same_list_without_ids_changes_nothing(notes):
    values = rules.clean(KIND, {"name": "a", "notes": notes}, Findings(lenient=True))
    before = _merge(None, values, Findings())
    after = _merge(before, {"notes": values["notes"]}, Findings())
    assert rules.changed_fields(KIND, before, after) == frozenset()


@given(
    amount=st.decimals(min_value=0, max_value=10**15, places=3),
    code=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_money_is_exact_or_refused(amount, code):
    clean, reasons = _cleaned(MoneyAmount(), {"amount": f"{amount:f}", "currency": code})
    if not reasons:
        assert trade.number(clean["amount"]) == amount
        assert len(clean["amount"].partition(".")[2]) == minor_units(code)
