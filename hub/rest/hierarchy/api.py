"""`/golden/{collection}/{id}/hierarchy`: the records above and right below."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from hub.hierarchy.service import hierarchy_of
from hub.lists.rules import Collection
from hub.wiring import Hub
from master_data import store
from master_data.errors import NoSuchGolden
from portal import require

__all__ = ["router"]


class KinOut(BaseModel):
    """A golden record by name."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    entity: str
    title: str


class HierarchyOut(BaseModel):
    """`above`: from the top down; `below`: up to 200, by name. `ring`: it stands below itself."""

    model_config = ConfigDict(from_attributes=True)

    above: list[KinOut]
    below: list[KinOut]
    more: bool
    ring: bool


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(tags=["golden"], dependencies=[Depends(require("hub.golden.read"))])

    @routes.get("/golden/{collection}/{golden_id}/hierarchy")
    def read_hierarchy(collection: Collection, golden_id: str) -> HierarchyOut:
        """Return parent companies and what is below: companies and contacts, or categories."""
        found = hub.db.read(lambda c: store.goldens_by_id(c, [golden_id])).get(golden_id)
        if found is None or found.entity != collection.entity:
            raise NoSuchGolden(golden_id)
        return HierarchyOut.model_validate(hub.db.read(lambda c: hierarchy_of(c, golden_id)))

    return routes
