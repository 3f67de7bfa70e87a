"""Decides thresholds from answers. Pure."""

from collections.abc import Iterable, Sequence

from hub.calibration.model import Asked, Pair, Proposal
from master_data.likeness.calibration import calibrate, cut_off, fewest
from master_data.likeness.model import Thresholds

__all__ = ["asked_of", "propose", "sentences"]

_MISSED = 0.02
_PRODUCT = 0.99
_OTHER = 0.995


def asked_of(kind: str, precision: float | None = None, missed: float | None = None) -> Asked:
    """Return what is asked of a kind of record, unless a person asks for something else."""
    usual = _PRODUCT if kind == "product" else _OTHER
    return Asked(usual if precision is None else precision, _MISSED if missed is None else missed)


def propose(
    kind: str, pairs: Sequence[Pair], asked: Asked, shipped: Thresholds, current: Thresholds
) -> Proposal:
    """Return the thresholds that these answers speak for; too few answers leave the shipped ones.

    Answers exist only where somebody was asked, so links need less than shipped, never more, and
    questions begin higher, never lower.
    """
    decided = [(each.weight, each.same) for each in pairs if each.same is not None]
    link = calibrate(decided, asked.precision)
    review = cut_off(decided, asked.missed)
    lower = shipped.link if link.link is None else min(link.link, shipped.link)
    upper = shipped.review if review.review is None else max(review.review, shipped.review)
    proposed = Thresholds(lower, min(upper, lower), current.version + 1)
    waiting = [each.weight for each in pairs if each.same is None]
    return Proposal(
        kind=kind,
        asked=asked,
        shipped=shipped,
        current=current,
        proposed=proposed,
        same=sum(same for _, same in decided),
        different=sum(not same for _, same in decided),
        link=link,
        review=review,
        open=len(waiting),
        linked=sum(weight >= proposed.link for weight in waiting),
        parted=sum(weight < proposed.review for weight in waiting),
    )


def sentences(told: Proposal) -> list[str]:
    """Say what the answers show, and what would come of it."""
    return [*_link(told), *_review(told), *_change(told)]


def _link(told: Proposal) -> Iterable[str]:
    found, asked = told.link, told.asked
    if found.link is None:
        yield (
            f"Too little speaks for linking below {told.shipped.link:.2f} bits: that takes at least"
            f" {fewest(asked.precision)} answers above a weight, {asked.precision:.1%} of them"
            " right."
        )
    else:
        yield (
            f"From {found.link:.2f} bits on, {found.decided} pairs were decided; by them at least"
            f" {found.precision:.2%} are the same (95 % interval)."
        )


def _review(told: Proposal) -> Iterable[str]:
    found, asked = told.review, told.asked
    if found.review is None:
        yield (
            f"Too little speaks for asking less than from {told.shipped.review:.2f} bits on: that"
            f" takes at least {fewest(1 - asked.missed)} answers below a weight, at most"
            f" {asked.missed:.1%} of them the same."
        )
    else:
        yield (
            f"Below {found.review:.2f} bits, {found.decided} pairs were decided; by them at most"
            f" {found.missed:.2%} are the same (95 % interval)."
        )


def _change(told: Proposal) -> Iterable[str]:
    if not told.changes:
        yield "Nothing changes."
        return
    yield (
        f"Of {told.open} open questions {told.linked} would have been linked and {told.parted} kept"
        " apart without asking. They stay open: answer them, or several at once."
    )
