"""The canonical entities: which paths exist, which are lists, what a field is called on screen."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files

import jsonschema_rs

from master_data.model import Flat, Record, Value, is_blank, split_path

ENTITIES = ("customer", "contact", "product", "category")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One path of an entity: `shape` is scalar, set, atomic or elements; `ref` names an entity."""

    path: str
    title: str
    shape: str
    ref: str | None = None
    align: tuple[str, ...] = ()


@dataclass(frozen=True)
class EntitySchema:
    """One canonical entity."""

    name: str
    title: str
    schema: Record
    specs: dict[str, FieldSpec]
    validator: jsonschema_rs.Draft202012Validator

    def spec(self, path: str) -> FieldSpec:
        """Return the field of a scalar path or of the list an element path belongs to."""
        return self.specs[split_path(path)[0]]

    def title_of(self, path: str) -> str:
        """Return the words a screen shows for a path."""
        spec = self.specs.get(split_path(path)[0])
        return spec.title if spec else path

    @cached_property
    def lists(self) -> tuple[str, ...]:
        """Return the paths that hold elements."""
        return tuple(path for path, spec in self.specs.items() if spec.shape == "elements")

    def nest(self, flat: Mapping[str, Value]) -> Record:
        """Turn a flat body into the document of the schema; elements gain their `id`."""
        document: Record = {}
        for path in sorted(flat):
            list_path, element = split_path(path)
            parent, leaf = _parent(document, list_path)
            if element is None:
                parent[leaf] = flat[path]
            else:
                parent.setdefault(leaf, []).append({"id": element, **flat[path]})
        return document

    def is_sound(self, flat: Mapping[str, Value]) -> bool:
        """Say whether the schema refuses nothing."""
        document: Record = {}
        for path, value in flat.items():
            list_path, element = split_path(path)
            nested = "." in list_path
            parent, leaf = _parent(document, list_path) if nested else (document, list_path)
            if element is None:
                parent[leaf] = value
            else:
                parent.setdefault(leaf, []).append(value)
        return self.validator.is_valid(document)

    def problems(self, flat: Mapping[str, Value]) -> dict[str, str]:
        """Return what the schema refuses, as path -> reason; empty when it is sound."""
        if self.is_sound(flat):
            return {}
        by_place = {tuple(split_path(path)[0].split(".")): path for path in flat}
        document = self.nest(flat)
        found: dict[str, str] = {}
        for error in self.validator.iter_errors(_without_ids(document, self.lists)):
            place = tuple(str(part) for part in error.instance_path if not isinstance(part, int))
            path = next(
                (by_place[place[:n]] for n in range(len(place), 0, -1) if place[:n] in by_place), ""
            )
            found.setdefault(split_path(path)[0], error.message)
        return found


def _parent(document: Record, path: str) -> tuple[Record, str]:
    *above, leaf = path.split(".")
    for name in above:
        document = document.setdefault(name, {})
    return document, leaf


def _without_ids(document: Record, lists: Iterable[str]) -> Record:
    bare = dict(document)
    for path in lists:
        if path in bare:
            bare[path] = [{k: v for k, v in each.items() if k != "id"} for each in bare[path]]
    return bare


def _specs(properties: Mapping[str, Record], prefix: str = "") -> Iterable[FieldSpec]:
    for name, schema in properties.items():
        path, told = prefix + name, schema.get("x-field", {})
        if schema.get("type") == "object" and not told.get("atomic"):
            yield from _specs(schema["properties"], path + ".")
            continue
        yield FieldSpec(
            path=path,
            title=told.get("title", name),
            shape=told.get("list") or ("atomic" if told.get("atomic") else "scalar"),
            ref=told.get("ref"),
            align=tuple(told.get("align", ())),
        )


@lru_cache
def entity_schema(name: str) -> EntitySchema:
    """Load one canonical entity; its schema has no references, so nothing is fetched."""
    schema = json.loads((files("master_data") / "schemas" / f"{name}.json").read_text("utf-8"))
    return EntitySchema(
        name=name,
        title=schema["title"],
        schema=schema,
        specs={spec.path: spec for spec in _specs(schema["properties"])},
        validator=jsonschema_rs.Draft202012Validator(schema),
    )


def title_of_record(entity: str, body: Flat) -> str:
    """Return the line a list shows for a golden record."""
    if entity == "contact":
        parts = (body.get("given_name"), body.get("family_name"))
        return " ".join(part for part in parts if part) or "?"
    name = body.get("name")
    if is_blank(name):
        name = body.get("legal_name") or body.get("sku") or body.get("code")
    return str(name or "?")
