"""Which homes are together, and what each of them was before. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from master_data.clusters.model import Before, Cluster, Edge, EdgeKind, Home, Part, Snapshot
from master_data.clusters.names import inverse, same_elements
from master_data.fields import EntitySchema
from master_data.model import Crossref, Golden, Value

__all__ = [
    "before_of",
    "components",
    "home_of",
    "joined_at",
    "parts_after",
    "parts_of_merge",
    "root_of",
]


def home_of(golden: Golden, crossrefs: Sequence[Crossref]) -> Home:
    """Return the home row of a golden record that stood alone until now."""
    snapshot = snapshot_of(golden, crossrefs)
    ids = tuple(sorted(each.id for each in crossrefs))
    return Home(golden.id, golden.id, ids, {}, dict(golden.decisions), snapshot)


def snapshot_of(golden: Golden, crossrefs: Iterable[Crossref]) -> Snapshot:
    """Return a golden record as it is, and what its source records said."""
    return Snapshot(
        state=golden.state.value,
        body=dict(golden.body),
        provenance=dict(golden.provenance),
        decisions=dict(golden.decisions),
        held=tuple(sorted(golden.held)),
        said={c.id: _stored(c) for c in crossrefs},
    )


def before_of(cluster: Cluster) -> Before:
    """Return what is kept of one side of a merge, to take it back."""
    homes = tuple(sorted(each.id for each in cluster.homes))
    return Before(homes, snapshot_of(cluster.golden, cluster.crossrefs))


def _stored(crossref: Crossref) -> dict[str, Value]:
    return {path: each.to_json() for path, each in crossref.contributions.items()}


def components(homes: Iterable[str], edges: Iterable[Edge]) -> list[list[str]]:
    """Return the homes that `same` edges join, each group in id order."""
    groups: dict[str, set[str]] = {each: {each} for each in homes}
    for edge in edges:
        if edge.kind is EdgeKind.SAME and edge.ends <= groups.keys():
            joined = groups[edge.one] | groups[edge.other]
            groups |= dict.fromkeys(joined, joined)
    unique = {min(group): sorted(group) for group in groups.values()}
    return [unique[each] for each in sorted(unique)]


def parts_of_merge(one: Cluster, other: Cluster, schema: EntitySchema) -> list[Part]:
    """Return what two clusters bring to the one they become; the first one's terms are kept."""
    names = same_elements(other.golden.body, one.golden.body, schema, other.crossrefs)
    return [Part(one, one.homes), Part(other, other.homes, names)]


def parts_after(
    cluster: Cluster, edges: Iterable[Edge], before: Mapping[str, Before]
) -> dict[str, Part]:
    """Return root -> what a cluster gives to each of the clusters it falls into by these edges.

    `before`: of the edge that is taken away.
    """
    by_id = {each.id: each for each in cluster.homes}
    edges = [each for each in edges if each.kind is EdgeKind.SAME]
    parts = {}
    for group in components(by_id, edges):
        root = by_id[root_of(group, edges)]
        terms = {} if root.id == cluster.golden.id else inverse(root.names)
        known = before.get(root.id)
        snapshot = known.snapshot if known and list(known.homes) == group else None
        parts[root.id] = Part(cluster, tuple(by_id[each] for each in group), terms, snapshot)
    return parts


def root_of(group: Sequence[str], edges: Iterable[Edge]) -> str:
    """Return the home of a group that never joined another: it carries the golden record."""
    joined = {each.other for each in edges if each.ends <= set(group)}
    return min(set(group) - joined)


def joined_at(edges: Iterable[Edge], one: str, other: str, now: int) -> int:
    """Return when two homes became one, micros; 0: they are one home."""
    if one == other:
        return 0
    same = sorted((e for e in edges if e.kind is EdgeKind.SAME), key=lambda e: (e.at, e.id))
    homes = {home for edge in same for home in edge.ends}
    for number, edge in enumerate(same, 1):
        for group in components(homes, same[:number]):
            if one in group and other in group:
                return edge.at
    return now
