"""The three-way merge of one state of a source record into its golden record. Pure.

A field contributes iff its words differ from the base's left half, or it is first contact. The
merge decides whether it is a contribution and whether it is concurrent; survivorship picks the
winner.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from master_data.model import (
    Base,
    Contribution,
    Crossref,
    FieldOutcome,
    FieldResult,
    Flat,
    Golden,
    Value,
    is_blank,
)
from master_data.pins import is_pinned
from master_data.policies import Manual, Newest, Owner, PolicyTable
from master_data.survivorship import Clocks, Survivor, Tie, settled, survive


class Reading(NamedTuple):
    """One field of an inbound state: the system's exact words and the canonical value."""

    words: Value
    value: Value


@dataclass(frozen=True, slots=True)
class Sighting:
    """When and by which event a state was seen; the edit lies in (since, at], micros."""

    event: str
    since: int
    at: int
    stamp: int
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Weighing:
    """How contributions are weighed; `rivals_of(path)`: those of other systems and persons."""

    policies: PolicyTable
    clocks: Clocks
    rivals_of: Callable[[str], Sequence[Contribution]]


@dataclass(frozen=True, slots=True)
class Merge:
    """What a state does to its golden record and to its crossref's base and contributions."""

    body: Flat
    base: dict[str, Base]
    contributions: dict[str, Contribution]
    held: frozenset[str]
    results: tuple[FieldResult, ...] = ()
    settled: tuple[str, ...] = ()

    @property
    def changed(self) -> dict[str, tuple[Value, Value]]:
        """Return the golden paths that moved, as (new, old)."""
        return {
            result.path: (result.new, result.old)
            for result in self.results
            if result.outcome is FieldOutcome.APPLIED and result.new != result.old
        }


@dataclass(slots=True)
class _Draft:
    crossref: Crossref
    golden: Golden
    sighting: Sighting
    weighing: Weighing
    body: Flat
    base: dict[str, Base]
    contributions: dict[str, Contribution]
    held: set[str]
    results: list[FieldResult] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)

    def note(self, path: str, outcome: FieldOutcome, rule: str, why: str) -> None:
        """Add the result of one field; a change of golden is written by `put`."""
        value = self.body.get(path)
        self.results.append(FieldResult(path, outcome, value, value, rule, why))

    def put(self, path: str, value: Value, rule: str, why: str, source: str = "") -> None:
        """Set the golden value of one field; `source`: who said it, if not the incoming state."""
        old = self.body.get(path)
        if is_blank(value):
            self.body.pop(path, None)
            value = None
        else:
            self.body[path] = value
        rivals = tuple(r for r in self.weighing.rivals_of(path) if r.value != value)
        self.results.append(
            FieldResult(path, FieldOutcome.APPLIED, old, value, rule, why, rivals, source)
        )


def merge(
    crossref: Crossref,
    golden: Golden,
    readings: Mapping[str, Reading],
    sighting: Sighting,
    weighing: Weighing,
) -> Merge:
    """Merge the readings (path -> words and value) of one state.

    A list element that went away is a reading of None words and value.
    """
    draft = _Draft(
        crossref,
        golden,
        sighting,
        weighing,
        dict(golden.body),
        dict(crossref.base),
        dict(crossref.contributions),
        set(golden.held),
    )
    for path, reading in readings.items():
        before = crossref.base.get(path)
        if before is not None and before.words == reading.words:
            continue
        _merge_field(draft, path, reading, before)
    return Merge(
        draft.body,
        draft.base,
        draft.contributions,
        frozenset(draft.held),
        tuple(draft.results),
        tuple(draft.settled),
    )


def _merge_field(draft: _Draft, path: str, reading: Reading, before: Base | None) -> None:
    value = None if is_blank(reading.value) else reading.value
    current = draft.body.get(path)
    if before is None and value is None:
        draft.base[path] = Base(reading.words, None)
        return
    draft.base[path] = Base(reading.words, value)
    if value is None and (before is None or is_blank(before.golden)):
        return
    policy = draft.weighing.policies.of(draft.golden.entity, path)
    incoming = _contribution(draft, value)
    known = draft.crossref.contributions.get(path)
    draft.contributions[path] = incoming
    if _owned_by_another(policy, path, draft):
        _refuse(draft, path, value, current, policy)
    elif is_pinned(draft.golden.decisions.get(path), draft.sighting.at):
        _stay_pinned(draft, path, value, current)
    elif path in draft.held:
        _add_rival(draft, path, incoming, known)
    elif value == current:
        draft.note(path, FieldOutcome.NO_OP, "agreed", "golden has this value already")
    else:
        concurrent = current != (before.golden if before else None)
        _decide(draft, path, incoming, concurrent=concurrent)


