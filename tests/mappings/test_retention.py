"""What already says the same stays exactly as it is: no drift from rounding, case or codes."""

import pytest

from mappings.fields import UNCHANGED, UNREADABLE
from mappings.paths import MISSING

EUR = {"currency": "EUR"}
KEPT = [
    (", money: {scale: 2, rounding: half_up}",
     {"amount": "10.01", **EUR}, {"amount": "10.005", **EUR}),
    (", money: {}", {"amount": "10.0", **EUR}, {"amount": "10.00", **EUR}),
    (", money: {}", {"amount": "10.00", **EUR}, {"amount": "10", **EUR}),
    (", decimal: {scale: 1}", "0.3", "0.25001"),
    (", values: size", "s", "small"),
    (", text: [lower]", "ANA", "ana"),
    (", text: [lower]", "ANA", "Ana"),
    (", text: [trim]", " Ana", "Ana "),
    (", boolean: {yes: [Y, J], no: [N]}", "J", True),
    (", set: {}", ["b", "a", "a"], ["a", "b"]),
    (", instant: {form: epoch_seconds}", 0, "1970-01-01T00:00:00.5Z"),
    (", instant: {}", "1970-01-01T01:00:00+01:00", "1970-01-01T00:00:00Z"),
]  # fmt: skip


@pytest.mark.parametrize("case", KEPT)
def test_words_and_golden_value_that_say_the_same_are_both_kept(one_field, links, view, case):
    operation, words, golden = case
    mapping = one_field(operation)
    before = view({"g": golden})
    assert mapping.to_system(before, {"a": words}, links).values == {}
    assert mapping.to_golden({"a": words}, before, links).scalars["g"] == (words, golden)


def test_an_edit_that_rounds_to_something_else_is_taken(one_field, links, view):
    mapping = one_field(", money: {scale: 2, rounding: half_up}")
    before = view({"g": {"amount": "10.005", **EUR}})
    edited = {"amount": "10.02", **EUR}
    assert mapping.to_golden({"a": edited}, before, links).scalars["g"].value == edited


def test_a_golden_value_before_that_cannot_be_written_gives_way(one_field, links, view):
    mapping = one_field(", values: size")
    before = view({"g": "huge"})
    assert mapping.to_golden({"a": "s"}, before, links).scalars["g"].value == "small"


def test_a_hundred_round_trips_drift_nowhere(one_field, links, view):
    coarse = one_field(", money: {scale: 2, rounding: half_up}")
    golden = {"amount": "10.005", **EUR}
    record = coarse.to_system(view({"g": golden}), None, links).values
    assert record == {"a": {"amount": "10.01", **EUR}}
    for _ in range(100):
        golden = coarse.to_golden(record, view({"g": golden}), links).scalars["g"].value
        assert coarse.to_system(view({"g": golden}), record, links).values == {}
    assert golden == {"amount": "10.005", **EUR}
    forgetful = coarse.to_golden(record, None, links).scalars["g"].value
    assert forgetful == {"amount": "10.01", **EUR}


def test_a_computed_text_that_the_app_shows_already_is_not_written(compiled, links, view):
    mapping = compiled("fields: [{app: label, compute: {join: [a, b]}}]\n")
    golden = view({"a": "x", "b": "y"})
    for before, values in [("x y", {}), ("x", {"label": "x y"}), (None, {"label": "x y"})]:
        assert mapping.to_system(golden, {"label": before}, links).values == values
    assert mapping.to_system(view({"a": None, "b": None}), {"label": ""}, links).values == {}


def test_what_is_no_value_says_its_name():
    assert [repr(one) for one in (MISSING, UNCHANGED, UNREADABLE)] == [
        "MISSING", "UNCHANGED", "UNREADABLE"
    ]  # fmt: skip
