"""What a person asks of clusters, and what would come of it."""

from dataclasses import dataclass, field

from hub.projection.board import Board
from master_data.clusters.model import Edge, Formed
from master_data.model import Golden, Value

__all__ = ["Intent", "Outlook", "PlannedWrite", "Preview", "Reshaped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Who decides, and why. `evidence`: what it was seen by."""

    by: str
    reason: str = ""
    overrule: bool = False
    """Take back an earlier "different" of the same records."""
    apart: bool = True
    """Of an unmerge: remember that they are different."""
    evidence: dict[str, Value] = field(default_factory=dict)


@dataclass(slots=True)
class Reshaped:
    """Clusters as they will be, in memory. `joined`: records that are merged away by it."""

    board: Board
    formed: list[Formed]
    joined: list[Golden] = field(default_factory=list)
    added: list[Edge] = field(default_factory=list)
    removed: list[Edge] = field(default_factory=list)
    before: set[str] = field(default_factory=set)
    """Every golden id whose open conflicts must be looked at."""


@dataclass(frozen=True, slots=True)
class PlannedWrite:
    """One write that would follow. `paths`: fields that differ there."""

    connection: str
    object_type: str
    external_id: str | None
    operation: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """One golden record as it would be.

    `changes`: path -> [new, old, rule, why, source, rivals]; `conflicts`: path -> why.
    """

    golden: Golden
    title: str
    changes: dict[str, list[Value]]
    conflicts: dict[str, str]
    crossrefs: tuple[tuple[str, str, str | None, bool], ...]
    """(connection, object type, external id, primary)."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a merge, an unmerge or a split would do; nothing is written."""

    outlooks: tuple[Outlook, ...]
    writes: tuple[PlannedWrite, ...]
    merged_away: tuple[str, ...] = ()
