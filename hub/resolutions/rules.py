"""What a person's answer makes of golden records. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from master_data.alignment import align
from master_data.fields import EntitySchema
from master_data.model import (
    Crossref,
    CrossrefState,
    Flat,
    Golden,
    GoldenState,
    Value,
    element_path,
    is_blank,
    split_path,
)

__all__ = ["Moved", "absorb", "settle_value"]


def settle_value(golden: Golden, path: str, value: Value, decision: Mapping[str, Value]) -> Golden:
    """Return golden with a person's value, no longer held."""
    version = golden.version + 1
    body = {name: each for name, each in golden.body.items() if name != path}
    provenance = dict(golden.provenance)
    if is_blank(value):
        provenance.pop(path, None)
    else:
        body[path] = value
        provenance[path] = version
    return replace(
        golden,
        version=version,
        body=body,
        provenance=provenance,
        decisions=golden.decisions | {path: dict(decision)},
        held=golden.held - {path},
    )


@dataclass(frozen=True, slots=True)
class Moved:
    """One golden record taken into another. `crossrefs`: those that moved or stepped back."""

    survivor: Golden
    crossrefs: tuple[Crossref, ...]
    filled: dict[str, list[Value]]


def absorb(
    survivor: Golden,
    loser: Golden,
    crossrefs: Sequence[Crossref],
    mates: Sequence[Crossref],
    schema: EntitySchema,
) -> Moved:
    """Move a golden record's memberships to another: the survivor's values stay, blanks are filled.

    `crossrefs` are the loser's, `mates` the survivor's. In a system where both have a record the
    moved one is a secondary: it contributes, and is never written. A mate that has no record there
    (a create not answered, a record gone) steps back for one that has.
    """
    names = _element_names(survivor.body, loser.body, schema)
    body, filled = dict(survivor.body), {}
    for path, value in loser.body.items():
        named = _renamed(path, names)
        if is_blank(body.get(named)):
            body[named] = value
            filled[named] = [value, None, "merge", f"only {loser.id} had it", loser.id, []]
    version = survivor.version + 1
    golden = replace(
        survivor,
        version=version,
        body=body,
        provenance=survivor.provenance | dict.fromkeys(filled, version),
        decisions={_renamed(p, names): d for p, d in loser.decisions.items()} | survivor.decisions,
        state=GoldenState.ACTIVE,
    )
    taken = {_place(each) for each in mates if each.state is CrossrefState.LIVE}
    live = {_place(each) for each in crossrefs if each.state is CrossrefState.LIVE} - taken
    taken |= {_place(each) for each in mates} - live
    moved = tuple(_move(each, golden, names, taken) for each in crossrefs)
    back = tuple(each.with_(is_primary=False) for each in mates if _place(each) in live)
    return Moved(golden, (*moved, *back), filled)


def _place(crossref: Crossref) -> tuple[str, str]:
    return crossref.connection, crossref.object_type


def _element_names(survivor: Flat, loser: Flat, schema: EntitySchema) -> dict[tuple[str, str], str]:
    """Return (list path, loser's element id) -> the survivor's id of the same element."""
    names: dict[tuple[str, str], str] = {}
    for list_path in schema.lists:
        theirs, ours = _elements(loser, list_path), _elements(survivor, list_path)
        pairs = align(theirs, ours, {}, schema.specs[list_path].align).pairs
        names |= {(list_path, key): element for key, element in pairs.items()}
    return names


def _elements(body: Flat, list_path: str) -> dict[str, Value]:
    found = {}
    for path, value in body.items():
        name, element = split_path(path)
        if element is not None and name == list_path:
            found[element] = value
    return found


def _renamed(path: str, names: Mapping[tuple[str, str], str]) -> str:
    list_path, element = split_path(path)
    if element is None:
        return path
    return element_path(list_path, names.get((list_path, element), element))


def _move(
    crossref: Crossref,
    golden: Golden,
    names: Mapping[tuple[str, str], str],
    taken: set[tuple[str, str]],
) -> Crossref:
    return crossref.with_(
        golden_id=golden.id,
        is_primary=crossref.is_primary and _place(crossref) not in taken,
        base={_renamed(path, names): base for path, base in crossref.base.items()},
        contributions={_renamed(p, names): c for p, c in crossref.contributions.items()},
        elements={
            path: {key: names.get((path, element), element) for key, element in known.items()}
            for path, known in crossref.elements.items()
        },
    )
