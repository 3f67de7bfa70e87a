"""Compiled mappings by connection, object type and version; a text is compiled once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from ground.database import Database
from hub.errors import UnknownMappingVersion
from hub.mapping_versions import store
from hub.mapping_versions.model import MappingRef
from mappings import CompiledMapping, compile_mapping, parse

__all__ = ["SHIPPED", "Shelf", "compiled"]

SHIPPED = 1
"""The number of the mapping that came with the connector."""


class Shelf:
    """All versions of all mappings of one hub; a published version never changes."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[tuple[str, str, int], CompiledMapping] = {}
        self._texts: dict[str, CompiledMapping] = {}

    def in_force(
        self, connection_id: str, shipped: Mapping[str, str]
    ) -> dict[str, CompiledMapping]:
        """Return object type -> the version in force; without a published one, what shipped."""
        found = {
            each.object_type: self._put(connection_id, each.object_type, each.number, each.text)
            for each in self._db.read(lambda c: store.active_versions(c, connection_id))
        }
        for object_type, text in shipped.items():
            if object_type not in found:
                found[object_type] = self._put(connection_id, object_type, SHIPPED, text)
        return found

    def versions_of(self, connection_id: str) -> Callable[[str, int], CompiledMapping]:
        """Return what gives any version of a connection's mappings."""
        return lambda object_type, number: self._version(connection_id, object_type, number)

    def _version(self, connection_id: str, object_type: str, number: int) -> CompiledMapping:
        known = self._known.get((connection_id, object_type, number))
        if known is not None:
            return known
        stored = self._db.read(
            lambda c: store.version(c, MappingRef(connection_id, object_type), number)
        )
        if stored is None:
            raise UnknownMappingVersion(f"{connection_id}/{object_type}", number)
        return self._put(connection_id, object_type, number, stored.text)

    def _put(self, connection_id: str, object_type: str, number: int, text: str) -> CompiledMapping:
        if text not in self._texts:
            self._texts[text] = compiled(text, f"{connection_id}/{object_type}", number)
        made = self._texts[text]
        key = connection_id, object_type, number
        self._known[key] = made if made.version == number else replace(made, version=number)
        return self._known[key]


def compiled(text: str, name: str, number: int) -> CompiledMapping:
    """Compile a text as this version. Raises DocumentRefused."""
    return replace(_compiled(text, name), version=number)


@lru_cache(maxsize=32)  # what is previewed is published next
def _compiled(text: str, name: str) -> CompiledMapping:
    return compile_mapping(parse(text, name=name))
