"""`/mappings`: which mapping is in force for each object type of each connection."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from hub.mapping_versions.model import MappingRef
from hub.publishing.service import in_force
from hub.rest.api import ListOf
from hub.wiring import Hub, OpenConnection
from portal import require

__all__ = ["router"]


class MappingOut(BaseModel):
    """A mapping and the golden paths it reads and writes."""

    connection: str
    object_type: str
    entity: str
    name: str
    version: int
    inbound: list[str]
    outbound: list[str]
    lists: list[str]


class MappingWithText(MappingOut):
    """A mapping with its document."""

    text: str


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(tags=["mappings"], dependencies=[Depends(require("hub.mappings.read"))])

    @routes.get("/mappings")
    def list_mappings() -> ListOf[MappingOut]:
        """Return all mappings in force."""
        items = [
            MappingOut(**_shown(hub, each, object_type))
            for each in hub.directory.connections().values()
            for object_type in each.mappings
        ]
        return ListOf(items=items, next=None)

    @routes.get("/mappings/{connection_id}/{object_type}")
    def read_mapping(connection_id: str, object_type: str) -> MappingWithText:
        """Return one mapping with its document."""
        opened = hub.connection(connection_id)
        shown = _shown(hub, opened, object_type)
        text = in_force(hub, MappingRef(connection_id, object_type)).text
        return MappingWithText(**shown, text=text)

    return routes


def _shown(hub: Hub, opened: OpenConnection, object_type: str) -> dict[str, object]:
    mapping = hub.mapping(opened.id, object_type)
    return {
        "connection": opened.id,
        "object_type": object_type,
        "entity": mapping.entity,
        "name": mapping.name,
        "version": mapping.version,
        "inbound": sorted(mapping.inbound_paths),
        "outbound": sorted(mapping.outbound_paths),
        "lists": sorted(mapping.list_paths),
    }
