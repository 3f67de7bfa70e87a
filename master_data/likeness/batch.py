"""Many records at once: the same forms, keys and scorer as for a single one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from master_data.forms.records import Form
from master_data.likeness.clusters import Edge, cluster, one_to_one
from master_data.likeness.keys import hashed, keys_of
from master_data.likeness.model import ComparisonModel
from master_data.likeness.pairs import Candidates, Places, candidate_pairs
from master_data.likeness.scoring import Scorer
from master_data.likeness.statistics import Statistics, count

_WORTH_KEEPING = -30.0
_TORN = 3.0
"""Bits by which a record has to be more like one than like another that is kept apart from it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch came to. `linked`: pairs of places; `model` carries the prior that was used."""

    model: ComparisonModel
    statistics: Statistics
    candidates: Candidates
    edges: list[Edge]
    linked: set[tuple[int, int]]
    review: set[tuple[int, int]]
    keyless: int


def hashed_keys(entity: str, form: Form) -> Places:
    """Return the keys of a record as sorted 64-bit numbers."""
    return np.unique(np.array([hashed(key) for key in keys_of(entity, form)], np.int64))


def weigh_pairs(
    scorer: Scorer, forms: Sequence[Form], pairs: Iterable[tuple[int, int]]
) -> list[Edge]:
    """Return the pairs that weigh anything and that nothing keeps apart."""
    found = []
    for first, second in pairs:
        a, b = forms[first], forms[second]
        weight = scorer.weight(a, b)
        if weight > _WORTH_KEEPING and not scorer.vetoed(a, b):
            found.append(Edge(weight, first, second))
    return found


def match_batch(
    model: ComparisonModel,
    forms: Sequence[Form],
    sources: NDArray[np.int8] | None = None,
    *,
    partners: bool = False,
) -> Batch:
    """Match records against each other, or two sources if `sources` tells them apart.

    `partners`: a record has at most one partner in the other source.
    """
    statistics = count(model, forms)
    scorer = Scorer(model, statistics)
    keys = [hashed_keys(model.entity, form) for form in forms]
    candidates = candidate_pairs(keys, sources)
    pairs = zip(candidates.first.tolist(), candidates.second.tolist(), strict=True)
    edges = weigh_pairs(scorer, forms, pairs)
    sure = _undoubted(scorer, forms, edges)
    used = model
    if sources is not None and partners:
        sizes = (int((sources == 0).sum()), int((sources == 1).sum()))
        taken, prior = one_to_one(sure, model.link, sizes, scorer.prior)
        linked = {(edge.first, edge.second) for edge in taken}
        used = replace(model, prior=prior)
    elif sources is not None:
        linked = {(edge.first, edge.second) for edge in sure if edge.weight >= model.link}
    else:
        linked = _clustered(scorer, forms, sure)
    settled = {place for pair in linked for place in pair} if partners else set()
    review = {
        (edge.first, edge.second)
        for edge in edges
        if edge.weight >= model.review and settled.isdisjoint(edge[1:])
    } - linked
    keyless = sum(not len(each) for each in keys)
    return Batch(used, statistics, candidates, edges, linked, review, keyless)


def _undoubted(scorer: Scorer, forms: Sequence[Form], edges: list[Edge]) -> list[Edge]:
    """Leave out pairs that are for a person, and records torn between two that are kept apart."""
    sure = [edge for edge in edges if not scorer.doubted(forms[edge.first], forms[edge.second])]
    linked: dict[int, list[tuple[float, int]]] = {}
    for weight, first, second in sure:
        if weight >= scorer.model.link:
            linked.setdefault(first, []).append((weight, second))
            linked.setdefault(second, []).append((weight, first))
    torn = {place for place, others in linked.items() if _is_torn(scorer, forms, others)}
    return [edge for edge in sure if torn.isdisjoint(edge[1:])]


def _is_torn(scorer: Scorer, forms: Sequence[Form], others: list[tuple[float, int]]) -> bool:
    heaviest, best = max(others)
    near = [place for weight, place in others if weight > heaviest - _TORN and place != best]
    return any(scorer.vetoed(forms[best], forms[place]) for place in near)


def _clustered(scorer: Scorer, forms: Sequence[Form], edges: list[Edge]) -> set[tuple[int, int]]:
    strong = [edge for edge in edges if edge.weight >= scorer.model.link]
    clusters = cluster(
        strong,
        len(forms),
        floor=scorer.prior,
        weigh=lambda x, y: scorer.weight(forms[x], forms[y]),
        apart=lambda x, y: scorer.vetoed(forms[x], forms[y]) or scorer.doubted(forms[x], forms[y]),
    )
    return {
        (one, two)
        for members in clusters
        for place, one in enumerate(members)
        for two in members[place + 1 :]
    }
