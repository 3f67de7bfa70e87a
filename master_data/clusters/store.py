"""Decision edges and homes <-> rows; clusters as they stand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, or_, select, update

from ground.database import Connection
from ground.instants import from_microseconds, to_microseconds
from ground.statements import among, insert_many, keys
from master_data import store as goldens
from master_data.clusters.grouping import home_of
from master_data.clusters.model import Before, Cluster, Edge, EdgeKind, Home, Snapshot
from master_data.clusters.names import inverse
from master_data.model import Value
from master_data.tables import alias, edge, golden, home

__all__ = [
    "add_edge",
    "cluster_of",
    "edge_by_id",
    "edges_among",
    "homes_of",
    "lock",
    "note_decision",
    "remove_edge",
    "save_homes",
    "told_apart",
    "write_aliases",
]


def lock(connection: Connection, golden_ids: Iterable[str]) -> None:
    """Lock golden records in id order until the unit ends; SQLite has one writer anyway."""
    query = (
        select(golden.c.id).where(among(golden.c.id, "ids")).order_by(golden.c.id).with_for_update()
    )
    connection.execute(query, {"ids": keys(connection, sorted(set(golden_ids)))}).all()


def cluster_of(connection: Connection, golden_id: str) -> Cluster | None:
    """Return the cluster that a golden record belongs to, with the rows as they are now."""
    found = goldens.goldens_by_id(connection, [golden_id]).get(golden_id)
    if found is None:
        return None
    crossrefs = tuple(goldens.crossrefs_of(connection, [found.id]))
    homes = homes_of(connection, found.id)
    if not homes:
        return Cluster(found, (home_of(found, crossrefs),), crossrefs)
    placed = {crossref for each in homes for crossref in each.crossrefs}
    late = sorted(each.id for each in crossrefs if each.id not in placed)
    homes = [
        replace(each, crossrefs=(*each.crossrefs, *late)) if each.id == found.id else each
        for each in homes
    ]
    return Cluster(found, tuple(homes), crossrefs)


def homes_of(connection: Connection, root: str) -> list[Home]:
    """Return the homes under a root, in id order; none if it stands alone."""
    query = select(home).where(home.c.root == bindparam("wanted")).order_by(home.c.golden_id)
    return [_home(row) for row in connection.execute(query, {"wanted": root})]


def save_homes(connection: Connection, homes: Sequence[Home]) -> None:
    """Store the homes of one cluster; one that stands alone needs no row."""
    if len(homes) == 1:
        connection.execute(delete(home).where(home.c.golden_id == homes[0].id))
        return
    rows = [
        {
            "golden_id": each.id,
            "root": each.root,
            "crossrefs": list(each.crossrefs),
            "names": each.names,
            "decisions": each.decisions,
            "snapshot": asdict(each.snapshot),
        }
        for each in homes
    ]
    insert_many(connection, home, rows, on_conflict=["golden_id"])


def _home(row: Row[tuple[object, ...]]) -> Home:
    return Home(
        id=row.golden_id,
        root=row.root,
        crossrefs=tuple(row.crossrefs),
        names=row.names,
        decisions=row.decisions,
        snapshot=_snapshot(row.snapshot),
    )


def _snapshot(told: dict[str, Any]) -> Snapshot:
    return Snapshot(**(told | {"held": tuple(told["held"])}))


def add_edge(connection: Connection, new: Edge) -> None:
    """Store a decision."""
    row = {
        "id": new.id,
        "kind": new.kind.value,
        "one": new.one,
        "other": new.other,
        "at": from_microseconds(new.at),
        "by": new.by,
        "why": new.why,
        "evidence": dict(new.evidence),
        "before": {root: asdict(each) for root, each in new.before.items()},
    }
    insert_many(connection, edge, [row], on_conflict=None)


def remove_edge(connection: Connection, edge_id: str, *, by: str, why: str, at: datetime) -> None:
    """Take a decision back; the row stays as history."""
    statement = update(edge).where(edge.c.id == edge_id, edge.c.removed_at.is_(None))
    connection.execute(statement.values(removed_at=at, removed_by=by, removed_why=why))


def edge_by_id(connection: Connection, edge_id: str) -> Edge | None:
    """Return a decision that stands, with what was before it."""
    query = select(edge).where(edge.c.id == edge_id, edge.c.removed_at.is_(None))
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    before = {
        root: Before(tuple(each["homes"]), _snapshot(each["snapshot"]))
        for root, each in row.before.items()
    }
    return replace(_edge(row), before=before)


def edges_among(connection: Connection, home_ids: Iterable[str]) -> list[Edge]:
    """Return the decisions that stand about any of these homes, in the order they were taken."""
    wanted = keys(connection, sorted(set(home_ids)))
    query = (
        select(*(column for column in edge.c if column.name != "before"))
        .where(or_(among(edge.c.one, "ids"), among(edge.c.other, "ids")))
        .where(edge.c.removed_at.is_(None))
        .order_by(edge.c.at, edge.c.id)
    )
    return [_edge(row) for row in connection.execute(query, {"ids": wanted})]


def told_apart(connection: Connection, golden_ids: Iterable[str]) -> set[frozenset[str]]:
    """Return the pairs of golden records that must not become one: some home of each was told so.

    The ids in a pair are those of living records.
    """
    ids = sorted(set(golden_ids))
    if not ids:
        return set()
    query = select(home.c.golden_id, home.c.root).where(among(home.c.root, "ids"))
    roots = {
        row.golden_id: row.root for row in connection.execute(query, {"ids": keys(connection, ids)})
    }
    edges = edges_among(connection, {*ids, *roots})
    return {
        frozenset((roots.get(each.one, each.one), roots.get(each.other, each.other)))
        for each in edges
        if each.kind is EdgeKind.DIFFERENT
    }


def _edge(row: Row[tuple[object, ...]]) -> Edge:
    return Edge(
        id=row.id,
        kind=EdgeKind(row.kind),
        one=row.one,
        other=row.other,
        at=to_microseconds(row.at),
        by=row.by,
        why=row.why,
        evidence=row.evidence,
    )


def write_aliases(connection: Connection, root: str, members: Iterable[str]) -> None:
    """Let every other home of a cluster lead to its root; the root leads nowhere else."""
    connection.execute(delete(alias).where(alias.c.old_id == root))
    rows = [{"old_id": each, "golden_id": root} for each in sorted(set(members) - {root})]
    if rows:
        insert_many(connection, alias, rows, on_conflict=["old_id"])


def note_decision(
    connection: Connection, root: str, path: str, decision: Mapping[str, Value] | None
) -> None:
    """Keep a decision with the record that received it; None: nobody of the cluster has it."""
    homes = homes_of(connection, root)
    changed = []
    for each in homes:
        name = inverse(each.names).get(path, path)
        told = {known: what for known, what in each.decisions.items() if known != name}
        if decision is not None and each.id == root:
            told[name] = dict(decision)
        changed.append(replace(each, decisions=told))
    if changed:
        save_homes(connection, changed)
