"""Why a value is what it is, as a steward reads it: one line per kind of decision."""

from datetime import UTC, datetime

import pytest

from hub.golden.model import FieldTold
from hub.golden.sentences import name_systems, sentence_of, source_name

TITLES = {"crm": "Front office", "erp": "Back office", "erp-old": "Old books"}
AT = datetime(2026, 11, 23, tzinfo=UTC)


def told(rule, why, source="crm", rivals=(), **more):
    return FieldTold(
        path="name",
        title="Name",
        value=more.get("value", "Ibarra"),
        source=source,
        rule=rule,
        why=why,
        version=2,
        at=AT,
        event_id=None,
        in_conflict=more.get("in_conflict", False),
        rivals=tuple((who, said, AT) for who, said in rivals),
    )


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (told("newest", "the last edit", rivals=[("erp", "Ybarra")]),
         "Front office said it: the last edit. Back office said “Ybarra”."),
        (told("manual", "nobody else said anything"),
         "Front office said it: nobody else said anything."),
        (told("owner", "erp is the owner", "erp", [("crm", None)]),
         "Back office said it: Back office is the owner. Front office cleared it."),
        (told("trusted", "erp has said nothing yet"),
         "Front office said it: Back office has said nothing yet."),
        (told("alike", "the others only spell it differently; erp is trusted more", "erp"),
         "Back office said it: the others only spell it differently; Back office is trusted more."),
        (told("fill_only", "the first one stays"), "Front office said it: the first one stays."),
        (told("most_restrictive", "the most restrictive value"),
         "Front office said it: the most restrictive value."),
        (told("agreed", "the rivals agree now"), "Front office says the same as the others now."),
        (told("person", "seen on the invoice", "ana", [("crm", "A"), ("erp", "B")]),
         "Ana decided it: seen on the invoice. Front office said “A”; Back office said “B”."),
        (told("person", "", "ana"), "Ana decided it."),
        (told("pin", "by contract", "ana"), "Ana fixed it: by contract."),
        (told("merge", "nobody else speaks for it", "erp-old"),
         "Old books said it before the records were merged; nobody else speaks for it."),
        (told("merge", "nobody else speaks for it", "gr_1"),
         "The record itself said it before the records were merged; nobody else speaks for it."),
        (told("unmerge", "as it was before", "gr_1"),
         "It is as it was before the records were merged."),
        (told("split", "nobody who is left said it", "gr_1", value=None),
         "The record was split; nobody who is left said it."),
        (told("remap", "read by mapping version 3"),
         "Front office said it before; it is read anew: read by mapping version 3."),
        (told("delete", "deleted in crm"), "Deleted in Front office."),
        (told("newest", "x", in_conflict=True), "Waits for a person: see its conflict."),
        (told("newest", "the last edit", rivals=[(f"s{n}", {"city": "X"}) for n in range(5)]),
         "Front office said it: the last edit. s0 said “X”; s1 said “X”; s2 said “X” and 2 more."),
    ],
)  # fmt: skip
def test_a_decision_reads_as_a_sentence(field, sentence):
    assert sentence_of(field, TITLES) == sentence


def test_systems_are_called_by_their_title_where_they_are_meant():
    assert (
        name_systems("erp wins: erp-old is gone", TITLES) == "Back office wins: Old books is gone"
    )
    assert name_systems("“erp” and enterprise stay", TITLES) == "“erp” and enterprise stay"
    assert name_systems("erp", {}) == "erp"


def test_who_said_it_has_a_name():
    assert source_name("person:ana", TITLES) == "ana"
    assert source_name("shop", TITLES) == "shop"
    assert source_name(None, TITLES) == "Nobody"
