"""Elements of a system's list meet elements of golden: by key, by content, by declared fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from master_data.alignment import align

FIELDS = ("kind", "purpose")
WORK = {"kind": "phone", "purpose": "work", "value": "1"}
HOME = {"kind": "phone", "purpose": "home", "value": "2"}


def test_a_known_key_stays_with_its_element_whatever_it_holds():
    found = align({"k1": HOME}, {"el_1": WORK}, {"k1": "el_1"}, FIELDS)
    assert found.pairs == {"k1": "el_1"}
    assert found.added == found.ambiguous == ()


def test_an_element_that_this_system_knows_under_another_key_is_not_taken_twice():
    found = align({"k2": WORK}, {"el_1": WORK}, {"k1": "el_1"}, FIELDS)
    assert found.added == ("k2",)


def test_the_key_that_we_chose_meets_whatever_it_holds():
    """We wrote it, and before we know that it landed somebody changed it there."""
    found = align({"el_1": HOME, "k2": WORK}, {"el_1": WORK, "el_2": WORK}, {}, ())
    assert found.pairs == {"el_1": "el_1", "k2": "el_2"}
    assert align({"el_1": HOME}, {"el_1": WORK}, {"k1": "el_1"}, ()).added == ("el_1",)


def test_equal_content_meets():
    found = align({"k1": WORK, "k2": HOME}, {"el_1": HOME, "el_2": WORK}, {}, FIELDS)
    assert found.pairs == {"k1": "el_2", "k2": "el_1"}


def test_equal_twins_are_paired_one_by_one():
    found = align({"k1": WORK, "k2": WORK}, {"el_1": WORK, "el_2": WORK}, {}, FIELDS)
    assert set(found.pairs.values()) == {"el_1", "el_2"}


def test_declared_fields_meet_where_the_content_differs():
    found = align({"k1": WORK | {"value": "9"}}, {"el_1": WORK, "el_2": HOME}, {}, FIELDS)
    assert found.pairs == {"k1": "el_1"}


def test_one_of_several_alike_elements_is_ambiguous():
    golden = {"el_1": WORK, "el_2": WORK | {"value": "3"}}
    found = align({"k1": WORK | {"value": "9"}}, golden, {}, FIELDS)
    assert found.ambiguous == ("k1",)
    assert found.pairs == {}
    assert found.added == ()


@pytest.mark.parametrize("blank", [{}, {"kind": None, "purpose": ""}, {"kind": [], "value": "7"}])
def test_blank_identities_never_meet(blank):
    found = align({"k1": blank | {"value": "1"}}, {"el_1": blank | {"value": "2"}}, {}, FIELDS)
    assert found.added == ("k1",)


def test_without_declared_fields_only_equal_content_meets():
    assert align({"k": {"a": 1}}, {"el_1": {"a": 2}}, {}, ()).added == ("k",)
    assert align({"k": "x"}, {"el_1": "y"}, {}, ("a",)).added == ("k",)
    assert align({"k": "x"}, {"el_1": "x"}, {}, ("a",)).pairs == {"k": "el_1"}


values = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["phone", "email", None]),
        "purpose": st.sampled_from(["work", "home", ""]),
        "value": st.sampled_from("123"),
    }
)
lists = st.lists(values, max_size=5)


@given(lists, lists, st.data())
def test_every_key_has_one_place_and_no_element_two_keys(incoming, golden, data):
    theirs = {f"k{n}": each for n, each in enumerate(incoming)}
    ours = {f"el_{n}": each for n, each in enumerate(golden)}
    known = {}
    for element in ours:
        key = data.draw(st.sampled_from([None, *theirs, "elsewhere"]))
        if key is not None and key not in known:
            known[key] = element
    found = align(theirs, ours, known, FIELDS)
    assert sorted([*found.pairs, *found.added, *found.ambiguous]) == sorted(theirs)
    assert len(set(found.pairs.values())) == len(found.pairs)
    assert all(found.pairs[key] == known[key] for key in theirs if key in known)


@given(lists)
def test_equal_lists_meet_completely(elements):
    theirs = {f"k{n}": each for n, each in enumerate(elements)}
    ours = {f"el_{n}": each for n, each in enumerate(reversed(elements))}
    found = align(theirs, ours, {}, FIELDS)
    assert all(theirs[key] == ours[element] for key, element in found.pairs.items())
    assert len(found.pairs) == len(theirs)
