"""Homes, the decisions that join them, and clusters, as plain values.

Every source record has a home: the golden record it was first linked to. A decision edge says that
two homes are the same (or are not). Homes joined by edges are a cluster; one of them, the root,
carries the golden record of all. Only clusters of more than one home have home rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from master_data.model import Crossref, Flat, Golden, Value

Names = dict[str, str]
"""Element path -> the path of the same element in other terms; what is not named stays."""


class EdgeKind(StrEnum):
    """What a person, or a rule, decided about two homes."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A home, or a cluster, as it was before it joined another, in its own terms.

    `said`: crossref id -> path -> stored contribution.
    """

    state: str
    body: Flat
    provenance: dict[str, int]
    decisions: dict[str, dict[str, Value]]
    held: tuple[str, ...]
    said: dict[str, dict[str, Value]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One decision: `one` stood, `other` joined it (or was told apart). `at`: micros."""

    id: str
    kind: EdgeKind
    one: str
    other: str
    at: int
    by: str
    why: str = ""
    evidence: Mapping[str, Value] = field(default_factory=dict)
    before: Mapping[str, "Before"] = field(default_factory=dict)
    """Root -> what it was; read only to take the decision back."""

    @property
    def ends(self) -> frozenset[str]:
        """Return both homes."""
        return frozenset((self.one, self.other))


@dataclass(frozen=True, slots=True)
class Before:
    """One side of a merge as it was."""

    homes: tuple[str, ...]
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Home:
    """One home of a cluster. `names`: its element paths -> the cluster's.

    `crossrefs`: the ids of its source records; one that no home names belongs to the root's.
    `decisions`: what persons said of this golden record, in its own terms.
    """

    id: str
    root: str
    crossrefs: tuple[str, ...]
    names: Names
    decisions: dict[str, dict[str, Value]]
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Cluster:
    """A golden record (the root's) with all homes and crossrefs it stands on."""

    golden: Golden
    homes: tuple[Home, ...]
    crossrefs: tuple[Crossref, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What one cluster gives to a new one: its homes and crossrefs that go there.

    `terms`: the cluster's element paths -> the new cluster's. `before`: these homes as they were
    before the merge that is taken back, in the new cluster's terms.
    """

    cluster: Cluster
    homes: tuple[Home, ...]
    terms: Names = field(default_factory=dict)
    before: Snapshot | None = None

    @property
    def crossrefs(self) -> tuple[Crossref, ...]:
        """Return the crossrefs of these homes, in the cluster's terms."""
        wanted = {each for home in self.homes for each in home.crossrefs}
        return tuple(each for each in self.cluster.crossrefs if each.id in wanted)


@dataclass(frozen=True, slots=True)
class Formed:
    """A cluster as it stands from now on. `changes`: path -> [new, old, rule, why, source, rivals].

    `ties`: path -> why a person must decide.
    """

    golden: Golden
    homes: tuple[Home, ...]
    crossrefs: tuple[Crossref, ...]
    changes: dict[str, list[Value]]
    ties: dict[str, str]
