"""What a search came to, and how it is logged, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from master_data.forms.records import Form
from master_data.likeness.model import Zone
from master_data.likeness.scoring import Weighed
from master_data.model import Flat

__all__ = ["Asked", "Match", "Matched", "NewDecision", "StopKey"]


@dataclass(slots=True)
class Asked:
    """An unlinked record. `keys`: as stored -> as read; `seen`: what the database had for them.

    `older`: golden records found by match keys, as long as some are not in the index; `weighed`: by
    golden id, also those that weigh nothing.
    """

    entity: str
    kind: str
    body: Flat
    form: Form
    keys: Mapping[int, str]
    seen: frozenset[int] = frozenset()
    near: Mapping[str, Form] | None = None
    stopped: tuple[str, ...] = ()
    older: frozenset[str] = frozenset()
    weighed: dict[str, "Match"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """A golden record that a record may be. `identifiers`: kinds of numbers both have."""

    golden_id: str
    weight: float
    zone: Zone
    form: Form
    identifiers: tuple[str, ...]

    @property
    def is_worth_a_look(self) -> bool:
        """Say whether the two may be one thing, or have a number that only one thing has."""
        return self.zone is not Zone.NEW or bool(self.identifiers)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDecision:
    """A pair that was weighed, to log. `evidence` names levels and kinds of keys, never values.

    `zone`: what came of it; the zone of `evidence` is where the weight lies.
    """

    id: str
    golden_id: str
    other_id: str
    crossref_id: str
    connection: str
    entity: str
    zone: str
    weight: float
    model: str
    statistics: str
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """One decision of the log. `came`: link, review (a person was asked) or new (kept apart).

    `weight`: as it was decided; that of `weighed` is added up anew from what was logged of each
    comparison, so it does not depend on what is counted or shipped since.
    """

    id: str
    at: datetime
    golden_id: str
    other_id: str
    crossref_id: str
    connection: str
    came: Zone
    weight: float
    weighed: Weighed
    model: str
    statistics: str
    keys: tuple[str, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StopKey:
    """A kind of key of which some value is shared by too many records."""

    entity: str
    kind: str
    values: int
    first_at: datetime
