from hypothesis import given
from hypothesis import strategies as st

from hub.events.rules import CLOSED, OPEN, Outcome, balance, first_outcome

counts = st.dictionaries(
    st.one_of(st.none(), st.sampled_from([each.value for each in Outcome])),
    st.integers(min_value=0, max_value=10**6),
)


@given(counts)
def test_sheet_is_even_when_every_event_has_one_known_place(found):
    sheet = balance(sum(found.values()), found)
    assert sheet.is_even
    assert sheet.received == sheet.closed + sheet.open + sheet.undecided


def test_unknown_outcome_makes_the_sheet_uneven():
    assert not balance(3, {"applied": 2, "lost": 1}).is_even


def test_the_sheet_says_how_many_ended_how():
    sheet = balance(7, {"applied": 2, "held": 1, None: 4})
    assert {each.value: many for each, many in sheet.by_outcome.items() if many} == {
        "applied": 2,
        "held": 1,
    }
    assert set(sheet.by_outcome) == set(Outcome)
    assert (sheet.closed, sheet.open, sheet.undecided) == (2, 1, 4)


def test_every_outcome_is_open_or_closed():
    assert set(Outcome) == OPEN | CLOSED
    assert not OPEN & CLOSED


def test_first_outcome_follows_the_stated_order():
    named = ["conflict", "held", "waiting", "rejected", "applied", "superseded", "no_op"]
    for position, name in enumerate(named):
        assert first_outcome(Outcome(each) for each in named[position:]) == name


def test_event_without_field_results_is_a_no_op():
    assert first_outcome([]) is Outcome.NO_OP
