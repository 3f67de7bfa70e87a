"""`/changes`: golden records as they change; `/subscribers`: who is told of them by posts."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, HttpUrl

from hub.feed import service, store
from hub.feed.model import Subscriber
from hub.lists.rules import Collection
from hub.rest.api import After, Limit, ListOf
from hub.wiring import Hub
from portal import Principal, require

__all__ = ["router"]

Writer = Annotated[Principal, Depends(require("hub.connections.write"))]
Of = Annotated[list[Collection], Query(alias="of", description="Only these; may be repeated.")]


class ChangeOut(BaseModel):
    """One version of a golden record; `fields` holds what changed, null where it was cleared.

    `state` is today's; `became` is the record it is part of now; of an erased one nothing is told.
    """

    id: str
    entity: str
    version: int
    at: datetime
    state: str
    became: str
    erased: bool
    fields: dict[str, Any]


class ChangesOut(BaseModel):
    """Some changes in order; `next` is never lost: ask again with it later for what came since."""

    items: list[ChangeOut]
    next: str | None


class SubscriberIn(BaseModel):
    """An address to tell. `start`: a cursor, `now`, or empty for everything from the beginning."""

    model_config = ConfigDict(extra="forbid")

    url: HttpUrl
    of: list[Collection] = Field(default_factory=list, max_length=10)
    start: str | None = Field("now", max_length=1000)


class SubscriberOut(BaseModel):
    """Who is told, and how that goes."""

    id: str
    url: str
    entities: list[str]
    state: str
    cursor: str | None
    failures: int
    failing_since: datetime | None
    answer: str | None
    told_at: datetime | None

    @staticmethod
    def of(each: Subscriber) -> "SubscriberOut":
        """Return what is shown of a subscriber."""
        return SubscriberOut.model_validate(each, from_attributes=True)


class SecretOut(BaseModel):
    """A secret, shown this once: posts are signed with it (Standard Webhooks)."""

    id: str
    secret: str


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(tags=["changes"])
    _feed(routes, hub)
    _subscribers(routes, hub)
    return routes


def _feed(routes: APIRouter, hub: Hub) -> None:
    @routes.get("/changes", dependencies=[Depends(require("hub.golden.read"))])
    def changes(of: Of = [], after: After = None, limit: Limit = 100) -> ChangesOut:  # noqa: B006 - FastAPI copies it
        """Return what became of golden records after a cursor; `after=now` gives a cursor."""
        found = service.read(hub, after, limit, [each.entity for each in of])
        items = [
            ChangeOut(
                id=each.golden_id,
                entity=each.entity,
                version=each.version,
                at=each.at,
                state=each.state,
                became=each.became,
                erased=each.erased,
                fields=each.fields,
            )
            for each in found.changes
        ]
        return ChangesOut(items=items, next=found.cursor)


def _subscribers(routes: APIRouter, hub: Hub) -> None:
    @routes.get("/subscribers")
    def list_subscribers(person: Writer) -> ListOf[SubscriberOut]:
        """Return who is told."""
        del person
        found = hub.db.read(store.all_subscribers)
        return ListOf(items=[SubscriberOut.of(each) for each in found], next=None)

    @routes.post("/subscribers", status_code=HTTPStatus.CREATED)
    def subscribe(new: SubscriberIn, person: Writer) -> SecretOut:
        """Tell an address of changes by signed posts."""
        entities = [each.entity for each in new.of]
        made, secret = service.subscribe(hub, str(new.url), entities, new.start, person.id)
        return SecretOut(id=made.id, secret=secret)

    @routes.post("/subscribers/{subscriber_id}/secret")
    def change_secret(subscriber_id: str, person: Writer) -> SecretOut:
        """Change the secret; posts carry signatures of both until the next change."""
        secret = service.change_secret(hub, subscriber_id, person.id)
        return SecretOut(id=subscriber_id, secret=secret)

    @routes.post("/subscribers/{subscriber_id}/resume")
    def resume(subscriber_id: str, person: Writer) -> SubscriberOut:
        """Try again at once."""
        return SubscriberOut.of(service.resume(hub, subscriber_id, person.id))

    @routes.delete("/subscribers/{subscriber_id}", status_code=HTTPStatus.NO_CONTENT)
    def unsubscribe(subscriber_id: str, person: Writer) -> None:
        """Tell it no more."""
        service.unsubscribe(hub, subscriber_id, person.id)
