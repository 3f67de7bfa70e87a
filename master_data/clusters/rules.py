"""Forms the golden record of a cluster. Pure.

A field keeps its value where nobody of the new cluster is new to it; a home that stands alone again
has what it had, if nothing was said since; everything else is survivorship over all contributions.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from master_data.clusters.choosing import Field, Said, choose
from master_data.clusters.grouping import joined_at
from master_data.clusters.model import Cluster, Edge, Formed, Home, Part, Snapshot
from master_data.clusters.names import compose, rename, rename_crossref
from master_data.fields import EntitySchema
from master_data.model import (
    Contribution,
    Crossref,
    CrossrefState,
    Flat,
    Golden,
    GoldenId,
    GoldenState,
    Value,
    is_blank,
)
from master_data.pins import is_pinned
from master_data.policies import PolicyTable
from master_data.survivorship import Clocks, Survivor, Tie

__all__ = ["Judging", "form", "rechoose"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Judging:
    """What a value is picked by. `at`: now, micros."""

    schema: EntitySchema
    policies: PolicyTable
    clocks: Clocks
    edges: Sequence[Edge]
    at: int


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A part in the terms of the new cluster."""

    part: Part
    body: Flat
    held: frozenset[str]
    crossrefs: tuple[Crossref, ...]
    everyone: tuple[Crossref, ...]

    @staticmethod
    def of(part: Part) -> "_Spoken":
        golden = part.cluster.golden
        everyone = tuple(rename_crossref(each, part.terms) for each in part.cluster.crossrefs)
        mine = {each.id for each in part.crossrefs}
        return _Spoken(
            part,
            rename(golden.body, part.terms),
            frozenset(part.terms.get(path, path) for path in golden.held),
            tuple(each for each in everyone if each.id in mine),
            everyone,
        )


@dataclass(slots=True)
class _Forming:
    judging: Judging
    root: Golden
    spoken: list[_Spoken]
    homes: list[Home]
    crossrefs: list[Crossref]
    decisions: dict[str, dict[str, Value]]
    decided: dict[str, set[str]]
    version: int
    body: Flat = field(default_factory=dict)
    provenance: dict[str, int] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    changes: dict[str, list[Value]] = field(default_factory=dict)
    ties: dict[str, str] = field(default_factory=dict)


def form(root: Golden, parts: Sequence[Part], judging: Judging) -> Formed:
    """Return the cluster of these parts under `root` (its row as it is now)."""
    spoken = [_Spoken.of(part) for part in parts]
    homes = [
        replace(home, root=root.id, names=compose(home.names, part.terms))
        for part in parts
        for home in part.homes
    ]
    forming = _Forming(
        judging=judging,
        root=root,
        spoken=spoken,
        homes=homes,
        crossrefs=_primaries(root.id, spoken, homes),
        decisions={},
        decided={},
        version=root.version + 1,
    )
    _gather_decisions(forming)
    for path in sorted(_paths(forming)):
        _form_field(forming, path)
    order: Golden | Snapshot = next(iter(_known(forming)), root)
    golden = replace(
        root,
        version=forming.version,
        state=_state(forming),
        body=_in_order(forming.body, order.body),
        provenance=_in_order(forming.provenance, order.provenance),
        decisions=_in_order(forming.decisions, order.decisions),
        held=frozenset(forming.held),
    )
    return Formed(golden, tuple(homes), tuple(forming.crossrefs), forming.changes, forming.ties)


def _in_order(told: Mapping[str, T], known: Iterable[str]) -> dict[str, T]:
    """Return a mapping with the paths known before in their order, so that rows stay equal."""
    order = [path for path in known if path in told]
    return {path: told[path] for path in dict.fromkeys([*order, *told])}


def _state(forming: _Forming) -> GoldenState:
    """Return active; a home that stands alone again is as confirmed as it was."""
    if len(forming.homes) == 1 and forming.homes[0].id == forming.root.id:
        known = GoldenState(forming.homes[0].snapshot.state)
        return GoldenState.ACTIVE if known is GoldenState.MERGED else known
    return GoldenState.ACTIVE


def _gather_decisions(forming: _Forming) -> None:
    """Collect what persons said of the homes; of two about one field a pin, then the later one."""
    at = forming.judging.at
    for home in forming.homes:
        for path, decision in rename(home.decisions, home.names).items():
            forming.decided.setdefault(path, set()).add(home.id)
            known = forming.decisions.get(path)
            mine = (is_pinned(decision, at), decision["at"])
            if known is None or mine > (is_pinned(known, at), known["at"]):
                forming.decisions[path] = decision


def _paths(forming: _Forming) -> set[str]:
    paths = {*forming.decisions}
    for spoken in forming.spoken:
        paths |= {*spoken.body, *spoken.held}
    for crossref in forming.crossrefs:
        paths |= crossref.contributions.keys()
    for known in _known(forming):
        paths |= known.body.keys() | known.provenance.keys()
    return paths | forming.root.provenance.keys()


def _form_field(forming: _Forming, path: str) -> None:
    speakers = _speakers(forming.crossrefs, path) | forming.decided.get(path, set())
    kept = [each for each in forming.spoken if speakers == _spoke_before(each, path)]
    kept.sort(key=lambda each: is_blank(each.body.get(path)) and path not in each.held)
    if kept:
        _keep(forming, path, kept[0])
    elif not _restore(forming, path):
        _choose(forming, path)


def _speakers(crossrefs: Iterable[Crossref], path: str) -> set[str]:
    return {each.id for each in crossrefs if path in each.contributions}


