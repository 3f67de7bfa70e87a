"""Records that wait for one another for ever: references in a ring, over a system's mappings."""

from collections.abc import Iterable, Iterator

from mappings import ops
from mappings.check.findings import Finding, Reason
from mappings.view import Missing

Edges = dict[str, dict[str, ops.Field]]


def reference_cycles(mappings: Iterable[ops.Mapping]) -> list[tuple[str, Finding]]:
    """Return (mapping name, finding) for every ring of references that wait for one another.

    A reference of an entity to itself, such as a parent company, is a tree and no ring.
    """
    found: list[tuple[str, Finding]] = []
    mappings = list(mappings)
    names = {mapping.entity: mapping.name for mapping in mappings}
    edges: Edges = {mapping.entity: dict(_waits(mapping)) for mapping in mappings}
    for start in edges:
        ring = _ring(start, edges)
        if ring is not None and start == min(ring):
            field = edges[start][ring[1 % len(ring)]]
            way = " waits for ".join([*ring, start])
            message = f"{way}, so none ever comes: use missing: hold on one of them"
            place = field.place
            finding = Finding(place.line, place.column, field.golden, Reason.CYCLE, message)
            found.append((names[start], finding))
    return found


def _waits(mapping: ops.Mapping) -> Iterator[tuple[str, ops.Field]]:
    for rule in mapping.rules:
        if isinstance(rule, ops.Field) and isinstance(rule.operation, ops.Reference):
            reference = rule.operation
            if reference.missing is not Missing.HOLD and reference.entity != mapping.entity:
                yield reference.entity, rule


def _ring(start: str, edges: Edges) -> list[str] | None:
    """Return the shortest way from an entity back to itself."""
    ways: list[list[str]] = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for after in edges.get(way[-1], ()):
            if after == start:
                return way
            if after not in seen:
                seen.add(after)
                ways.append([*way, after])
    return None
