"""A JSON Schema seen as fields, sets and lists of elements: what check.py and laws.py ask about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mappings.view import Json

Kind = Literal["scalar", "set", "elements"]
MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Shape:
    """One place in a schema: its own schema, what lies inside, what it means to the hub."""

    schema: Mapping[str, Json]
    kind: Kind = "scalar"
    ref: str | None = None
    properties: "dict[str, Shape]" = field(default_factory=dict)
    items: "Shape | None" = None
    required: frozenset[str] = frozenset()

    def at(self, path: str) -> "Shape | None":
        """Return the place a dotted path leads to."""
        here: Shape | None = self
        for step in path.split("."):
            here = here.properties.get(step) if here is not None else None
        return here

    def paths(self, prefix: str = "") -> Iterator[str]:
        """Every dotted path from here."""
        for name, inner in self.properties.items():
            yield prefix + name
            yield from inner.paths(f"{prefix}{name}.")

    def codes(self) -> frozenset[Json]:
        """Return the closed list of its values, of a set its members'; empty if it is open."""
        inner = self.items.schema if self.items is not None else self.schema
        return frozenset(code for code in inner.get("enum", ()) if code is not None)


def shape_of(schema: Mapping[str, Json]) -> Shape:
    """Read a JSON Schema; local references (#/…) are followed, others are open places."""
    return _shape(schema, schema, MAX_DEPTH)


def _shape(schema: Mapping[str, Json], root: Mapping[str, Json], depth: int) -> Shape:
    schema = _followed(schema, root)
    if depth == 0:
        return Shape(schema)
    note = schema.get("x-field", {})
    inner = schema.get("items")
    items = _shape(inner, root, depth - 1) if isinstance(inner, Mapping) else None
    return Shape(
        schema,
        kind=note.get("list", "scalar"),
        ref=note.get("ref"),
        properties={
            name: _shape(one, root, depth - 1) for name, one in schema.get("properties", {}).items()
        },
        items=items,
        required=frozenset(schema.get("required", ())),
    )


def _followed(schema: Mapping[str, Json], root: Mapping[str, Json]) -> Mapping[str, Json]:
    for _ in range(MAX_DEPTH):
        reference = schema.get("$ref", "")
        if not reference.startswith("#"):
            return schema
        here: Json = root
        for step in reference.removeprefix("#").split("/")[1:]:
            here = here.get(step, {})
        schema = here
    return schema