def _spoke_before(spoken: _Spoken, path: str) -> set[str]:
    """Return who spoke for a field in the cluster that a part comes from."""
    deciders = {
        home.id
        for home in spoken.part.cluster.homes
        if path in rename(rename(home.decisions, home.names), spoken.part.terms)
    }
    return _speakers(spoken.everyone, path) | deciders


def _keep(forming: _Forming, path: str, spoken: _Spoken) -> None:
    """Keep what a part says: nobody else speaks for the field."""
    whose = spoken.part.cluster.golden.id
    if path in spoken.held:
        forming.held.add(path)
    source, value = str(whose), spoken.body.get(path)
    for crossref in spoken.everyone:
        told = crossref.contributions.get(path)
        if told is not None and told.value == value:
            source = crossref.connection
    _put(forming, path, value, ["merge", "nobody else speaks for it", source, []])


def _restore(forming: _Forming, path: str) -> bool:
    """Give what stands alone again what it had, unless something was said since."""
    now = {
        each.id: each.contributions[path].to_json()
        for each in forming.crossrefs
        if path in each.contributions
    }
    for known in _known(forming):
        before = {id_: said[path] for id_, said in known.said.items() if path in said}
        if now != before or known.decisions.get(path) != forming.decisions.get(path):
            continue
        if path in known.held:
            forming.held.add(path)
        told: list[Value] = ["unmerge", "as it was before", forming.root.id, []]
        _set(forming, path, known.body.get(path), told)
        if path in known.provenance:
            forming.provenance[path] = known.provenance[path]
        return True
    return False


def _known(forming: _Forming) -> list[Snapshot]:
    """Return what is remembered of these very homes, the latest first."""
    known = [each.part.before for each in forming.spoken if each.part.before is not None]
    if len(forming.homes) == 1:
        known.append(forming.homes[0].snapshot)
    return known


def _choose(forming: _Forming, path: str) -> None:
    said = _said(forming.homes, forming.crossrefs, path)
    picked = _picked(said, path, forming.decisions.get(path), forming.judging)
    if picked is None:
        told: list[Value] = ["split", "nobody who is left said it", forming.root.id, []]
        _put(forming, path, None, told)
        return
    rivals = [each.contribution for each in said]
    if isinstance(picked, Tie):
        forming.held.add(path)
        forming.ties[path] = picked.why
        value = _stands(said, forming.root.id)
        _put(forming, path, value, [picked.rule, picked.why, forming.root.id, _told(rivals, value)])
        return
    winner = picked.winner
    told = [picked.rule, picked.why, winner.source, _told(rivals, winner.value)]
    _put(forming, path, winner.value, told)


def _said(homes: Iterable[Home], crossrefs: Iterable[Crossref], path: str) -> list[Said]:
    of_home = {crossref: home.id for home in homes for crossref in home.crossrefs}
    return [
        Said(of_home[each.id], each.contributions[path], each.is_primary)
        for each in sorted(crossrefs, key=lambda each: each.id)
        if path in each.contributions
    ]


def _picked(
    said: Sequence[Said], path: str, decision: Mapping[str, Value] | None, judging: Judging
) -> Survivor | Tie | None:
    if not said and decision is None:
        return None
    policy = judging.policies.of(judging.schema.name, path)
    return choose(
        Field(policy, said, decision, judging.at),
        lambda one, other: joined_at(judging.edges, one, other, judging.at),
        judging.clocks,
    )


def rechoose(cluster: Cluster, path: str, judging: Judging) -> Survivor | Tie | None:
    """Pick the value of a field as if no person had decided; None: nobody said anything."""
    return _picked(_said(cluster.homes, cluster.crossrefs, path), path, None, judging)


def _stands(said: Sequence[Said], root: str) -> Value:
    """Return what is shown until a person decides: the last word of the root's own records."""
    mine = [each for each in said if each.home == root] or said
    return max(mine, key=lambda each: each.contribution.stamp).contribution.value if mine else None


def _told(said: Iterable[Contribution], value: Value) -> list[list[Value]]:
    return [[each.source, each.value, each.at] for each in said if each.value != value]


def _put(forming: _Forming, path: str, value: Value, told: list[Value]) -> None:
    """Set a value; a field that was cleared keeps its version until it is set again."""
    if _set(forming, path, value, told):
        forming.provenance[path] = forming.version
    elif path in forming.root.provenance:
        forming.provenance[path] = forming.root.provenance[path]


def _set(forming: _Forming, path: str, value: Value, told: list[Value]) -> bool:
    """Set a value, and note its change; say whether it is one."""
    old = forming.root.body.get(path)
    value = None if is_blank(value) else value
    if value is not None:
        forming.body[path] = value
    if value == old or (value is None and is_blank(old)):
        return False
    forming.changes[path] = [value, old, *told]
    return True


def _primaries(root: str, spoken: Sequence[_Spoken], homes: Sequence[Home]) -> list[Crossref]:
    """Move the crossrefs to the root; one per system and object type is primary.

    One that has a record there comes before a create not answered and a record that is gone; then
    the root's own, then the one that was first.
    """
    order = {crossref: n for n, home in enumerate(homes) for crossref in home.crossrefs}
    own = {crossref for home in homes if home.id == root for crossref in home.crossrefs}
    moved = [each for one in spoken for each in one.crossrefs]
    moved.sort(
        key=lambda each: (
            each.state is not CrossrefState.LIVE,
            each.state is CrossrefState.GONE,
            each.id not in own,
            not each.is_primary,
            order[each.id],
            each.id,
        )
    )
    taken: set[tuple[str, str]] = set()
    placed = []
    for each in moved:
        place = (each.connection, each.object_type)
        placed.append(each.with_(golden_id=GoldenId(root), is_primary=place not in taken))
        taken.add(place)
    return sorted(placed, key=lambda each: each.id)
