"""Between golden's flat body and a mapping's view of it: element ids <-> a system's keys. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mappings import Inbound, Read, View
from master_data.alignment import Alignment, align
from master_data.fields import EntitySchema
from master_data.merge import Reading
from master_data.model import Crossref, Flat, Value, element_path, split_path

NEW = "+"
"""Prefix of the key of an element that a system does not have yet."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A state of a source record in golden's paths.

    `elements`: list path -> {system key -> element id} as they stand now; `problems`: path ->
    reason, not judged now; `unresolved`: path -> (entity, external id) of an unknown record;
    `outside`: elements that the record shows, but of kinds that the mapping does not cover.
    """

    readings: dict[str, Reading]
    elements: dict[str, dict[str, str]]
    absent: frozenset[str]
    problems: dict[str, str] = field(default_factory=dict)
    unresolved: dict[str, tuple[str, str]] = field(default_factory=dict)
    outside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _ListSeen:
    path: str
    incoming: Mapping[str, Read]
    known: Mapping[str, str]
    golden: Mapping[str, Value]
    align_by: Sequence[str]


def view_of(body: Flat, elements: Mapping[str, Mapping[str, str]], schema: EntitySchema) -> View:
    """Return golden as a mapping sees it: elements under the system's keys, or `+el_…`."""
    scalars: dict[str, Value] = {}
    lists: dict[str, dict[str, Value]] = {path: {} for path in schema.lists}
    keys = {path: {id_: key for key, id_ in known.items()} for path, known in elements.items()}
    for path, value in body.items():
        list_path, element = split_path(path)
        if element is None:
            scalars[path] = value
        else:
            key = keys.get(list_path, {}).get(element, NEW + element)
            lists[list_path][key] = value
    return View(scalars=scalars, elements=lists)


def sight_of(
    inbound: Inbound,
    crossref: Crossref,
    body: Flat,
    schema: EntitySchema,
    new_id: Callable[[str], str],
) -> Sight:
    """Turn a mapping's answer into golden's paths; `new_id("el")` names elements nobody knew."""
    sight = Sight(
        readings=dict(
            zip(inbound.scalars, map(Reading._make, inbound.scalars.values()), strict=True)
        ),
        elements={},
        absent=inbound.absent,
        problems={},
        unresolved={path: (u.entity, u.external_id) for path, u in inbound.unresolved.items()},
        outside=frozenset(_golden_path(path, crossref) for path in inbound.outside),
    )
    for path, problem in inbound.problems.items():
        sight.problems[_golden_path(path, crossref)] = problem.reason
    golden = _elements(body, schema.lists)
    for list_path in schema.lists:
        if list_path in inbound.elements:
            seen = _ListSeen(
                path=list_path,
                incoming=inbound.elements[list_path],
                known=crossref.elements.get(list_path, {}),
                golden=golden[list_path],
                align_by=schema.specs[list_path].align,
            )
            _see_list(sight, seen, new_id)
        elif list_path in crossref.elements:
            sight.elements[list_path] = crossref.elements[list_path]
    return sight


def _golden_path(path: str, crossref: Crossref) -> str:
    """Name a path of a mapping in golden's element ids; an element nobody knows holds its list."""
    list_path, key = split_path(path)
    if key is None:
        return path
    element = crossref.elements.get(list_path, {}).get(key)
    return element_path(list_path, element) if element else list_path


def _elements(body: Flat, lists: Iterable[str]) -> dict[str, dict[str, Value]]:
    """Return list path -> element id -> value."""
    found: dict[str, dict[str, Value]] = {path: {} for path in lists}
    for path, value in body.items():
        list_path, element = split_path(path)
        if element is not None and list_path in found:
            found[list_path][element] = value
    return found


def _aligned(seen: _ListSeen) -> Alignment:
    if not seen.golden and not seen.known:  # as of every new record
        return Alignment(added=tuple(seen.incoming))
    values = {key: read.value for key, read in seen.incoming.items()}
    return align(values, seen.golden, seen.known, seen.align_by)


def _see_list(sight: Sight, seen: _ListSeen, new_id: Callable[[str], str]) -> None:
    if not (seen.incoming or seen.known):
        sight.elements[seen.path] = {}
        return
    aligned = _aligned(seen)
    pairs = dict(aligned.pairs)
    for key in aligned.added:
        pairs[key] = key if key.startswith("el_") and key not in seen.golden else new_id("el")
    for key, element in pairs.items():
        read = seen.incoming[key]
        sight.readings[element_path(seen.path, element)] = Reading(read.words, read.value)
    for key, element in seen.known.items():
        path = element_path(seen.path, element)
        if key not in seen.incoming and element not in pairs.values():
            not_shown = element_path(seen.path, key) in sight.absent
            if not_shown or path in sight.problems or path in sight.unresolved:
                pairs[key] = element
            else:
                sight.readings[path] = Reading(None, None)
    if aligned.ambiguous:
        sight.problems[seen.path] = "cannot tell which of several alike elements is meant"
    sight.elements[seen.path] = pairs
