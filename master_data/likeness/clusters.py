"""From weighed pairs to clusters: the heaviest first, and never across what keeps two apart."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

_TRIED = 400
"""The most pairs of members that are looked at before two clusters become one."""
_AGAINST = 3.0
_FAR_BELOW = 10.0


class Edge(NamedTuple):
    """Two places with their weight in bits, none of them vetoed."""

    weight: float
    first: int
    second: int


Weigh = Callable[[int, int], float]
KeepApart = Callable[[int, int], bool]


def one_to_one(
    edges: Sequence[Edge], link: float, sizes: tuple[int, int], prior: float
) -> tuple[list[Edge], float]:
    """Give each record at most one partner, the heaviest pair first; return (pairs, prior).

    Each pair taken leaves fewer partners for the rest, and says how many records have one at all:
    what is left is judged by that prior, until nothing changes.
    """
    ranked = sorted(edges, key=lambda edge: (-edge.weight, edge.first, edge.second))
    raised = 0.0
    while True:
        taken = _greedy(ranked, link - raised)
        better = _prior(len(taken), sizes) - prior
        if better <= raised + 1e-9:
            return taken, prior + raised
        raised = better


def _greedy(ranked: Sequence[Edge], least: float) -> list[Edge]:
    used: set[int] = set()
    taken = []
    for edge in ranked:
        if edge.weight < least:
            break
        if edge.first not in used and edge.second not in used:
            used |= {edge.first, edge.second}
            taken.append(edge)
    return taken


def _prior(taken: int, sizes: tuple[int, int]) -> float:
    """Return the log odds that two records left over are partners."""
    fewer, more = min(sizes), max(sizes)
    if not fewer or not taken:
        return -math.inf
    share = min(taken / fewer, 1 - 1 / (fewer + 1))
    return math.log2(share / (1 - share)) - math.log2(more - taken + 1)


def cluster(
    edges: Sequence[Edge], records: int, *, floor: float, weigh: Weigh, apart: KeepApart
) -> list[list[int]]:
    """Join records along their edges, the heaviest first; return clusters of two or more.

    Two clusters stay apart if any two members are kept apart, if a pair speaks against it by more
    than `_AGAINST` bits below `floor` (the weight of knowing nothing), or if all pairs together do.
    """
    home = list(range(records))
    members: dict[int, list[int]] = {}

    def root(place: int) -> int:
        while home[place] != place:
            home[place] = home[home[place]]
            place = home[place]
        return place

    for edge in sorted(edges, key=lambda edge: (-edge.weight, edge.first, edge.second)):
        one, two = root(edge.first), root(edge.second)
        if one == two:
            continue
        ours, theirs = members.get(one, [one]), members.get(two, [two])
        if not _agree(ours, theirs, floor, weigh, apart):
            continue
        home[two] = one
        members[one] = ours + theirs
        members.pop(two, None)
    return [sorted(each) for _, each in sorted(members.items())]


def _agree(
    ours: list[int],
    theirs: list[int],
    floor: float,
    weigh: Weigh,
    apart: KeepApart,
) -> bool:
    pairs = [(x, y) for x in ours for y in theirs][:_TRIED]
    if any(apart(x, y) for x, y in pairs):
        return False
    weights = [weigh(x, y) for x, y in pairs]
    return min(weights) >= floor - _AGAINST and sum(weights) / len(weights) >= -_FAR_BELOW / 2
