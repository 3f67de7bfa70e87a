"""The words of outcomes, which of them wins, and the sum that must be even."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["CLOSED", "OPEN", "Balance", "Outcome", "balance", "first_outcome"]


class Outcome(StrEnum):
    """How an event ended, in the order in which one of several is chosen."""

    CONFLICT = "conflict"
    HELD = "held"
    WAITING = "waiting"
    REJECTED = "rejected"
    APPLIED = "applied"
    SUPERSEDED = "superseded"
    NO_OP = "no_op"


OPEN = frozenset({Outcome.CONFLICT, Outcome.HELD, Outcome.WAITING})
CLOSED = frozenset(Outcome) - OPEN
_PLACES = {outcome.value: place for place, outcome in enumerate(Outcome)}


def first_outcome(outcomes: Iterable[str]) -> Outcome:
    """Return the outcome of an event from those of its fields; of none: nothing was to do."""
    return Outcome(min(outcomes, key=_PLACES.__getitem__, default=Outcome.NO_OP))


@dataclass(frozen=True, slots=True)
class Balance:
    """What came in and what became of it: `received = closed + open + undecided`, always."""

    received: int
    closed: int
    open: int
    undecided: int
    by_outcome: dict[Outcome, int]

    @property
    def is_even(self) -> bool:
        """Say whether every event received has exactly one place."""
        return self.received == self.closed + self.open + self.undecided


def balance(received: int, counts: Mapping[str | None, int]) -> Balance:
    """Draw up the sheet from counts per outcome; None stands for undecided.

    An unknown outcome is counted nowhere, so that the sheet shows it.
    """
    by_outcome = {outcome: counts.get(outcome.value, 0) for outcome in Outcome}
    return Balance(
        received=received,
        closed=sum(by_outcome[outcome] for outcome in CLOSED),
        open=sum(by_outcome[outcome] for outcome in OPEN),
        undecided=counts.get(None, 0),
        by_outcome=by_outcome,
    )
