"""Thresholds from what stewards decided: where links are right, and questions worth asking."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

_Z = 1.96  # two-sided, 95 %


@dataclass(frozen=True, slots=True)
class Calibration:
    """`link`: the least weight with the precision asked for, None if no weight has it.

    `precision`: the lower end of its 95 % interval there; `decided`: decisions above it.
    """

    link: float | None
    precision: float
    decided: int


def calibrate(decisions: Iterable[tuple[float, bool]], precision: float) -> Calibration:
    """Return the lowest weight above which decisions `same` are at least so frequent.

    `decisions`: (weight, same?). The lower bound of the Wilson interval must reach `precision`,
    so that few decisions never lower a threshold.
    """
    ranked = sorted(decisions, key=lambda decision: -decision[0])
    best = Calibration(None, 0.0, 0)
    same = 0
    for place, (weight, is_same) in enumerate(ranked, 1):
        same += is_same
        if place < len(ranked) and ranked[place][0] == weight:
            continue
        bound = lower_bound(same, place)
        if bound >= precision:
            best = Calibration(weight, bound, place)
    return best


@dataclass(frozen=True, slots=True)
class Cutoff:
    """`review`: pairs that weigh less need not be asked about, None if no weight is sure enough.

    `missed`: the upper end of the 95 % interval of `same` among the `decided` below it.
    """

    review: float | None
    missed: float
    decided: int


def cut_off(decisions: Iterable[tuple[float, bool]], missed: float) -> Cutoff:
    """Return the highest weight below which decisions `same` are at most so frequent.

    The upper bound of the Wilson interval must not pass `missed`, so that few decisions never
    raise a threshold.
    """
    ranked = sorted(decisions, key=lambda decision: decision[0])
    best = Cutoff(None, 1.0, 0)
    different = 0
    for place, (weight, is_same) in enumerate(ranked, 1):
        different += not is_same
        above = ranked[place][0] if place < len(ranked) else None
        bound = 1.0 - lower_bound(different, place)
        if above != weight and bound <= missed:
            # a pair of just this weight was decided: what is asked about begins above it
            best = Cutoff(math.nextafter(weight, math.inf), bound, place)
    return best


def fewest(share: float) -> int:
    """Return how many decisions, all alike, it takes until a bound reaches a share below 1."""
    return math.ceil(_Z * _Z * share / (1 - share))


def lower_bound(hits: int, tries: int) -> float:
    """Return the lower end of the Wilson interval of a share."""
    if not tries:
        return 0.0
    share = hits / tries
    spread = _Z * math.sqrt(share * (1 - share) / tries + _Z * _Z / (4 * tries * tries))
    return max(0.0, (share + _Z * _Z / (2 * tries) - spread) / (1 + _Z * _Z / tries))
