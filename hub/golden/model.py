"""A golden record explained: every value with its source, and everything that happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.hierarchy.model import EMPTY, Hierarchy
from hub.matching.model import Matched
from master_data.model import Crossref, Golden, Value

__all__ = ["Explained", "FieldTold", "Happening", "Held", "VersionRow"]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One stored version: path -> [new, old, rule, why, source, rivals]."""

    golden_id: str
    version: int
    at: datetime
    connection: str | None
    event_id: str | None
    actor: str | None
    mapping_version: int | None
    changes: dict[str, list[Value]]


@dataclass(frozen=True, slots=True)
class Held:
    """What one system holds of a field: its own words, and whether it shows the golden value."""

    connection: str
    words: Value
    agrees: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FieldTold:
    """One golden value and why it is that. `rivals`: (source, value, when)."""

    path: str
    title: str
    value: Value
    source: str | None
    rule: str
    why: str
    version: int | None
    at: datetime | None
    event_id: str | None
    in_conflict: bool
    rivals: tuple[tuple[str, Value, datetime], ...] = ()
    systems: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class Happening:
    """One step in the life of a record. `changes`: (title, new, old, why)."""

    at: datetime
    kind: str
    title: str
    tone: str
    detail: str = ""
    connection: str | None = None
    ref: str | None = None
    changes: tuple[tuple[str, Value, Value, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything about one golden record."""

    golden: Golden
    title: str
    fields: tuple[FieldTold, ...]
    crossrefs: tuple[Crossref, ...]
    timeline: tuple[Happening, ...]
    conflicts: tuple[Any, ...] = field(default=())
    matches: tuple[Matched, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    """The names of the records that `matches` and references are about."""
    hierarchy: Hierarchy = EMPTY
