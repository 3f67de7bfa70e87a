"""Whether an unlinked record is a golden one: a table of cases, and two laws."""

from hypothesis import given
from hypothesis import strategies as st

from master_data.likeness.model import Zone
from master_data.matching import Candidate, Link, New, identify


def a_candidate(golden_id, weight, zone=Zone.LINK, *, taken=False, identifiers=()):
    return Candidate(golden_id, weight, zone, taken, identifiers)


def test_nobody_is_like_it():
    assert identify([]) == New("no golden record is like it")


def test_a_free_record_in_the_link_zone_is_linked():
    found = identify([a_candidate("gr_1", 12.0)])
    assert isinstance(found, Link)
    assert (found.golden_id, found.also) == ("gr_1", ())


def test_the_heaviest_is_linked_and_the_others_are_told():
    light, heavy = a_candidate("gr_1", 8.0), a_candidate("gr_2", 20.0)
    doubtful = a_candidate("gr_3", 1.0, Zone.REVIEW)
    found = identify([light, heavy, doubtful])
    assert isinstance(found, Link)
    assert (found.golden_id, found.also) == ("gr_2", (light,))


def test_of_equal_weights_the_older_record_is_linked():
    found = identify([a_candidate("gr_2", 8.0), a_candidate("gr_1", 8.0)])
    assert isinstance(found, Link)
    assert found.golden_id == "gr_1"


def test_a_taken_record_is_a_suspect_not_a_link():
    taken = a_candidate("gr_1", 20.0, taken=True)
    found = identify([taken])
    assert isinstance(found, New)
    assert found.suspects == (taken,)


def test_a_free_record_is_linked_although_a_heavier_one_is_taken():
    taken, free = a_candidate("gr_1", 20.0, taken=True), a_candidate("gr_2", 8.0)
    found = identify([taken, free])
    assert isinstance(found, Link)
    assert (found.golden_id, found.also) == ("gr_2", (taken,))


def test_a_doubtful_record_is_for_a_person():
    doubtful = a_candidate("gr_1", 1.0, Zone.REVIEW)
    assert identify([doubtful]) == New("perhaps the same as another record", (doubtful,))


def test_a_doubtful_record_that_is_taken_is_another():
    doubtful = a_candidate("gr_1", 1.0, Zone.REVIEW, taken=True)
    assert identify([doubtful]) == New("no golden record is like it")


def test_a_shared_identifier_is_never_simply_new():
    taken = a_candidate("gr_1", -20.0, Zone.NEW, taken=True, identifiers=("tax_id",))
    free = a_candidate("gr_2", -20.0, Zone.NEW, identifiers=("tax_id",))
    for each in (taken, free):
        assert identify([each]).suspects == (each,)


candidates = st.lists(
    st.builds(
        Candidate,
        st.sampled_from(["gr_1", "gr_2", "gr_3"]),
        st.floats(-40, 40),
        st.sampled_from(Zone),
        st.booleans(),
        st.sampled_from([(), ("tax_id",)]),
    ),
    unique_by=lambda each: each.golden_id,
)


def told(identity):
    if isinstance(identity, Link):
        return identity.golden_id, identity.also
    return None, identity.suspects


@given(candidates, st.randoms(use_true_random=False))
def test_the_order_of_candidates_does_not_matter(found, rng):
    mixed = list(found)
    rng.shuffle(mixed)
    assert told(identify(found)) == told(identify(mixed))


@given(candidates)
def test_only_a_free_record_in_the_link_zone_is_linked(found):
    identity = identify(found)
    good = {c.golden_id for c in found if not c.taken and c.zone is Zone.LINK}
    assert isinstance(identity, Link) == bool(good)
    assert not isinstance(identity, Link) or identity.golden_id in good
