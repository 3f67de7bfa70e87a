"""Missing, null, empty and not projected are different things."""

import pytest


def test_a_missing_field_is_absent_and_says_nothing(one_field, links):
    inbound = one_field("").to_golden({}, None, links)
    assert inbound.absent == {"g"}
    assert inbound.scalars == {}


@pytest.mark.parametrize("words", [None, "", [], {}])
def test_null_and_empty_are_blank_with_their_own_words(one_field, links, words):
    assert one_field("").to_golden({"a": words}, None, links).scalars["g"] == (words, None)


def test_text_of_spaces_is_blank(one_field, links):
    assert (
        one_field(", text: [trim]").to_golden({"a": "  "}, None, links).scalars["g"].value is None
    )


def test_a_path_that_is_not_projected_stays_as_the_system_has_it(one_field, links, view):
    assert one_field("").to_system(view(), {"a": "x"}, links).values == {}


def test_a_blank_golden_value_clears(one_field, links, view):
    outbound = one_field("").to_system(view({"g": None}), {"a": "x"}, links)
    assert outbound.values == {"a": None}
    outbound = one_field(", set: {}").to_system(view({"g": None}), {"a": ["x"]}, links)
    assert outbound.values == {"a": []}


@pytest.mark.parametrize("record", [None, {}, {"a": None}, {"a": ""}])
def test_a_blank_golden_value_leaves_a_blank_field_alone(one_field, links, view, record):
    assert one_field("").to_system(view({"g": None}), record, links).values == {}


def test_a_blank_golden_value_never_clears_words_that_nobody_could_read(one_field, links, view):
    outbound = one_field(", values: size").to_system(view({"g": None}), {"a": "M"}, links)
    assert outbound.values == {}


def test_a_golden_value_replaces_words_that_nobody_could_read(one_field, links, view):
    outbound = one_field(", values: size").to_system(view({"g": "large"}), {"a": "M"}, links)
    assert outbound.values == {"a": "L"}


def test_a_golden_text_of_spaces_is_not_written_to_a_new_record(one_field, links, view):
    assert one_field(", text: [trim]").to_system(view({"g": " "}), None, links).values == {}


def test_a_default_for_the_app_fills_a_new_record_and_stands_for_a_clear(one_field, links, view):
    mapping = one_field(", default: {app: EUR}")
    assert mapping.to_system(view(), None, links).values == {"a": "EUR"}
    assert mapping.to_system(view({"g": None}), None, links).values == {"a": "EUR"}
    assert mapping.to_system(view({"g": None}), {"a": "USD"}, links).values == {"a": "EUR"}
    assert mapping.to_system(view({"g": None}), {"a": "EUR"}, links).values == {}
    assert mapping.to_system(view(), {"a": None}, links).values == {}
    assert mapping.to_golden({"a": "EUR"}, None, links).scalars["g"].value == "EUR"


def test_a_default_for_golden_is_read_for_a_blank_and_not_written_back(one_field, links, view):
    mapping = one_field(", default: {golden: goods}")
    assert mapping.to_golden({"a": None}, None, links).scalars["g"] == (None, "goods")
    assert mapping.to_system(view({"g": "goods"}), {"a": None}, links).values == {}
    assert mapping.to_system(view({"g": "kit"}), {"a": None}, links).values == {"a": "kit"}
    assert mapping.to_system(view({"g": None}), {"a": None}, links).values == {}
