"""Reads clusters and forms the new ones in memory; nothing here writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ground.database import Connection
from ground.instants import to_microseconds
from hub.clusters.model import Intent, Reshaped
from hub.errors import ToldApart, UnknownDecision, WrongMerge
from hub.hierarchy.service import stands_below
from hub.projection.board import Board
from hub.wiring import Hub
from master_data import store as goldens
from master_data.clusters import store
from master_data.clusters.grouping import before_of, parts_after, parts_of_merge
from master_data.clusters.model import Cluster, Edge, EdgeKind, Formed, Home, Part, Snapshot
from master_data.clusters.names import inverse
from master_data.clusters.rules import Judging, form
from master_data.errors import NoSuchGolden
from master_data.fields import entity_schema
from master_data.model import Contribution, Crossref, Golden, GoldenId, GoldenState
from master_data.policies import default_policies
from master_data.survivorship import Clocks

__all__ = ["Gathering", "clocks_of", "judging_of", "merged", "split", "unmerged"]

EXACT_MS = 2_000


@dataclass(frozen=True, slots=True)
class Gathering:
    """One unit of work that reads clusters. `locked`: nothing it reads moves before its end."""

    hub: Hub
    connection: Connection
    locked: bool

    @property
    def now(self) -> int:
        """Return the database's time, micros."""
        return to_microseconds(self.hub.db.now(self.connection))


def clocks_of(hub: Hub) -> Clocks:
    """Return what is known of the sources' ranks and clocks."""
    opened = hub.directory.connections().values()
    return Clocks(
        {c.id: c.rank for c in opened},
        frozenset(c.id for c in opened if c.skew_ms is not None and abs(c.skew_ms) < EXACT_MS),
    )


def _judging(gathering: Gathering, entity: str, edges: Sequence[Edge]) -> Judging:
    clocks = clocks_of(gathering.hub)
    return Judging(entity_schema(entity), default_policies(), clocks, edges, gathering.now)


def judging_of(gathering: Gathering, cluster: Cluster) -> Judging:
    """Return what the values of a cluster are picked by."""
    edges = store.edges_among(gathering.connection, [each.id for each in cluster.homes])
    return _judging(gathering, cluster.golden.entity, edges)


def _cluster(gathering: Gathering, golden_id: str) -> Cluster:
    connection = gathering.connection
    found = goldens.goldens_by_id(connection, [golden_id]).get(golden_id)
    if found is None:
        raise NoSuchGolden(golden_id)
    if gathering.locked:
        store.lock(connection, [found.id])
    cluster = store.cluster_of(connection, found.id)
    if cluster is None:
        raise NoSuchGolden(golden_id)
    return cluster


def _board(clusters: Iterable[Cluster], others: Iterable[Golden] = ()) -> Board:
    board = Board()
    for each in clusters:
        board.add_goldens({each.golden.id: each.golden})
        board.add_crossrefs(each.crossrefs)
    board.add_goldens({each.id: each for each in others})
    return board


def merged(gathering: Gathering, one_id: str, other_id: str, intent: Intent) -> Reshaped:
    """Return two golden records as one; `one_id` stands. Raises ToldApart, WrongMerge."""
    connection = gathering.connection
    if gathering.locked:
        roots = goldens.goldens_by_id(connection, [one_id, other_id]).values()
        store.lock(connection, [each.id for each in roots])
    one = _cluster(gathering, one_id)
    other = _cluster(gathering, other_id)
    if one.golden.id == other.golden.id:
        raise WrongMerge("they are one record already")
    if one.golden.entity != other.golden.entity:
        raise WrongMerge(f"a {other.golden.entity} cannot become a {one.golden.entity}")
    _check_hierarchy(connection, one.golden.id, other.golden.id)
    edges = store.edges_among(connection, [each.id for each in (*one.homes, *other.homes)])
    apart = _apart(edges, one, other)
    if apart and not intent.overrule:
        raise ToldApart(apart[0].by, apart[0].why)
    new = Edge(
        id=gathering.hub.env.ids.new("ed"),
        kind=EdgeKind.SAME,
        one=one.golden.id,
        other=other.golden.id,
        at=gathering.now,
        by=intent.by,
        why=intent.reason,
        evidence=intent.evidence,
        before={each.golden.id: before_of(each) for each in (one, other)},
    )
    judging = _judging(gathering, one.golden.entity, [*edges, new])
    formed = form(one.golden, parts_of_merge(one, other, judging.schema), judging)
    _check(judging, formed)
    gone = replace(other.golden, state=GoldenState.MERGED, version=other.golden.version + 1)
    reshaped = Reshaped(_board([one, other]), [formed], [gone], [new], apart)
    return _put(reshaped)


def _check_hierarchy(connection: Connection, one_id: str, other_id: str) -> None:
    """Refuse to make one what stands above the other. Raises WrongMerge."""
    for low, high in ((one_id, other_id), (other_id, one_id)):
        if stands_below(connection, low, high):
            raise WrongMerge(f"{low} stands below {high}: take it out of there first")


def _apart(edges: Sequence[Edge], one: Cluster, other: Cluster) -> list[Edge]:
    mine, theirs = ({each.id for each in cluster.homes} for cluster in (one, other))
    return [
        each
        for each in edges
        if each.kind is EdgeKind.DIFFERENT and each.ends & mine and each.ends & theirs
    ]


