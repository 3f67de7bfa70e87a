"""Pages of events and effects."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from starlette.requests import Request

from hub.console.rules import OUTCOME_TONES, words
from hub.effects.rules import EffectState
from hub.events.rules import Outcome
from hub.golden.store import titles_of
from hub.lists import store as lists
from hub.lists.store import Listed
from hub.wiring import Hub
from portal import Column, ColumnKind, Filter, Grid, Portal, Principal, require

Read = Annotated[Principal, Depends(require("hub.events.read"))]

_PAGE = 50
_OUTCOMES = [*((each.value, words(each.value)) for each in Outcome), ("undecided", "undecided")]
_STATES = [(each.value, each.value) for each in EffectState]
_STATE_TONES = {
    "planned": "accent",
    "waiting": "warn",
    "sent": "accent",
    "unknown": "warn",
    "confirmed": "ok",
    "rejected": "bad",
    "superseded": "",
    "dead": "bad",
}

EVENTS = Grid(
    "/hub/events",
    columns=(
        Column("external_id", "Record", ColumnKind.CODE, href=lambda row: row["href"]),
        Column("connection", "From", ColumnKind.TAGS, value=lambda row: [row["connection"]]),
        Column("object_type", "Kind", extra=True),
        Column("outcome", "Outcome", ColumnKind.BADGE, tones=OUTCOME_TONES, labels=dict(_OUTCOMES)),
        Column("reason", "Why", extra=True),
        Column("received_at", "Received", ColumnKind.AGO),
    ),
    filters=(Filter("outcome", "Outcome", _OUTCOMES),),
    csv=False,
)
EFFECTS = Grid(
    "/hub/effects",
    columns=(
        Column("title", "Record", ColumnKind.AVATAR, href=lambda row: row["href"]),
        Column("connection", "To", ColumnKind.TAGS, value=lambda row: [row["connection"]]),
        Column("operation", "Operation", extra=True),
        Column("state", "State", ColumnKind.BADGE, tones=_STATE_TONES),
        Column("attempts", "Attempts", ColumnKind.NUMBER, extra=True),
        Column("told", "Why", extra=True),
        Column("planned_at", "Planned", ColumnKind.AGO),
    ),
    filters=(Filter("state", "State", _STATES),),
    csv=False,
)


def router(hub: Hub, portal: Portal) -> APIRouter:
    """Return the routes of events and effects."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/events")
    def events(request: Request, principal: Read) -> HTMLResponse:
        """List events, the newest first."""
        del principal
        query = request.query_params
        filters = {name: query.get(f"filter[{name}]") or None for name in ("outcome", "connection")}
        found = hub.db.read(lambda c: lists.events(c, Listed(filters, query.get("after"), _PAGE)))
        rows = [
            {
                "id": each.id,
                "external_id": each.external_id or "—",
                "href": _record(each.object_type, each.golden_id),
                "connection": each.connection,
                "object_type": each.object_type,
                "outcome": each.outcome.value if each.outcome else "undecided",
                "reason": (each.detail or {}).get("reason"),
                "received_at": each.received_at,
            }
            for each in found.items
        ]
        context = {"grid": EVENTS.view(query, rows, found.next), "what": "Events"}
        return portal.page(request, "hub/activity.html", context, block="grid")

    @routes.get("/effects")
    def effects(request: Request, principal: Read) -> HTMLResponse:
        """List effects, the newest first."""
        del principal
        query = request.query_params
        filters = {name: query.get(f"filter[{name}]") or None for name in ("state", "connection")}
        found = hub.db.read(lambda c: lists.effects(c, Listed(filters, query.get("after"), _PAGE)))
        titles = hub.db.read(lambda c: titles_of(c, [row["golden_id"] for row in found.items]))
        rows = [
            dict(row)
            | {
                "title": titles.get(row["golden_id"], row["golden_id"]),
                "href": _record(row["object_type"], row["golden_id"]),
                "told": (row["answer"] or {}).get("reason") or row["reason"],
            }
            for row in found.items
        ]
        context = {"grid": EFFECTS.view(query, rows, found.next), "what": "Effects"}
        return portal.page(request, "hub/activity.html", context, block="grid")

    return routes


def _record(object_type: str, golden_id: str | None) -> str:
    return f"/hub/records/{object_type}/{golden_id}" if golden_id else ""