def _contribution(draft: _Draft, value: Value) -> Contribution:
    seen = draft.sighting
    return Contribution(
        draft.crossref.connection, value, seen.since, seen.at, seen.stamp, seen.event, seen.filled
    )


def _owned_by_another(policy: object, path: str, draft: _Draft) -> bool:
    """Say whether an owner other than this record has spoken for the field.

    Of two records in the owner's system only the primary one owns.
    """
    if not isinstance(policy, Owner):
        return False
    mine = draft.crossref.connection
    spoken = {rival.source for rival in draft.weighing.rivals_of(path)} & set(policy.connections)
    if mine in policy.connections:
        return not draft.crossref.is_primary and mine in spoken
    return bool(spoken)


def _refuse(draft: _Draft, path: str, value: Value, current: Value, policy: object) -> None:
    owners = ", ".join(policy.connections) if isinstance(policy, Owner) else ""
    if value == current:
        draft.note(path, FieldOutcome.NO_OP, "owner", "golden has this value already")
    else:
        draft.note(path, FieldOutcome.REJECTED, "owner", f"owned by {owners}")


def _stay_pinned(draft: _Draft, path: str, value: Value, current: Value) -> None:
    if value == current:
        draft.note(path, FieldOutcome.NO_OP, "pin", "golden has this value already")
    else:
        draft.note(path, FieldOutcome.SUPERSEDED, "pin", "fixed by a person")


def _add_rival(
    draft: _Draft, path: str, incoming: Contribution, known: Contribution | None
) -> None:
    """Store a rival of an open conflict; once all rivals are equal the conflict closes itself."""
    if known is not None and known.value == incoming.value:
        draft.note(
            path, FieldOutcome.NO_OP, "held", "the same value as before; a person will decide"
        )
        return
    rivals = draft.weighing.rivals_of(path)
    agreed = _agreed(draft, path, [incoming, *rivals]) if rivals else None
    if agreed is None:
        draft.note(path, FieldOutcome.CONFLICT, "held", "in conflict; a person will decide")
        return
    draft.held.discard(path)
    draft.settled.append(path)
    source = "" if agreed.winner is incoming else agreed.winner.source
    draft.put(path, agreed.winner.value, agreed.rule, agreed.why, source)


def _agreed(draft: _Draft, path: str, everyone: Sequence[Contribution]) -> Survivor | None:
    """Return what rivals say that became equal, or differ only in their spelling."""
    incoming = everyone[0]
    if all(rival.value == incoming.value for rival in everyone):
        return Survivor(incoming, "agreed", "the rivals agree now")
    policy = draft.weighing.policies.of(draft.golden.entity, path)
    form = policy.alike if isinstance(policy, Manual | Newest) else None
    picked = settled(form, everyone, draft.weighing.clocks, Tie("held", ""))
    return picked if isinstance(picked, Survivor) else None


def _decide(draft: _Draft, path: str, incoming: Contribution, *, concurrent: bool) -> None:
    policy = draft.weighing.policies.of(draft.golden.entity, path)
    rivals = draft.weighing.rivals_of(path)
    picked = survive(policy, incoming, rivals, concurrent=concurrent, clocks=draft.weighing.clocks)
    if isinstance(picked, Tie):
        draft.held.add(path)
        value = draft.body.get(path)
        draft.results.append(
            FieldResult(
                path,
                FieldOutcome.CONFLICT,
                value,
                value,
                picked.rule,
                picked.why,
                (incoming, *rivals),
            )
        )
        return
    _carry_out(draft, path, incoming, picked)


def _carry_out(draft: _Draft, path: str, incoming: Contribution, picked: Survivor) -> None:
    if picked.winner is incoming:
        draft.put(path, incoming.value, picked.rule, picked.why)
    elif picked.winner.value != draft.body.get(path):
        draft.put(path, picked.winner.value, picked.rule, picked.why, picked.winner.source)
    else:
        why = f"{picked.winner.source} wins: {picked.why}"
        draft.note(path, FieldOutcome.SUPERSEDED, picked.rule, why)