def unmerged(gathering: Gathering, edge_id: str, intent: Intent) -> Reshaped:
    """Return a cluster without one of its edges. Raises UnknownDecision."""
    connection = gathering.connection
    removed = store.edge_by_id(connection, edge_id)
    if removed is None or removed.kind is not EdgeKind.SAME:
        raise UnknownDecision(edge_id)
    cluster = _cluster(gathering, removed.one)
    edges = store.edges_among(connection, [each.id for each in cluster.homes])
    left = [each for each in edges if each.id != edge_id]
    judging = _judging(gathering, cluster.golden.entity, left)
    parts = parts_after(cluster, left, removed.before)
    stored = goldens.goldens_as_stored(connection, parts)
    formed = [form(stored[root], [part], judging) for root, part in parts.items()]
    reshaped = Reshaped(_board([cluster], stored.values()), formed, removed=[removed])
    if intent.apart:
        reshaped.added.append(_different(gathering, removed.one, removed.other, intent))
        reshaped.formed = [_confirmed(each) for each in formed]
    return _put(reshaped)


def _confirmed(formed: Formed) -> Formed:
    """Return a record that was told apart: nobody doubts it any more."""
    return replace(formed, golden=replace(formed.golden, state=GoldenState.ACTIVE))


def _different(gathering: Gathering, one: str, other: str, intent: Intent) -> Edge:
    return Edge(
        id=gathering.hub.env.ids.new("ed"),
        kind=EdgeKind.DIFFERENT,
        one=one,
        other=other,
        at=gathering.now,
        by=intent.by,
        why=intent.reason,
        evidence=intent.evidence,
    )


def split(
    gathering: Gathering, golden_id: str, crossref_ids: Sequence[str], intent: Intent
) -> Reshaped:
    """Return a golden record without some of its source records, which make one of their own.

    Raises WrongMerge if they are not of one home, or all of it.
    """
    cluster = _cluster(gathering, golden_id)
    leaving = set(crossref_ids)
    home = next((each for each in cluster.homes if leaving <= set(each.crossrefs)), None)
    if not leaving or home is None:
        raise WrongMerge("name source records of this golden record that came with one record")
    if leaving == set(home.crossrefs):
        raise WrongMerge(
            "that is all of the record; take the merge back instead"
            if len(cluster.homes) > 1
            else "nothing would be left of the record"
        )
    new_id = GoldenId(gathering.hub.env.ids.new("gr"))
    edges = store.edges_among(gathering.connection, [each.id for each in cluster.homes])
    judging = _judging(gathering, cluster.golden.entity, edges)
    stays = replace(home, crossrefs=tuple(c for c in home.crossrefs if c not in leaving))
    homes = tuple(stays if each.id == home.id else each for each in cluster.homes)
    fresh = Golden(new_id, cluster.golden.entity, 0, GoldenState.ACTIVE, {})
    formed = [
        _form_or_show(cluster.golden, Part(cluster, homes), judging),
        _form_or_show(
            fresh, Part(cluster, (_own_home(home, new_id, leaving),), inverse(home.names)), judging
        ),
    ]
    for each in formed:
        _check(judging, each)
    reshaped = Reshaped(_board([cluster]), formed)
    reshaped.added.append(_different(gathering, home.id, new_id, intent))
    return _put(reshaped)


def _own_home(home: Home, new_id: str, leaving: set[str]) -> Home:
    blank = Snapshot(GoldenState.ACTIVE.value, {}, {}, {}, (), {})
    return Home(new_id, new_id, tuple(sorted(leaving)), home.names, {}, blank)


def _form_or_show(root: Golden, part: Part, judging: Judging) -> Formed:
    """Form a cluster; if its records said too little to stand alone, take what they show."""
    formed = form(root, [part], judging)
    if not judging.schema.problems(formed.golden.body):
        return formed
    mine = {each.id for each in part.crossrefs}
    crossrefs = tuple(
        each.with_(contributions=_shown(each, judging.at) | each.contributions)
        if each.id in mine
        else each
        for each in part.cluster.crossrefs
    )
    return form(root, [replace(part, cluster=replace(part.cluster, crossrefs=crossrefs))], judging)


def _shown(crossref: Crossref, at: int) -> dict[str, Contribution]:
    """Return what a record shows as its own words, ranking lowest."""
    return {
        path: Contribution(crossref.connection, base.golden, at, at, at, "", filled=True)
        for path, base in crossref.base.items()
        if base.golden is not None
    }


def _check(judging: Judging, formed: Formed) -> None:
    refused = judging.schema.problems(formed.golden.body)
    if refused:
        told = "; ".join(f"{path or 'the record'}: {why}" for path, why in refused.items())
        raise WrongMerge(f"the record would not be sound: {told}")


def _put(reshaped: Reshaped) -> Reshaped:
    """Put the new clusters on the board, and who belongs to whom."""
    board = reshaped.board
    reshaped.before = set(board.goldens)
    for gone in reshaped.joined:
        board.put_golden(gone)
        board.of_golden[gone.id] = []
    for formed in reshaped.formed:
        board.of_golden[formed.golden.id] = []
    for formed in reshaped.formed:
        board.put_golden(formed.golden)
        for crossref in formed.crossrefs:
            if board.crossrefs.get(crossref.id) != crossref:
                board.put_crossref(crossref)
            elif crossref.id not in board.of_golden[formed.golden.id]:
                board.of_golden[formed.golden.id].append(crossref.id)
    return reshaped
