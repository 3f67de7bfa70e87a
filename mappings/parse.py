"""A mapping document read into the language: `parse(text, name=…)`, with every fault placed."""

from functools import lru_cache

from pydantic import ValidationError

from mappings import document as doc
from mappings import ops
from mappings.errors import DocumentRefused
from mappings.faults import shape_faults
from mappings.parse_rules import read_rules
from mappings.parse_statements import (
    read_delete,
    read_examples,
    read_invariants,
    read_predicate,
    read_value_map,
)
from mappings.parsing import Parsing
from mappings.yaml_text import Location, load, refuse

PUBLISH, ACCEPT = "publish when", "accept when"


@lru_cache(maxsize=32)  # who saves, checks, tries and publishes a text reads it each time
def parse(text: str, *, name: str) -> ops.Mapping:
    """Read a mapping document; DocumentRefused lists every fault with its line and column."""
    source = load(text, name=name)
    if not isinstance(source.content, dict):
        refuse(name, source.place(()), "a mapping begins with keys such as object: and entity:")
    try:
        shape = doc.MappingDocument.model_validate(source.content)
    except ValidationError as error:
        raise DocumentRefused(name, shape_faults(source, error)) from error
    parsing = Parsing(source)
    for table, value_map in shape.value_maps.items():
        parsing.value_maps[table] = read_value_map(parsing, table, value_map)
    whole = _Whole(name, shape.object, shape.version, parsing)
    mapping = whole.entity(shape, (), shape.object, shape.parts)
    if parsing.faults:
        raise DocumentRefused(name, parsing.faults)
    return mapping


class _Whole:
    """What all entities of one document share."""

    def __init__(self, name: str, object_type: str, version: int, parsing: Parsing) -> None:
        self.name = name
        self.object_type = object_type
        self.version = version
        self.parsing = parsing

    def entity(
        self,
        shape: doc.EntityDocument,
        at: Location,
        object_type: str,
        parts: dict[str, doc.EntityDocument],
    ) -> ops.Mapping:
        parsing = self.parsing
        return ops.Mapping(
            name=self.name,
            object_type=object_type,
            entity=shape.entity,
            version=self.version,
            publish_when=read_predicate(parsing, shape.publish_when, (*at, PUBLISH)),
            publish_place=parsing.place((*at, PUBLISH)),
            rules=tuple(read_rules(parsing, shape, at)),
            value_maps=parsing.value_maps,
            accept_when=read_predicate(parsing, shape.accept_when, (*at, ACCEPT)),
            accept_place=parsing.place((*at, ACCEPT)),
            invariants=read_invariants(parsing, shape.invariants, (*at, "invariants")),
            delete=read_delete(parsing, shape.delete, (*at, "delete")),
            parts=tuple(
                self.entity(part, ("parts", name), f"{self.object_type}#{name}", {})
                for name, part in parts.items()
            ),
            examples=read_examples(parsing, shape.examples, (*at, "examples")),
        )
