"""What is told of references that wait, lead nowhere or stand beside other troubles."""

from typing import Any

import pytest

from hub.events.rules import Outcome
from master_data.model import Base, FieldOutcome, FieldResult

KNOWN: dict[str, Any] = {"crossref": {"base": {"name": Base("Acme", "Acme")}}, "version": 4}
PARENT, GROUP = ("customer", "cu_9"), ("category", "ca_2")
WAITS_PARENT = FieldResult(
    "parent", FieldOutcome.WAITING, None, None, "reference", "waits for customer cu_9"
)
WAITS_GROUP = FieldResult(
    "group", FieldOutcome.WAITING, None, None, "reference", "waits for category ca_2"
)
NO_PARENT = FieldResult(
    "parent",
    FieldOutcome.REJECTED,
    None,
    None,
    "reference",
    "names customer cu_9, which is not there",
)
NO_GROUP = FieldResult(
    "group",
    FieldOutcome.REJECTED,
    None,
    None,
    "reference",
    "names category ca_2, which is not there",
)
UNREAD = FieldResult("language", FieldOutcome.HELD, None, None, "mapping", "no row for xx")

CASES: dict[str, tuple[Any, ...]] = {
    "one that waits": (
        {"unresolved": {"parent": PARENT}},
        [WAITS_PARENT],
        Outcome.WAITING,
        ("erp:customer:cu_9",),
    ),
    "two that wait, in the order of their paths": (
        {"unresolved": {"parent": PARENT, "group": GROUP}},
        [WAITS_GROUP, WAITS_PARENT],
        Outcome.WAITING,
        ("erp:customer:cu_9", "erp:category:ca_2"),
    ),
    "one that leads nowhere": (
        {"unresolved": {"parent": PARENT}, "missing": ["erp:customer:cu_9"]},
        [NO_PARENT],
        Outcome.REJECTED,
        (),
    ),
    "two that lead nowhere, in the order of their paths": (
        {
            "unresolved": {"parent": PARENT, "group": GROUP},
            "missing": ["erp:customer:cu_9", "erp:category:ca_2"],
        },
        [NO_GROUP, NO_PARENT],
        Outcome.REJECTED,
        (),
    ),
    "one of each": (
        {"unresolved": {"parent": PARENT, "group": GROUP}, "missing": ["erp:category:ca_2"]},
        [NO_GROUP, WAITS_PARENT],
        Outcome.WAITING,
        ("erp:customer:cu_9",),
    ),
    "missing in another system": (
        {"unresolved": {"parent": PARENT}, "missing": ["crm:customer:cu_9"]},
        [WAITS_PARENT],
        Outcome.WAITING,
        ("erp:customer:cu_9",),
    ),
    "beside a value that cannot be read": (
        {"unresolved": {"parent": PARENT}, "problems": {"language": "no row for xx"}},
        [UNREAD, WAITS_PARENT],
        Outcome.HELD,
        ("erp:customer:cu_9",),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_known_record_tells_of_its_references(judge, name):
    told, results, outcome, waits_for = CASES[name]
    made = judge({"name": "Acme"}, {"name": "Acme"}, **KNOWN, **told)
    assert [each for each in made.results if each.path != "name"] == results
    assert made.outcome is outcome
    assert made.waits_for == waits_for
    assert (made.deferred, made.rejected) == (False, None)
    assert made.golden.body == {"name": "Acme"}, "the rest of it counts all the same"


def test_what_counts_and_what_waits_are_told_together(judge):
    made = judge({"name": "Acme 2"}, {"name": "Acme"}, **KNOWN, unresolved={"parent": PARENT})
    assert made.results[0].path == "name"
    assert made.results[1:] == (WAITS_PARENT,)
    assert made.golden.body == {"name": "Acme 2"}
    assert made.golden.version == 5
    assert made.outcome is Outcome.WAITING
