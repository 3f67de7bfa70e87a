"""What stewards decided about pairs, and the thresholds that follow, as plain values."""

from dataclasses import dataclass

from master_data.likeness.calibration import Calibration, Cutoff
from master_data.likeness.model import Thresholds

__all__ = ["Asked", "Pair", "Proposal"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that a person was asked about. `same`: the answer, None while it is open."""

    kind: str
    weight: float
    same: bool | None


@dataclass(frozen=True, slots=True)
class Asked:
    """How right links have to be, and how many of the pairs nobody is asked about may be same."""

    precision: float
    missed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Thresholds of one kind of record: as shipped, in force, and as the answers would have them.

    `linked`, `parted`: how many of the open questions nobody would have been asked.
    """

    kind: str
    asked: Asked
    shipped: Thresholds
    current: Thresholds
    proposed: Thresholds
    same: int
    different: int
    link: Calibration
    review: Cutoff
    open: int
    linked: int
    parted: int

    @property
    def changes(self) -> bool:
        """Say whether the answers speak for other thresholds than those in force."""
        now, then = self.current, self.proposed
        return (now.link, now.review) != (then.link, then.review)
