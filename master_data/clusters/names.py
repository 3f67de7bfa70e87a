"""List elements under other names: two homes may know one element by two ids. Pure."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from master_data.alignment import align
from master_data.clusters.model import Names
from master_data.fields import EntitySchema
from master_data.model import Crossref, Flat, Value, element_path, split_path

T = TypeVar("T")


def renamed(path: str, names: Names) -> str:
    """Return a path in other terms."""
    return names.get(path, path)


def rename(told: Mapping[str, T], names: Names) -> dict[str, T]:
    """Return a mapping by path in other terms."""
    return {names.get(path, path): value for path, value in told.items()}


def inverse(names: Names) -> Names:
    """Return the way back."""
    return {there: here for here, there in names.items()}


def compose(first: Names, then: Names) -> Names:
    """Return both steps as one."""
    made = {path: then.get(there, there) for path, there in first.items()}
    reached = set(first.values())
    made |= {p: there for p, there in then.items() if p not in made and p not in reached}
    return {path: there for path, there in made.items() if path != there}


def same_elements(
    theirs: Flat, ours: Flat, schema: EntitySchema, crossrefs: Iterable[Crossref]
) -> Names:
    """Return their element paths -> our paths of the same elements.

    What their crossrefs once said of our element under its own name stays what it is: two
    histories under one name could not be told apart again.
    """
    taken = {path for each in crossrefs for path in (*each.contributions, *each.base)}
    names: Names = {}
    for list_path in schema.lists:
        mine, yours = _elements(ours, list_path), _elements(theirs, list_path)
        shared = {each: each for each in yours if each in mine}
        pairs = align(yours, mine, shared, schema.specs[list_path].align).pairs
        names |= {
            element_path(list_path, there): element_path(list_path, here)
            for there, here in pairs.items()
            if there != here and element_path(list_path, here) not in taken
        }
    return names


def rename_crossref(crossref: Crossref, names: Names) -> Crossref:
    """Return a crossref whose base, contributions and elements are in other terms."""
    if not names:
        return crossref
    return crossref.with_(
        base=rename(crossref.base, names),
        contributions=rename(crossref.contributions, names),
        held=rename(crossref.held, names),
        writes=rename(crossref.writes, names),
        elements={
            list_path: {key: _element(list_path, id_, names) for key, id_ in known.items()}
            for list_path, known in crossref.elements.items()
        },
    )


def _element(list_path: str, element: str, names: Names) -> str:
    path = names.get(element_path(list_path, element))
    return split_path(path)[1] or element if path else element


def _elements(body: Flat, list_path: str) -> dict[str, Value]:
    found = {}
    for path, value in body.items():
        name, element = split_path(path)
        if element is not None and name == list_path:
            found[element] = value
    return found
