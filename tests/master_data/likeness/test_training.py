"""Learning m without labels, and thresholds from what stewards decided."""

from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from master_data.forms.records import form_of
from master_data.likeness.calibration import calibrate, cut_off, fewest, lower_bound
from master_data.likeness.model import shipped_model
from master_data.likeness.scoring import Scorer
from master_data.likeness.statistics import count
from master_data.likeness.training import train
from rectoverso.bench.matching.people import people, respelt


def m_of(model, comparison, level):
    chosen = next(each for each in model.comparisons if each.name == comparison)
    return chosen.levels[level].m


@pytest.fixture
def pairs():
    rng = Random(4)
    known = list(people(3000, 9))
    same = [(form_of("person", a), form_of("person", respelt(a, rng))) for a in known]
    others = [(a, b) for (a, _), (_, b) in pairwise(same)]
    return same, others


def test_m_is_learnt_from_pairs_that_nobody_labelled(pairs):
    same, others = pairs
    model = shipped_model("person")
    scorer = Scorer(model, count(model, [a for a, _ in same]))
    training = train(scorer, same + others)
    truly = sum(scorer.levels(a, b)[place(model, "phone")] == 0 for a, b in same)
    known = sum(scorer.levels(a, b)[place(model, "phone")] >= 0 for a, b in same)
    assert training.share == pytest.approx(0.5, abs=0.02)
    assert m_of(training.model, "phone", 0) == pytest.approx(truly / known, abs=0.03)
    assert abs(m_of(model, "phone", 0) - truly / known) > 0.2


def place(model, name):
    return [each.name for each in model.comparisons].index(name)


def test_nothing_to_learn_from_leaves_the_model_as_it_is():
    model = shipped_model("person")
    learnt = train(Scorer(model, count(model, [])), []).model
    assert all(
        level.m == pytest.approx(before.m, rel=1e-6)
        for one, two in zip(learnt.comparisons, model.comparisons, strict=True)
        for level, before in zip(one.levels, two.levels, strict=True)
    )
    assert replace(learnt, comparisons=model.comparisons) == model


def test_the_threshold_is_where_links_are_right_often_enough():
    decisions = [(20.0 - n / 100, True) for n in range(1000)] + [(5.0, False)] * 20
    found = calibrate(decisions, 0.99)
    assert found.link == pytest.approx(10.01)
    assert found.precision >= 0.99


def test_few_decisions_lower_no_threshold():
    assert calibrate([(20.0, True)] * 10, 0.99).link is None


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_lower_bound_lies_below_the_share(hits, misses):
    assert 0 <= lower_bound(hits, hits + misses) <= 1
    if hits + misses:
        assert lower_bound(hits, hits + misses) <= hits / (hits + misses) + 1e-12


def test_questions_begin_above_what_was_always_different():
    decisions = [(-5.0 + n / 1000, False) for n in range(1000)] + [(5.0, True)] * 20
    found = cut_off(decisions, 0.02)
    assert found.review == pytest.approx(-4.001)
    assert (found.missed <= 0.02, found.decided) == (True, 1000)
    assert cut_off(decisions[:50], 0.02).review is None
    assert cut_off([], 0.02).review is None


@given(st.sampled_from([0.5, 0.9, 0.98, 0.99, 0.995]))
def test_so_many_alike_and_not_one_less_reach_a_bound(share):
    many = fewest(share)
    assert lower_bound(many, many) >= share - 1e-12
    assert lower_bound(many - 1, many - 1) < share
