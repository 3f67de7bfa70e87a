"""`/connections`: configured systems. Secrets go in and never come out."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from hub.connections import service, store
from hub.connections.model import NewConnection, StoredConnection
from hub.connections.rules import Wellbeing
from hub.errors import UnknownConnection
from hub.rest.api import ListOf, asking
from hub.wiring import Hub
from portal import require

__all__ = ["router"]

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


class ConnectionIn(BaseModel):
    """A connection to add; it begins in onboarding."""

    model_config = ConfigDict(extra="forbid")

    id: Slug
    system: Annotated[str, Field(max_length=60)]
    title: Annotated[str, Field(default="", max_length=120)]
    base_url: Annotated[str, Field(max_length=500)]
    key: Annotated[SecretStr, Field(max_length=5000)]
    webhook_secret: Annotated[SecretStr | None, Field(default=None, max_length=500)]
    rank: Annotated[int, Field(default=100, ge=0, le=10_000)]
    settings: Annotated[dict[str, Any], Field(default_factory=dict)]


class SecretIn(BaseModel):
    """A new secret by which notices are signed."""

    model_config = ConfigDict(extra="forbid")

    secret: Annotated[SecretStr, Field(min_length=24, max_length=500)]


class SecretOut(BaseModel):
    """A webhook secret by its mark; `last_used_at` to the minute, null before the first notice."""

    model_config = ConfigDict(from_attributes=True)

    mark: str
    added_at: datetime
    last_used_at: datetime | None


class ConnectionOut(BaseModel):
    """A connection and how it fares."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    system: str
    title: str
    base_url: str
    state: str
    rank: int
    health: str
    health_reason: str | None
    failing_since: datetime | None
    next_probe_at: datetime | None
    skew_ms: int | None
    takes_notices: bool
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def of(stored: StoredConnection) -> "ConnectionOut":
        """Return what may be shown."""
        shown = {name: getattr(stored, name) for name in ConnectionOut.model_fields.keys() - _MADE}
        if stored.health is Wellbeing.OK:
            shown |= {"failing_since": None, "next_probe_at": None}
        return ConnectionOut(**shown, takes_notices=stored.webhook_secrets_cipher is not None)


_MADE = {"takes_notices"}


class Action(StrEnum):
    """What may be done to a connection."""

    APPROVE = "approve"
    PAUSE = "pause"
    RESUME = "resume"


class CheckOut(BaseModel):
    """Who answered, and how many seconds its clock is ahead of ours."""

    system: str | None
    version: str | None
    skew: float | None


class SubscribedOut(BaseModel):
    """Where the system sends its notices from now on."""

    url: str


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(tags=["connections"])
    _reading(routes, hub)
    _writing(routes, hub)
    return routes


def _reading(routes: APIRouter, hub: Hub) -> None:
    reader = Depends(require("hub.connections.read"))

    @routes.get("/connections", dependencies=[reader])
    def list_connections() -> ListOf[ConnectionOut]:
        """Return all connections."""
        found = hub.db.read(store.all_connections)
        return ListOf(items=[ConnectionOut.of(each) for each in found], next=None)

    @routes.get("/connections/{connection_id}", dependencies=[reader])
    def read_connection(connection_id: str) -> ConnectionOut:
        """Return one connection."""
        found = hub.db.read(lambda c: store.connection_by_id(c, connection_id))
        if found is None:
            raise UnknownConnection(connection_id)
        return ConnectionOut.of(found)

    @routes.get("/connections/{connection_id}/webhook-secrets", dependencies=[reader])
    def list_webhook_secrets(connection_id: str) -> ListOf[SecretOut]:
        """Return the marks of the secrets that are good now, the newest first."""
        hub.connection(connection_id)
        found = hub.db.read(lambda c: store.secrets_of(c, connection_id))
        return ListOf(items=[SecretOut.model_validate(each) for each in found], next=None)


def _writing(routes: APIRouter, hub: Hub) -> None:
    writer = Depends(require("hub.connections.write"))

    @routes.post("/connections", dependencies=[writer], status_code=201)
    def add_connection(new: ConnectionIn) -> ConnectionOut:
        """Add a connection."""
        secret = new.webhook_secret
        fields = new.model_dump(exclude={"key", "webhook_secret"})
        connection = NewConnection(
            key=new.key.get_secret_value(),
            webhook_secret=secret.get_secret_value() if secret else None,
            **fields,
        )
        return ConnectionOut.of(service.add_connection(hub, connection))

    @routes.post("/connections/{connection_id}/check", dependencies=[writer])
    def check_connection(connection_id: str) -> CheckOut:
        """Ask the system who it is; 502 with the reason if it does not answer as it should."""
        with asking():
            health = service.check_connection(hub, connection_id)
        return CheckOut(system=health.system, version=health.version, skew=health.skew)

    @routes.post("/connections/{connection_id}/subscribe", dependencies=[writer])
    def subscribe(connection_id: str) -> SubscribedOut:
        """Ask the system to send its notices here."""
        with asking():
            return SubscribedOut(url=service.subscribe(hub, connection_id))

    @routes.post("/connections/{connection_id}/webhook-secrets", dependencies=[writer])
    def add_webhook_secret(connection_id: str, new: SecretIn) -> ConnectionOut:
        """Take notices signed with this secret too; the one before stays good."""
        stored = service.add_webhook_secret(hub, connection_id, new.secret.get_secret_value())
        return ConnectionOut.of(stored)

    @routes.delete("/connections/{connection_id}/webhook-secrets/{mark}", dependencies=[writer])
    def drop_webhook_secret(connection_id: str, mark: str) -> ConnectionOut:
        """End a rotation; 409 for the only secret of a connection."""
        return ConnectionOut.of(service.drop_webhook_secret(hub, connection_id, mark))

    @routes.post("/connections/{connection_id}/{action}", dependencies=[writer])
    def act(connection_id: str, action: Action) -> ConnectionOut:
        """Approve, pause or resume a connection; 409 if its state does not allow it."""
        return ConnectionOut.of(service.act(hub, connection_id, action.value))
