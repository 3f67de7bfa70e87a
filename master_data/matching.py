"""Whether an unlinked source record is a golden record we have. Pure; the answer says why."""

from collections.abc import Sequence
from dataclasses import dataclass

from master_data.likeness.model import Zone

__all__ = ["Candidate", "Identity", "Link", "New", "identify"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A golden record that weighed something; `taken`: this system has a record of it already.

    `identifiers`: kinds of numbers, given to one thing alone, that both have.
    """

    golden_id: str
    weight: float
    zone: Zone
    taken: bool
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """The record is this golden record; `also`: others that weigh as much as a link."""

    golden_id: str
    why: str
    also: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class New:
    """A golden record of its own; with suspects it stays unconfirmed until a person decides."""

    why: str
    suspects: tuple[Candidate, ...] = ()


Identity = Link | New


def identify(candidates: Sequence[Candidate]) -> Identity:
    """Decide by zones: the heaviest free link is it; what may be it is for a person.

    A system holds at most one record of a golden one: a taken one is no link, and a suspect only
    if it would have been one, or shares an identifier.
    """
    ranked = sorted(candidates, key=lambda each: (-each.weight, each.golden_id))
    linked = [each for each in ranked if each.zone is Zone.LINK]
    best = next((each for each in linked if not each.taken), None)
    if best is not None:
        others = tuple(each for each in linked if each is not best)
        return Link(best.golden_id, "the same by what both say", others)
    suspects = tuple(each for each in ranked if _is_suspect(each))
    if any(each.taken for each in suspects):
        return New("the same as a record this system holds already, or nearly", suspects)
    if suspects:
        return New("perhaps the same as another record", suspects)
    return New("no golden record is like it")


def _is_suspect(each: Candidate) -> bool:
    doubtful = each.zone is Zone.REVIEW and not each.taken
    return each.zone is Zone.LINK or doubtful or bool(each.identifiers)
