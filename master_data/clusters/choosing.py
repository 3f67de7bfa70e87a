"""Which value a cluster has in one field, from what its homes' source records said. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from master_data.model import Contribution, Value
from master_data.pins import is_pinned, person_says
from master_data.policies import Manual, Newest, Owner, Policy
from master_data.survivorship import Clocks, Survivor, Tie, settled, survive

Joined = Callable[[str, str], int]
"""(home, home) -> when they became one, micros."""


@dataclass(frozen=True, slots=True)
class Said:
    """A contribution and the home of the source record that made it.

    `primary`: that record stands for the cluster in its system.
    """

    home: str
    contribution: Contribution
    primary: bool = True


@dataclass(frozen=True, slots=True)
class Field:
    """One field: what was said of it, and a person's decision."""

    policy: Policy
    said: Sequence[Said]
    decision: Mapping[str, Value] | None
    at: int


def choose(field: Field, joined: Joined, clocks: Clocks) -> Survivor | Tie:
    """Pick the value of one field. Homes that never met are rivals where the policy is manual."""
    decision = person_says(field.decision) if field.decision else None
    if decision is not None and field.decision and is_pinned(field.decision, field.at):
        return Survivor(decision, "pin", str(field.decision.get("why") or "fixed by a person"))
    everyone = [each.contribution for each in field.said] + ([decision] if decision else [])
    if isinstance(field.policy, Manual):
        picked = _manual(field.said, decision, joined, clocks)
        return settled(field.policy.alike, everyone, clocks, picked)
    if isinstance(field.policy, Owner):
        everyone = _speaking(field.policy, field.said) + ([decision] if decision else [])
    return survive(field.policy, everyone[0], everyone[1:], concurrent=True, clocks=clocks)


def _speaking(policy: Owner, said: Sequence[Said]) -> list[Contribution]:
    """Return who speaks for an owned field: of an owner the record that stands for all."""
    stand = {e.contribution.source for e in said if e.primary} & set(policy.connections)
    return [e.contribution for e in said if e.primary or e.contribution.source not in stand]


def _manual(
    said: Sequence[Said], decision: Contribution | None, joined: Joined, clocks: Clocks
) -> Survivor | Tie:
    """Let an edit on top of the agreed value stand; what different homes said is never agreed."""
    open_said = [
        each for each in said if decision is None or each.contribution.stamp > decision.stamp
    ]
    if not open_said and decision is not None:
        return Survivor(decision, "manual", "a person decided")
    leaders: list[Said] = []
    for home in dict.fromkeys(each.home for each in open_said):
        mine = [each.contribution for each in open_said if each.home == home]
        picked = survive(Newest(), mine[0], mine[1:], concurrent=True, clocks=clocks)
        if isinstance(picked, Tie):
            return Tie("manual", picked.why)
        leaders.append(Said(home, picked.winner))
    if len({repr(each.contribution.value) for each in leaders}) == 1:
        return Survivor(leaders[0].contribution, "manual", "nobody says anything else")
    for each in leaders:
        if all(_on_top(each, other, joined) for other in leaders if other is not each):
            return Survivor(each.contribution, "manual", "an edit on top of the agreed value")
    return Tie("manual", "both records had a value; they differ")


def _on_top(later: Said, earlier: Said, joined: Joined) -> bool:
    met = max(earlier.contribution.at, joined(later.home, earlier.home))
    return later.contribution.since >= met
