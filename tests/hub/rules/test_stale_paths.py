"""In which paths a system's record is behind golden and may be written."""

from dataclasses import replace

import pytest

from hub.projection.rules import stale_paths
from master_data.model import (
    Base,
    Golden,
    GoldenId,
    GoldenState,
)
from tests.hub.rules.judging import a_crossref

PATHS, LISTS = frozenset({"name", "notes"}), frozenset({"addresses"})
EL = "addresses[el_1]"
AGREED = {"name": Base("a", "A"), "notes": Base("n", "N")}

KNOWN = a_crossref(record={"id": "cu_1"})


@pytest.fixture
def stale():
    """stale(body, base, **fields of the crossref, held=, state=) -> sorted paths to write."""

    def find(body, base, *, golden_held=(), state=GoldenState.ACTIVE, **fields):
        golden = Golden(GoldenId("gr_1"), "customer", 3, state, body, held=frozenset(golden_held))
        crossref = replace(KNOWN, **({"base": base} | fields))
        return sorted(stale_paths(golden, crossref, PATHS, LISTS))

    return find


@pytest.mark.parametrize(
    ("body", "base", "paths"),
    [
        ({"name": "A", "notes": "N"}, AGREED, []),
        ({"name": "B", "notes": "N"}, AGREED, ["name"]),
        ({"name": "B", "notes": "M"}, AGREED, ["name", "notes"]),
        ({"name": "A"}, AGREED, ["notes"]),  # cleared
        ({"name": "B", "other": "x"}, {"name": Base("a", "A"), "other": Base("o", "o")}, ["name"]),
        ({"name": "A", "notes": "N"}, {"name": Base("a", "A")}, []),  # never read there
        ({EL: {"c": 1}}, {}, [EL]),  # a new element
        ({EL: {"c": 1}}, {EL: Base("w", {"c": 1})}, []),
        ({EL: {"c": 2}}, {EL: Base("w", {"c": 1})}, [EL]),
        ({}, {EL: Base("w", {"c": 1})}, [EL]),  # an element that went
        ({"phones[el_1]": "1"}, {}, []),  # a list that is not written
        ({EL: 1, "phones[el_1]": "1", "addresses[el_2]": 2}, {}, [EL, "addresses[el_2]"]),
    ],
)
def test_what_differs_from_what_was_agreed_is_written(stale, body, base, paths):
    assert stale(body, base) == paths


def test_a_new_record_is_written_with_all_that_golden_has(stale):
    assert stale({"name": "A", "other": "x", EL: 1}, {}, record=None) == [EL, "name"]


@pytest.mark.parametrize(
    ("fields", "paths"),
    [
        ({"parked": "refused"}, []),
        ({"state": GoldenState.UNCONFIRMED}, []),
        ({"state": GoldenState.MERGED}, []),
        ({"absent": frozenset({"name"})}, [EL, "notes"]),
        ({"absent": frozenset({"addresses"})}, ["name", "notes"]),
        ({"held": {"name": "refused"}}, [EL, "notes"]),
        ({"held": {EL: "refused"}}, ["name", "notes"]),
        ({"held": {"addresses": "refused"}}, ["name", "notes"]),
        ({"golden_held": ["notes"]}, [EL, "name"]),
        ({"golden_held": [EL]}, ["name", "notes"]),
        ({"golden_held": ["addresses"]}, ["name", "notes"]),
        ({"golden_held": ["addresses[el_9]"]}, [EL, "name", "notes"]),
    ],
)
def test_what_is_held_hidden_or_parked_is_left_alone(stale, fields, paths):
    assert stale({"name": "B", "notes": "M", EL: 1}, AGREED, **fields) == paths
