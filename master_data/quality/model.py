"""What is known of a golden record besides its body, and what comes of looking at it."""

from collections.abc import Collection
from dataclasses import dataclass

PARTS = ("complete", "valid", "agreed", "fresh")


@dataclass(frozen=True, slots=True)
class Standing:
    """How the systems stand to a record: `held` fields differ, `parked` systems get no writes."""

    held: Collection[str]
    parked: int
    systems: int
    confirmed_days: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend; it names a field, never a value."""

    rule: str
    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The score, 0 to 100, its four parts, each 0 to 100, and what to mend, the worst first."""

    score: int
    parts: dict[str, int]
    findings: tuple[Finding, ...]
