"""What was settled at once is taken back at once; what was answered anew since stays."""

import pytest

from hub.conflicts.rules import Choice
from hub.errors import CannotUndo, UnknownReview
from hub.resolutions.reviewing import review, take_back
from hub.resolutions.service import Resolution, resolve
from hub.resolutions.undo import undo
from tests.hub.engine.test_calibration import two_of

NAMES = ("Talleres Ibarra", "Molinos Rey", "Puerto Luz")


@pytest.fixture
def questions(bed, customer, account):
    """Three possible duplicates, as (id, version) a steward saw them."""
    for name in NAMES:
        two_of(bed, customer, account, name)
    return [(each.id, each.version) for each in bed.conflicts()]


def states(bed):
    return sorted(state for _, state in bed.goldens())


def test_many_merges_are_taken_back_as_one(bed, questions):
    before = states(bed)
    done = review(bed.hub, questions, Choice.SAME, "us_1")
    bed.run()
    assert [each.problem for each in done.done] == [None] * 3
    assert (bed.conflicts(), states(bed).count("merged")) == ([], 3)
    assert done.id is not None
    back = take_back(bed.hub, done.id, "us_2")
    bed.run()
    assert [each.problem for each in back] == [None] * 3
    assert {each.id for each in bed.conflicts()} == {each for each, _ in questions}
    assert states(bed) == before
    with pytest.raises(CannotUndo, match="taken back already"):
        take_back(bed.hub, done.id, "us_2")
    with pytest.raises(UnknownReview):
        take_back(bed.hub, "rv_nobody", "us_2")


def test_what_was_answered_anew_since_stays(bed, questions):
    done = review(bed.hub, questions, Choice.DIFFERENT, "us_1")
    assert done.id is not None
    (first, _), *others = questions
    again = undo(bed.hub, first, "us_2")
    resolve(bed.hub, first, Resolution(choice=Choice.SAME, seen=again.version, by="us_2"))
    back = {each.id: each.problem for each in take_back(bed.hub, done.id, "us_1")}
    assert "answered anew" in str(back.pop(first))
    assert set(back.values()) == {None}
    assert {each.id for each in bed.conflicts()} == {each for each, _ in others}


def test_nothing_settled_leaves_nothing_to_take_back(bed, questions):
    stale = [(each, version + 7) for each, version in questions]
    assert review(bed.hub, stale, Choice.SAME, "us_1").id is None
