"""Learns m of each level without labels, by expectation and maximisation over level patterns."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from master_data.forms.records import Form
from master_data.likeness.model import Comparison, ComparisonModel, Level
from master_data.likeness.scoring import BLANK, Scorer

Pattern = tuple[int, ...]
_ROUNDS = 100
_SETTLED = 1e-6
_FLOOR = 1e-6
_TRUST = 50.0
"""The pairs that the model known so far is worth: few pairs change it little."""


@dataclass(frozen=True, slots=True)
class Training:
    """What was learnt. `share`: of the candidate pairs that are the same thing."""

    model: ComparisonModel
    share: float
    rounds: int
    pairs: int


def train(scorer: Scorer, pairs: Iterable[tuple[Form, Form]]) -> Training:
    """Return the model with m learnt from candidate pairs that nobody labelled.

    u stays: candidate pairs are no random ones. So do the prior and the groups, which follow from
    how many records there are, and comparisons whose levels follow from household rates. The model
    so far counts as `_TRUST` pairs of each comparison.
    """
    patterns = Counter(scorer.levels(a, b) for a, b in pairs)
    total = sum(patterns.values())
    model, share, done = scorer.model, 0.0, 0
    while done < _ROUNDS:
        done += 1
        weighing = Scorer(model, scorer.statistics)
        odds = {pattern: _chance(weighing.pattern_weight(pattern)) for pattern in patterns}
        learnt = _maximised(scorer.model, odds, patterns)
        share = sum(odds[p] * n for p, n in patterns.items()) / total if total else 0.0
        moved = _distance(model, learnt)
        model = learnt
        if moved < _SETTLED:
            break
    return Training(model, share, done, total)


def _chance(bits: float) -> float:
    return 1 / (1 + 2 ** -max(-60.0, min(60.0, bits)))


def _maximised(
    prior: ComparisonModel, odds: dict[Pattern, float], patterns: Counter[Pattern]
) -> ComparisonModel:
    comparisons = []
    for place, comparison in enumerate(prior.comparisons):
        counted = [0.0] * len(comparison.levels)
        for pattern, number in patterns.items():
            if pattern[place] != BLANK:
                counted[pattern[place]] += number * odds[pattern]
        comparisons.append(_relearnt(comparison, counted))
    return replace(prior, comparisons=tuple(comparisons))


def _relearnt(comparison: Comparison, counted: Sequence[float]) -> Comparison:
    if any(level.rate for level in comparison.levels):
        return comparison
    mass = sum(level.m for level in comparison.levels)
    total = sum(counted) + _TRUST
    levels = tuple(
        _with_m(level, (seen * min(1.0, mass) + _TRUST * level.m) / total)
        for level, seen in zip(comparison.levels, counted, strict=True)
    )
    return replace(comparison, levels=levels)


def _with_m(level: Level, m: float) -> Level:
    return replace(level, m=min(1.0, max(_FLOOR, m)))


def _distance(one: ComparisonModel, two: ComparisonModel) -> float:
    return max(
        abs(x.m - y.m)
        for a, b in zip(one.comparisons, two.comparisons, strict=True)
        for x, y in zip(a.levels, b.levels, strict=True)
    )
