"""Paths, blanks and the stored form of contributions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from master_data.errors import NoSuchGolden
from master_data.model import Contribution, Remap, element_path, is_blank, lane_key, split_path


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_nothing_is_blank(value):
    assert is_blank(value)


@pytest.mark.parametrize("value", [0, False, "no", " ", [None], {"a": None}])
def test_zero_and_false_are_something(value):
    assert not is_blank(value)


def test_a_path_of_an_element_names_its_list():
    assert split_path(element_path("addresses", "el_1")) == ("addresses", "el_1")
    assert split_path("terms.currency") == ("terms.currency", None)


values = st.none() | st.booleans() | st.integers() | st.text(max_size=5)


def contributions(remaps):
    numbers = (st.integers(0) for _ in range(3))
    return st.builds(
        Contribution, st.just("crm"), values, *numbers, st.text(max_size=5), st.booleans(), remaps
    )


authored = contributions(st.none())
read_anew = contributions(
    st.builds(Remap, st.integers(2), st.none() | authored, values, st.booleans(), st.integers(0))
)


@given(authored | read_anew)
def test_a_contribution_comes_back_as_it_was_stored(told):
    assert Contribution.from_json("crm", told.to_json()) == told


def test_a_record_without_external_id_has_its_own_lane(a_crossref):
    assert a_crossref(external_id=None).lane == lane_key("crm", "customers", "xr_crm")
    assert a_crossref().lane == "crm|customers|crm_1"


def test_an_unknown_record_is_named():
    assert str(NoSuchGolden("gr_1")) == "no golden record gr_1"
