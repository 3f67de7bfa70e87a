"""A JSON Schema seen as fields, sets and lists of elements: what check and laws ask about.

A shape is read only where somebody asks, so a schema that refers to itself costs nothing.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Final, Literal

import jsonschema_rs

from mappings.view import Json

Kind = Literal["scalar", "set", "elements"]
MOST_HOPS: Final = 12
MOST_PATHS: Final = 500
ALTERNATIVES: Final = ("anyOf", "oneOf")


@dataclass(frozen=True)
class Shape:
    """One place in a schema: its own schema (references followed) and the document around it."""

    schema: Mapping[str, Json]
    root: Mapping[str, Json] = field(default_factory=dict)

    @cached_property
    def _note(self) -> Mapping[str, Json]:
        note = self.schema.get("x-field")
        return note if isinstance(note, Mapping) else {}

    @property
    def kind(self) -> Kind:
        """What its list means to the hub: nothing (scalar), codes without order, elements."""
        kind: Kind = self._note.get("list", "scalar")
        return kind

    @property
    def ref(self) -> str | None:
        """The entity whose golden id stands here."""
        ref: str | None = self._note.get("ref")
        return ref

    @cached_property
    def parts(self) -> "tuple[Shape, ...]":
        """Itself and all that `allOf` adds."""
        found = [self]
        for part in self.schema.get("allOf", ()):
            shape = self._shape(part)
            if shape is not None:
                found.append(shape)
        return tuple(found)

    @cached_property
    def properties(self) -> "dict[str, Shape]":
        """What lies inside, by name."""
        return {
            name: shape
            for part in self.parts
            for name, one in _mapping(part.schema.get("properties")).items()
            if (shape := self._shape(one)) is not None
        }

    @cached_property
    def items(self) -> "Shape | None":
        """One element of it, if it is a list."""
        return self._shape(self.schema.get("items"))

    @cached_property
    def required(self) -> frozenset[str]:
        """Names that an object here must have."""
        return frozenset(name for part in self.parts for name in part.schema.get("required", ()))

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types it may have beside null; empty if the schema does not say."""
        said = self.schema.get("type")
        if said is None and (found := [self.schema.get(key) for key in ALTERNATIVES]) != [None] * 2:
            shapes = [self._shape(one) for group in found for one in group or ()]
            types = [shape.types for shape in shapes if shape is not None and not shape.is_null]
            return frozenset().union(*types) if all(types) else frozenset()
        names = [said] if isinstance(said, str) else said or ()
        return frozenset(names) - {"null"}

    @property
    def is_null(self) -> bool:
        """Whether nothing but null may stand here."""
        return self.schema.get("type") == "null"

    @cached_property
    def nullable(self) -> bool:
        """Whether null may stand here, as far as the schema says."""
        said = self.schema.get("type")
        if said is None or self.schema.get("nullable") is True:
            return True
        return "null" in ([said] if isinstance(said, str) else said)

    @cached_property
    def codes(self) -> frozenset[Json]:
        """The closed list of its values, of a set its members'; empty if it is open."""
        if self.items is not None:
            return self.items.codes
        said = self.schema.get("enum", ())
        said = [self.schema["const"]] if "const" in self.schema else said
        return frozenset(code for code in said if isinstance(code, str | int))

    def note(self, name: str) -> str | None:
        """Return what `x-field` says under a name."""
        said: str | None = self._note.get(name)
        return said

    def limit(self, keyword: str) -> int | None:
        """Return a bound such as `maxLength`, of a set its members'."""
        if self.items is not None:
            return self.items.limit(keyword)
        bound = self.schema.get(keyword)
        return bound if isinstance(bound, int) else None

    def says(self, keyword: str) -> bool:
        """Whether it, or all of it, is marked (`readOnly`, `writeOnly`)."""
        return self.schema.get(keyword) is True

    def trail(self, path: str) -> "list[Shape]":
        """Return the places on the way to a dotted path; shorter if the way ends."""
        found: list[Shape] = []
        here = self
        for step in path.split("."):
            inner = here.properties.get(step)
            if inner is None:
                break
            found.append(inner)
            here = inner
        return found

    def at(self, path: str) -> "Shape | None":
        """Return the place a dotted path leads to."""
        found = self.trail(path)
        return found[-1] if len(found) == path.count(".") + 1 else None

    def paths(self) -> Iterator[str]:
        """Every dotted path from here, the short ones first; no more than anybody would read."""
        return islice(self._paths(), MOST_PATHS)

    def _paths(self) -> Iterator[str]:
        open_ends: deque[tuple[str, Shape]] = deque([("", self)])
        while open_ends:
            prefix, shape = open_ends.popleft()
            for name, inner in shape.properties.items():
                yield prefix + name
                open_ends.append((f"{prefix}{name}.", inner))

    def misfit(self, value: Json) -> str | None:
        """Say why a value does not fit here; None if it does.

        Patterns are matched in linear time; a schema beyond that, or a broken one, asks nothing.
        """
        if self._validator is None:
            return None
        error = next(self._validator.iter_errors(_as_json(value)), None)
        return None if error is None else str(error.message)

    @cached_property
    def _validator(self) -> jsonschema_rs.Draft202012Validator | None:
        outer = {name: self.root[name] for name in ("$defs", "definitions") if name in self.root}
        try:
            return jsonschema_rs.Draft202012Validator(
                {**self.schema, **outer},
                mask="it",
                validate_formats=True,
                pattern_options=jsonschema_rs.RegexOptions(),
            )
        except ValueError:
            return None

    def _shape(self, schema: Json) -> "Shape | None":
        return Shape(_followed(schema, self.root), self.root) if schema_like(schema) else None


def shape_of(schema: Mapping[str, Json]) -> Shape:
    """Read a JSON Schema; local references (#/…) are followed, others are open places."""
    return Shape(_followed(schema, schema), schema)


def schema_like(value: Json) -> bool:
    """Whether a value can be a schema that says something."""
    return isinstance(value, Mapping)


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _followed(schema: Mapping[str, Json], root: Mapping[str, Json]) -> Mapping[str, Json]:
    for _ in range(MOST_HOPS):
        reference = schema.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#"):
            return schema
        schema = _mapping(_pointed(reference, root))
    return {}


def _pointed(reference: str, root: Json) -> Json:
    here = root
    for step in reference.removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(here, list):
            here = here[int(name)] if name.isdecimal() and int(name) < len(here) else None
        else:
            here = _mapping(here).get(name)
    return here


def _as_json(value: Json) -> Json:
    """Exact numbers as JSON numbers, for asking only."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
