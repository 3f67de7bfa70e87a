"""Dotted paths into nested objects."""

import pytest

from mappings.paths import MISSING, overlaps, reader, split_path, writer


@pytest.mark.parametrize("text", ["", "a.", ".a", "a..b", "a[0]", "1a", "a b", "a/b", "a'"])
def test_what_is_no_path_is_refused(text):
    with pytest.raises(ValueError, match="is not a path"):
        split_path(text)


def test_a_name_may_be_of_any_script():
    assert split_path("Контрагент_Key.ИНН") == ("Контрагент_Key", "ИНН")


def test_a_place_that_is_not_there_is_missing_and_not_null():
    assert reader("a.b")({"a": {"b": None}}) is None
    assert reader("a.b")({"a": None}) is MISSING
    assert repr(reader("a")({})) == "MISSING"


def test_writing_into_what_is_no_object_makes_one():
    before = {"a": "text"}
    values: dict[str, object] = {}
    writer("a.b.c")(values, 1, before)
    assert values == {"a": {"b": {"c": 1}}}
    assert before == {"a": "text"}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("a", "a", True), ("a", "a.b", True), ("a.b", "a", True), ("a", "ab", False)],
)
def test_a_path_overlaps_itself_and_what_lies_inside(one, other, expected):
    assert overlaps(one, other) is expected
