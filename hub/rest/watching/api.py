"""`/metrics`, `/alerts`, `/balance/hours` and `/audit`: what monitoring and auditors ask for."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict

from hub.alerts import store as alerts
from hub.metrics.rules import render
from hub.metrics.service import figures
from hub.rest.api import ListOf, filter_of
from hub.sealing.service import verify
from hub.sheets import store as sheets
from hub.wiring import Hub
from portal import require

__all__ = ["metrics", "router"]

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
Only = Annotated[str | None, filter_of("connection", "Hours of this connection.")]
Hours = Annotated[int, Query(ge=1, le=24 * 31, description="How many hours back.")]


class AlertOut(BaseModel):
    """Something that needs a person; `told_at` null: nobody could be told yet."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    text: str
    opened_at: datetime
    told_at: datetime | None


class HourOut(BaseModel):
    """One hour of one connection: what came in and what became of it."""

    connection: str
    hour: datetime
    received: int
    counts: dict[str, int]
    even: bool


class AuditOut(BaseModel):
    """The chain over the history; `broken` names what was changed; `unsealed`: rows of the tail."""

    model_config = ConfigDict(from_attributes=True)

    blocks: int
    rows: int
    head: str
    broken: list[str]
    unsealed: int
    sealed_until: datetime | None


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(tags=["watching"], dependencies=[Depends(require("hub.events.read"))])

    @routes.get("/alerts")
    def list_alerts() -> ListOf[AlertOut]:
        """Return what needs a person now."""
        found = [each for each in hub.db.read(alerts.all_alerts) if not each.over]
        return ListOf(items=[AlertOut.model_validate(each) for each in found], next=None)

    @routes.get("/balance/hours")
    def list_hours(connection: Only = None, hours: Hours = 24) -> ListOf[HourOut]:
        """Return the balance sheet by the hour, the newest first."""
        found = hub.db.read(
            lambda c: sheets.hours(c, connection, hub.db.now(c) - timedelta(hours=hours))
        )
        items = [
            HourOut(
                connection=name,
                hour=hour,
                received=received,
                counts=dict(counts),
                even=received == sum(counts.values()),
            )
            for name, hour, received, counts in found
        ]
        return ListOf(items=items, next=None)

    @routes.get("/audit")
    def verify_audit() -> AuditOut:
        """Read the whole chain over the history again and say what does not fit."""
        return AuditOut.model_validate(verify(hub))

    return routes


def metrics(hub: Hub) -> APIRouter:
    """Return `/metrics`: for whoever asks from this machine, else for a key."""
    routes = APIRouter(include_in_schema=False)
    guard = require("hub.events.read")

    async def let_in(request: Request) -> None:
        here = request.client is not None and request.client.host in _LOOPBACK
        if not here or "x-forwarded-for" in request.headers or "forwarded" in request.headers:
            await guard(request)

    @routes.get("/metrics", dependencies=[Depends(let_in)])
    def read_metrics() -> PlainTextResponse:
        """Return the figures in the text form of Prometheus."""
        return PlainTextResponse(render(figures(hub)), media_type="text/plain; version=0.0.4")

    return routes
