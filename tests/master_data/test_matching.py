"""Whether an unlinked record is a golden one: a table of cases, and two laws."""

from hypothesis import given
from hypothesis import strategies as st

from master_data.blocking import MatchKeys
from master_data.matching import Candidate, Link, New, candidates_of, identify

KEYS = MatchKeys(("tax:1", "gln:2"), ("name+postal:x",))


def test_nobody_shares_a_key():
    assert identify(KEYS, []) == New("no golden record shares a key")


def test_an_exact_key_links():
    found = identify(KEYS, [Candidate("gr_1", ("tax:1",), taken=False)])
    assert found == Link("gr_1", "same tax:1")


def test_more_shared_keys_win_and_the_others_are_told():
    one = Candidate("gr_1", ("gln:2",), taken=False)
    both = Candidate("gr_2", ("tax:1", "gln:2"), taken=False)
    assert identify(KEYS, [one, both]) == Link("gr_2", "same tax:1 and gln:2", (one,))


def test_of_equally_many_keys_the_stronger_wins():
    weak = Candidate("gr_1", ("gln:2",), taken=False)
    strong = Candidate("gr_2", ("tax:1",), taken=False)
    assert identify(KEYS, [weak, strong]) == Link("gr_2", "same tax:1", (weak,))


def test_a_taken_record_is_a_suspect_not_a_link():
    taken = Candidate("gr_1", ("tax:1",), taken=True)
    found = identify(KEYS, [taken])
    assert isinstance(found, New)
    assert found.suspects == (taken,)


def test_a_free_record_is_linked_although_another_is_taken():
    taken = Candidate("gr_1", ("tax:1", "gln:2"), taken=True)
    free = Candidate("gr_2", ("tax:1",), taken=False)
    assert identify(KEYS, [taken, free]) == Link("gr_2", "same tax:1", (taken,))


def test_the_same_name_and_place_only_raises_suspicion():
    alike = Candidate("gr_1", ("name+postal:x",), taken=False)
    found = identify(KEYS, [alike])
    assert found == New("same name and postal code as another record", (alike,))


def test_a_person_is_no_organisation():
    person = Candidate("gr_1", ("tax:1",), taken=False, kind="person")
    assert identify(KEYS, [person], "organisation") == New("no golden record shares a key")
    assert isinstance(identify(KEYS, [person], None), Link)
    assert isinstance(identify(KEYS, [person], "person"), Link)


def test_hits_are_grouped_by_golden_record():
    hits = {"tax:1": ["gr_2", "gr_1"], "gln:2": ["gr_2"]}
    assert candidates_of(hits, {"gr_1": True}, {"gr_2": "person"}) == [
        Candidate("gr_1", ("tax:1",), taken=True),
        Candidate("gr_2", ("tax:1", "gln:2"), taken=False, kind="person"),
    ]


some_keys = st.lists(st.sampled_from(KEYS.all), min_size=1, unique=True).map(tuple)
candidates = st.lists(
    st.builds(Candidate, st.sampled_from(["gr_1", "gr_2", "gr_3"]), some_keys, st.booleans()),
    unique_by=lambda each: each.golden_id,
)


def told(identity):
    if isinstance(identity, Link):
        return identity.golden_id, set(identity.also)
    return None, set(identity.suspects)


@given(candidates, st.randoms())
def test_the_order_of_candidates_does_not_matter(found, rng):
    mixed = list(found)
    rng.shuffle(mixed)
    assert told(identify(KEYS, found)) == told(identify(KEYS, mixed))


@given(candidates)
def test_only_a_free_record_with_an_exact_key_is_linked(found):
    identity = identify(KEYS, found)
    good = {c.golden_id for c in found if not c.taken and set(c.keys) & set(KEYS.exact)}
    assert isinstance(identity, Link) == bool(good)
    assert not isinstance(identity, Link) or identity.golden_id in good
