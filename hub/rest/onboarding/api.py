"""The matching plan of a connection, the progress of its load, and going on after a look."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from hub.connections import service as connections
from hub.onboarding import store
from hub.wiring import Hub
from portal import require

__all__ = ["router"]


class EntityOut(BaseModel):
    """Counts of one entity: read here; linked, new, to be asked; missing here."""

    model_config = ConfigDict(from_attributes=True)

    entity: str
    read: int
    linked: int
    new: int
    ask: int
    missing: int


class PlanOut(BaseModel):
    """What approval would do; `complete` false: the system is still being read."""

    model_config = ConfigDict(from_attributes=True)

    connection: str
    entities: list[EntityOut]
    conflicts: int
    undecided: int
    complete: bool


class ProgressOut(BaseModel):
    """How far a load is; `eta`: seconds, null while not known; `held`: a person must look."""

    model_config = ConfigDict(from_attributes=True)

    connection: str
    done: int
    total: int
    to_deliver: int
    failed: int
    seconds: float
    per_second: float
    eta: float | None
    held: str | None


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(tags=["connections"])
    reader = Depends(require("hub.connections.read"))

    @routes.get("/connections/{connection_id}/matching-plan", dependencies=[reader])
    def read_plan(connection_id: str) -> PlanOut:
        """Return what would be linked, made and asked if the connection were approved now."""
        hub.connection(connection_id)
        found = hub.db.read(lambda c: store.matching_plan(c, connection_id))
        return PlanOut.model_validate(found)

    @routes.get("/connections/{connection_id}/progress", dependencies=[reader])
    def read_progress(connection_id: str) -> ProgressOut:
        """Return how far the load of an approved connection is."""
        hub.connection(connection_id)
        found = hub.db.read(lambda c: store.progress(c, connection_id, hub.db.now(c)))
        return ProgressOut.model_validate(found)

    @routes.post(
        "/connections/{connection_id}/go-on",
        dependencies=[Depends(require("hub.connections.write"))],
    )
    def go_on(connection_id: str) -> ProgressOut:
        """Let a held load go on after a look at what was refused."""
        connections.go_on(hub, connection_id)
        return read_progress(connection_id)

    return routes
