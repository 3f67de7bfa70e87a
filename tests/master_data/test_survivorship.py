"""Which contribution survives: one table per policy, and that time order alone decides newest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from master_data.model import Contribution
from master_data.policies import (
    FillOnly,
    Longest,
    Manual,
    MostRestrictive,
    Newest,
    Owner,
    Trusted,
)
from master_data.spelling import Form
from master_data.survivorship import Clocks, Survivor, Tie, survive


def pick(policy, incoming, *rivals, clocks, concurrent=True):
    return survive(policy, incoming, rivals, concurrent=concurrent, clocks=clocks)


def test_an_edit_on_top_of_the_agreed_value_is_taken(a_contribution, clocks):
    mine, theirs = a_contribution("crm", "A", at=5), a_contribution("erp", "B", at=9)
    found = pick(Newest(), mine, theirs, clocks=clocks, concurrent=False)
    assert found == Survivor(mine, "newest", "an edit on top of the agreed value")
    assert pick(Manual(), mine, theirs, clocks=clocks, concurrent=False).winner is mine


def test_the_only_contribution_wins(a_contribution, clocks):
    mine = a_contribution("crm", "A")
    assert pick(Newest(), mine, clocks=clocks).why == "the only contribution"


def test_of_disjoint_edits_the_later_wins(a_contribution, clocks):
    early = a_contribution("shop", "A", since=0, at=10, stamp=9)
    late = a_contribution("crm", "B", since=10, at=20, stamp=11)
    assert pick(Newest(), early, late, clocks=clocks).winner is late
    assert pick(Newest(), late, early, clocks=clocks).winner is late


def test_overlapping_edits_go_by_exact_clocks(a_contribution, clocks):
    one = a_contribution("crm", "A", since=0, at=10, stamp=7)
    other = a_contribution("erp", "B", since=0, at=10, stamp=6)
    found = pick(Newest(), one, other, clocks=clocks)
    assert found == Survivor(one, "newest", "the last edit by the systems' clocks")


def test_overlapping_edits_of_inexact_clocks_go_by_rank(a_contribution, clocks):
    one = a_contribution("shop", "A", since=0, at=10, stamp=9)
    other = a_contribution("crm", "B", since=0, at=10, stamp=1)
    found = pick(Newest(), one, other, clocks=clocks)
    assert found.winner is other
    assert found.why == "edits at the same time: the higher rank"


def test_a_person_stands_above_all_systems(a_contribution, clocks):
    person = a_contribution("person:us_1", "A", since=0, at=10, stamp=5)
    system = a_contribution("erp", "B", since=0, at=10, stamp=5)
    assert pick(Newest(), system, person, clocks=clocks).winner is person


def test_edits_nobody_can_order_are_a_tie(a_contribution):
    clocks = Clocks({"a": 1, "b": 1}, frozenset())
    one, other = a_contribution("a", "A", at=10), a_contribution("b", "B", at=10)
    found = pick(Newest(), one, other, clocks=clocks)
    assert found == Tie("newest", "cannot tell whether a or b was later")
    same = a_contribution("b", "A", at=10)
    assert pick(Newest(), one, same, clocks=clocks).winner is one


def test_two_records_of_one_system_are_told_apart_in_a_tie(a_contribution):
    clocks = Clocks({"a": 1}, frozenset())
    one, other = a_contribution("a", "A", at=10), a_contribution("a", "B", at=10)
    found = pick(Newest(), one, other, clocks=clocks)
    assert found == Tie("newest", "two records of a differ, and neither is known to be later")


def test_what_a_system_filled_in_by_itself_ranks_lowest(a_contribution, clocks):
    filled = a_contribution("erp", "EUR", since=50, at=60, filled=True)
    said = a_contribution("shop", "USD", since=0, at=10)
    assert pick(Newest(), filled, said, clocks=clocks).winner is said
    assert pick(Newest(), said, filled, clocks=clocks).winner is said


def test_unknown_sources_come_last(a_contribution, clocks):
    known, unknown = a_contribution("shop", "A"), a_contribution("new", "B")
    assert pick(Newest(), unknown, known, clocks=clocks).winner is known


def test_trusted_prefers_its_first_connection_that_spoke(a_contribution, clocks):
    crm, erp = a_contribution("crm", "A", since=10, at=20), a_contribution("erp", "B", at=5)
    found = pick(Trusted(("erp", "crm")), crm, erp, clocks=clocks)
    assert found == Survivor(erp, "trusted", "erp is trusted first")
    found = pick(Trusted(("shop",)), crm, erp, clocks=clocks)
    assert found == Survivor(crm, "trusted", "shop has said nothing yet")


def test_a_person_may_overrule_an_owner(a_contribution, clocks):
    erp = a_contribution("erp", "A", at=5)
    person = a_contribution("person:us_1", "B", since=10, at=20)
    found = pick(Owner(("erp",)), erp, person, clocks=clocks)
    assert found == Survivor(person, "owner", "erp is the owner")


@pytest.mark.parametrize("policy", [Trusted(("x",)), Longest(), Owner(("x",))])
def test_a_tie_stays_a_tie_under_every_rule(a_contribution, policy):
    clocks = Clocks({}, frozenset())
    found = pick(policy, a_contribution("a", "A"), a_contribution("b", "B"), clocks=clocks)
    assert isinstance(found, Tie)


def test_a_tie_between_an_owner_and_a_person_is_told(a_contribution):
    clocks = Clocks({"erp": -1}, frozenset())
    erp, person = a_contribution("erp", "A"), a_contribution("person:us_1", "B")
    assert isinstance(pick(Owner(("erp",)), erp, person, clocks=clocks), Tie)


def test_the_first_value_stays_and_blanks_do_not_count(a_contribution, clocks):
    first, later = a_contribution("crm", "A", at=5), a_contribution("erp", "B", at=9)
    blank = a_contribution("shop", None, at=1)
    assert pick(FillOnly(), later, first, blank, clocks=clocks).winner is first
    assert pick(FillOnly(), blank, clocks=clocks).winner is blank


def test_the_longest_text_wins_and_of_equally_long_ones_the_newest(a_contribution, clocks):
    short = a_contribution("crm", "AB", since=20, at=30)
    long, later = a_contribution("erp", "ABC", at=9), a_contribution("shop", "ABD", since=9, at=12)
    found = pick(Longest(), short, long, later, clocks=clocks)
    assert found == Survivor(later, "longest", "the longest value")


def test_the_most_restrictive_value_wins(a_contribution, clocks):
    policy = MostRestrictive("status", ("withdrawn", "given"))
    given_, withdrawn = {"status": "given"}, {"status": "withdrawn"}
    new, old = a_contribution("crm", given_, since=9, at=10), a_contribution("erp", withdrawn, at=5)
    found = pick(policy, new, old, clocks=clocks)
    assert found == Survivor(old, "most_restrictive", "the most restrictive value")
    odd = a_contribution("shop", "odd", since=20, at=30)
    assert pick(policy, odd, old, clocks=clocks).winner is old


def test_rival_edits_of_a_manual_field_wait_for_a_person(a_contribution, clocks):
    one, other = a_contribution("crm", "A"), a_contribution("erp", "B", since=10, at=20)
    assert isinstance(pick(Manual(), one, other, clocks=clocks), Tie)
    assert pick(Manual(), one, a_contribution("erp", "A"), clocks=clocks).winner is one


@st.composite
def disjoint_edits(draw):
    times = sorted(draw(st.lists(st.integers(0, 10_000), min_size=4, max_size=8, unique=True)))
    spans = list(zip(times[::2], times[1::2], strict=False))
    return [
        Contribution(f"s{n}", n, since, at, draw(st.integers(since + 1, at)), "ev")
        for n, (since, at) in enumerate(spans)
    ]


@given(disjoint_edits(), st.randoms())
def test_newest_of_disjoint_edits_does_not_depend_on_their_order(edits, rng):
    clocks = Clocks({each.source: rng.randrange(3) for each in edits}, frozenset())
    mixed = list(edits)
    rng.shuffle(mixed)
    found = pick(Newest(), mixed[0], *mixed[1:], clocks=clocks)
    assert found.winner is edits[-1]


def test_a_spelling_is_no_reason_to_ask_a_person(a_contribution, clocks):
    erp, crm = a_contribution("erp", "La Peña, S.L."), a_contribution("crm", "La Peña SL")
    found = pick(Manual(Form.COMPANY), crm, erp, clocks=clocks)
    assert found.winner is erp
    assert found.rule == "alike"
    assert found.why == "the others only spell it differently; erp is trusted more"
    assert isinstance(
        pick(Manual(Form.TEXT), crm, a_contribution("erp", "Peña"), clocks=clocks), Tie
    )
    assert isinstance(pick(Manual(), crm, erp, clocks=clocks), Tie)


def test_what_a_system_could_not_hold_does_not_win(a_contribution, clocks):
    erp, crm = a_contribution("erp", "LA PENA"), a_contribution("crm", "La Peña, S.L.")
    found = pick(Manual(Form.COMPANY), erp, crm, clocks=clocks)
    assert found.winner is crm
    assert found.why == "the others only spell it differently; spelled the fullest way"


def test_a_new_spelling_on_top_of_the_agreed_one_is_an_edit(a_contribution, clocks):
    crm, erp = a_contribution("crm", "LA PEÑA"), a_contribution("erp", "La Peña")
    found = pick(Manual(Form.COMPANY), crm, erp, clocks=clocks, concurrent=False)
    assert found.winner is crm


def test_edits_of_unknown_order_that_only_spell_differently_are_no_tie(a_contribution, clocks):
    one = a_contribution("shop", "La Peña", since=0, at=10)
    other = a_contribution("till", "LA PEÑA", since=0, at=10)
    clocks = Clocks({"shop": 2, "till": 2}, frozenset())
    assert isinstance(pick(Newest(), one, other, clocks=clocks), Tie)
    assert pick(Newest(Form.TEXT), one, other, clocks=clocks).winner is one
