"""`/connections/{connection}/reconcile` and where polling stands."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from hub.polling import comparing, service, store
from hub.rest.api import ListOf, asking
from hub.wiring import Hub
from portal import require

__all__ = ["router"]


class PollOut(BaseModel):
    """Polling of one object type; `full_since`: a full listing is under way since then."""

    model_config = ConfigDict(from_attributes=True)

    object_type: str
    due_at: datetime
    full_since: datetime | None
    last_ok_at: datetime | None
    error: str | None


class ComparisonOut(BaseModel):
    """External ids of one page: what the hub would be told, and what it holds already."""

    model_config = ConfigDict(from_attributes=True)

    read: int
    new: list[str]
    changed: list[str]
    gone: list[str]
    linked: list[str]
    living: int
    cursor: str | None


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(tags=["connections"])

    @routes.get(
        "/connections/{connection_id}/polls",
        dependencies=[Depends(require("hub.connections.read"))],
    )
    def list_polls(connection_id: str) -> ListOf[PollOut]:
        """Return where polling of each object type stands."""
        hub.connection(connection_id)
        found = hub.db.read(lambda c: store.all_polls(c, connection_id))
        return ListOf(items=[PollOut.model_validate(each) for each in found], next=None)

    @routes.post(
        "/connections/{connection_id}/reconcile",
        dependencies=[Depends(require("hub.connections.write"))],
        status_code=202,
    )
    def reconcile(connection_id: str) -> ListOf[PollOut]:
        """Ask for a full listing of every object type."""
        service.poll_now(hub, connection_id)
        return list_polls(connection_id)

    @routes.get(
        "/connections/{connection_id}/comparison",
        dependencies=[Depends(require("hub.connections.write"))],
    )
    def compare(
        connection_id: str,
        object_type: str,
        cursor: Annotated[str | None, Query(max_length=10_000)] = None,
    ) -> ComparisonOut:
        """Read one page of a system and say what a listing would find; nothing is kept.

        502 with the reason if the system does not answer as it should.
        """
        with asking():
            found = comparing.compare_page(hub, connection_id, object_type, cursor)
        return ComparisonOut.model_validate(found)

    return routes
