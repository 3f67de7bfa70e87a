"""Whether an unlinked source record is a golden record we have. Pure; the answer says why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from master_data.blocking import MatchKeys


@dataclass(frozen=True, slots=True)
class Candidate:
    """A golden record that shares keys; `taken`: this system has a record of it already."""

    golden_id: str
    keys: tuple[str, ...]
    taken: bool
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """The record is this golden record; `also`: others that share an exact key, for a person."""

    golden_id: str
    why: str
    also: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class New:
    """A golden record of its own; with suspects it stays unconfirmed until a person decides."""

    why: str
    suspects: tuple[Candidate, ...] = ()


Identity = Link | New


def identify(keys: MatchKeys, candidates: Sequence[Candidate], kind: str | None = None) -> Identity:
    """Decide by exact keys; equal name and postal code only raises suspicion.

    A system holds at most one record of a golden one: a taken one is a suspect, not a link.
    """
    alike = [c for c in candidates if kind is None or c.kind is None or c.kind == kind]
    exact = [c for c in alike if set(c.keys) & set(keys.exact)]
    free = sorted((c for c in exact if not c.taken), key=lambda c: _strength(c, keys))
    if free:
        best = free[0]
        shared = [key for key in keys.exact if key in best.keys]
        others = tuple(c for c in exact if c.golden_id != best.golden_id)
        return Link(best.golden_id, f"same {' and '.join(shared)}", others)
    if exact:
        return New("shares a key with a record this system holds already", tuple(exact))
    if alike:
        return New("same name and postal code as another record", tuple(alike))
    return New("no golden record shares a key")


def _strength(candidate: Candidate, keys: MatchKeys) -> tuple[int, int, str]:
    shared = [n for n, key in enumerate(keys.exact) if key in candidate.keys]
    return -len(shared), min(shared), candidate.golden_id


def candidates_of(
    hits: Mapping[str, Sequence[str]], taken: Mapping[str, bool], kinds: Mapping[str, str | None]
) -> list[Candidate]:
    """Group key hits (key -> golden ids) by golden record, in id order."""
    by_golden: dict[str, list[str]] = {}
    for key, golden_ids in hits.items():
        for golden_id in golden_ids:
            by_golden.setdefault(golden_id, []).append(key)
    return [
        Candidate(golden_id, tuple(keys), taken.get(golden_id, False), kinds.get(golden_id))
        for golden_id, keys in sorted(by_golden.items())
    ]
