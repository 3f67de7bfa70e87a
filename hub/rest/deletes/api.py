"""`/fuses` and what a delete in a connection does elsewhere."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from hub.connections import service as connections
from hub.deletes import store
from hub.deletes.rules import Answer, Policy
from hub.fuses.service import answer_fuse
from hub.rest.api import ListOf
from hub.wiring import Hub
from portal import Principal, require

__all__ = ["router"]


class FuseOut(BaseModel):
    """A blown fuse: so many deletes of the connection wait for an answer."""

    model_config = ConfigDict(from_attributes=True)

    connection: str
    blown_at: datetime
    held: int


class FuseIn(BaseModel):
    """`allow` carries the deletes out, `recheck` looks again, `restore` makes the records again."""

    model_config = ConfigDict(extra="forbid")

    answer: Answer


class AnsweredOut(BaseModel):
    """How many deletes had waited."""

    deletes: int


class PolicyIn(BaseModel):
    """What a delete in this connection does from now on."""

    model_config = ConfigDict(extra="forbid")

    policy: Policy


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(tags=["deletes"])

    @routes.get("/fuses", dependencies=[Depends(require("hub.connections.read"))])
    def list_fuses() -> ListOf[FuseOut]:
        """Return the fuses that blew: too many deletes at once."""
        found = hub.db.read(store.blown)
        return ListOf(items=[FuseOut.model_validate(each) for each in found], next=None)

    @routes.post("/connections/{connection_id}/fuse")
    def answer(
        connection_id: str,
        told: FuseIn,
        person: Annotated[Principal, Depends(require("hub.conflicts.resolve"))],
    ) -> AnsweredOut:
        """Answer a blown fuse; 409 if it has not blown."""
        return AnsweredOut(deletes=answer_fuse(hub, connection_id, told.answer, person.id))

    @routes.put(
        "/connections/{connection_id}/on-delete",
        dependencies=[Depends(require("hub.connections.write"))],
    )
    def set_policy(connection_id: str, told: PolicyIn) -> PolicyIn:
        """Say what a delete in this connection does elsewhere."""
        connections.set_setting(hub, connection_id, "on_delete", told.policy.value)
        return told

    return routes
