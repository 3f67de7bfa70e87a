"""Which contribution survives as the golden value of one field. Pure; each answer says why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from master_data.model import Contribution, Value, is_blank
from master_data.policies import (
    FillOnly,
    Longest,
    Manual,
    MostRestrictive,
    Newest,
    Owner,
    Policy,
    Trusted,
)
from master_data.spelling import Form, are_alike, fullest

Rank = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Survivor:
    """The winner and the rule that picked it."""

    winner: Contribution
    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Tie:
    """No rule decides; a person must."""

    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Clocks:
    """What is known of the sources: `rank` (lower is trusted more) and who keeps exact time."""

    ranks: Mapping[str, int]
    exact: frozenset[str]

    def rank(self, source: str) -> int:
        """Return the rank of a source; a person comes before all systems."""
        return -1 if source.startswith("person:") else self.ranks.get(source, 1_000)

    def comparable(self, one: str, other: str) -> bool:
        """Say whether both sources keep time within two seconds, or are one."""
        if one == other:
            return True
        exact = (source in self.exact or source.startswith("person:") for source in (one, other))
        return all(exact)


def survive(
    policy: Policy,
    incoming: Contribution,
    rivals: Sequence[Contribution],
    *,
    concurrent: bool,
    clocks: Clocks,
) -> Survivor | Tie:
    """Pick the survivor of the incoming contribution and its rivals (at most one per source).

    `concurrent`: the golden value moved since this source last agreed with it.
    """
    everyone = [incoming, *rivals]
    match policy:
        case Newest() | Manual():
            return _edited(policy, everyone, clocks, concurrent=concurrent)
        case Trusted(connections):
            return _ranked("trusted", connections, everyone, clocks)
        case Owner(connections):
            return _ranked("owner", connections, everyone, clocks)
        case FillOnly():
            return _first(everyone)
        case Longest():
            return _extreme("longest", everyone, lambda value: -len(str(value)), clocks)
        case MostRestrictive(key, order):
            return _extreme("most_restrictive", everyone, _restriction(key, order), clocks)
        case _:
            assert_never(policy)


_BOTH_CHANGED = Tie("manual", "both sides changed it since they last agreed")


def _edited(
    policy: Newest | Manual, everyone: Sequence[Contribution], clocks: Clocks, *, concurrent: bool
) -> Survivor | Tie:
    incoming, *rivals = everyone
    by_hand = isinstance(policy, Manual)
    if by_hand and all(rival.value == incoming.value for rival in rivals):
        concurrent = False
    if not concurrent:
        return _on_top(incoming, "manual" if by_hand else "newest", rivals)
    picked = _BOTH_CHANGED if by_hand else _newest(everyone, clocks)
    return settled(policy.alike, everyone, clocks, picked)


def settled(
    form: Form | None,
    everyone: Sequence[Contribution],
    clocks: Clocks,
    picked: Survivor | Tie,
) -> Survivor | Tie:
    """Spare a person a tie between spellings of one value.

    A spelling that lost nothing stays; of several that of the source that is trusted most.
    """
    said = [each.value for each in everyone]
    if isinstance(picked, Survivor) or form is None or not are_alike(form, said):
        return picked
    full = [everyone[number] for number in fullest(form, said)]
    winner = min(full, key=lambda each: (each.filled, clocks.rank(each.source), -each.stamp))
    alone = len({repr(each.value) for each in full}) == 1
    why = "spelled the fullest way" if alone else f"{winner.source} is trusted more"
    return Survivor(winner, "alike", f"the others only spell it differently; {why}")


def _on_top(incoming: Contribution, rule: str, rivals: Sequence[Contribution]) -> Survivor:
    why = "an edit on top of the agreed value" if rivals else "nobody else said anything"
    return Survivor(incoming, rule, why)


def _untold(one: str, other: str) -> str:
    """Say that nobody can tell which was later; merged records may be of one system."""
    if one == other:
        return f"two records of {one} differ, and neither is known to be later"
    return f"cannot tell whether {one} or {other} was later"


def _newest(everyone: Sequence[Contribution], clocks: Clocks) -> Survivor | Tie:
    winner = everyone[0]
    why = "the only contribution" if len(everyone) == 1 else "the last edit"
    for rival in everyone[1:]:
        order = _later(winner, rival, clocks)
        if order is None:
            if winner.value == rival.value:
                continue
            return Tie("newest", _untold(winner.source, rival.source))
        later, why = order
        winner = later
    return Survivor(winner, "newest", why)


def _later(
    one: Contribution, other: Contribution, clocks: Clocks
) -> tuple[Contribution, str] | None:
    """Order two edits: values filled in by a system itself come last, then time, then rank."""
    if one.filled != other.filled:
        return (other if one.filled else one), "a value a system filled in by itself ranks lowest"
    if one.since >= other.at or other.since >= one.at:
        return (one if one.since >= other.at else other), "the last edit"
    if clocks.comparable(one.source, other.source) and one.stamp != other.stamp:
        return (one if one.stamp > other.stamp else other), "the last edit by the systems' clocks"
    mine, theirs = clocks.rank(one.source), clocks.rank(other.source)
    if mine != theirs:
        return (one if mine < theirs else other), "edits at the same time: the higher rank"
    return None


def _ranked(
    rule: str, connections: Sequence[str], everyone: Sequence[Contribution], clocks: Clocks
) -> Survivor | Tie:
    persons = [each for each in everyone if each.source.startswith("person:")]
    for name in connections:
        said = [each for each in everyone if each.source == name]
        if said:
            picked = _newest(said + persons, clocks)
            why = f"{name} is {'the owner' if rule == 'owner' else 'trusted first'}"
            return Survivor(picked.winner, rule, why) if isinstance(picked, Survivor) else picked
    picked = _newest(everyone, clocks)
    if isinstance(picked, Survivor):
        return Survivor(picked.winner, rule, f"{connections[0]} has said nothing yet")
    return picked


def _first(everyone: Sequence[Contribution]) -> Survivor:
    told = [each for each in everyone if not is_blank(each.value)] or list(everyone)
    return Survivor(
        min(told, key=lambda each: (each.at, each.source)), "fill_only", "the first value stays"
    )


def _extreme(
    rule: str, everyone: Sequence[Contribution], measure: Callable[[Value], int], clocks: Clocks
) -> Survivor | Tie:
    told = [each for each in everyone if not is_blank(each.value)] or list(everyone)
    best = min(measure(each.value) for each in told)
    picked = _newest([each for each in told if measure(each.value) == best], clocks)
    if isinstance(picked, Survivor):
        return Survivor(picked.winner, rule, f"the {rule.replace('_', ' ')} value")
    return picked


def _restriction(key: str, order: Sequence[str]) -> Callable[[Value], int]:
    def measure(value: Value) -> int:
        told = value.get(key) if isinstance(value, Mapping) else value
        return order.index(told) if told in order else len(order)

    return measure
