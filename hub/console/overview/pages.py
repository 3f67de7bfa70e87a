"""The first page of the hub."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from starlette.requests import Request

from ground.database import Connection
from hub.alerts import store as alerts
from hub.conflicts import store as conflicts
from hub.console.rules import words
from hub.effects import store as effects
from hub.events import store as events
from hub.events.rules import Outcome
from hub.golden import store as goldens
from hub.wiring import Hub
from portal import Portal, Principal, require

_GROUPS = (
    ("Closed", (Outcome.APPLIED, Outcome.NO_OP, Outcome.SUPERSEDED, Outcome.REJECTED)),
    ("Open", (Outcome.CONFLICT, Outcome.HELD, Outcome.WAITING)),
)

Read = Annotated[Principal, Depends(require("hub.golden.read"))]


def router(hub: Hub, portal: Portal) -> APIRouter:
    """Return the route of the first page."""
    routes = APIRouter()

    @routes.get("/", include_in_schema=False)
    def overview(request: Request, principal: Read) -> HTMLResponse:
        """Show the balance sheet, what waits, and how connections do."""
        del principal
        context = hub.db.read(lambda c: _figures(hub, c))
        return portal.page(request, "hub/overview.html", context, block="live")

    return routes


def _figures(hub: Hub, connection: Connection) -> dict[str, Any]:
    sheet = events.balance_sheet(connection)
    counts = goldens.counts(connection)
    open_effects = effects.counts(connection)
    return {
        "sheet": sheet,
        "groups": [
            (title, [(words(each.value), sheet.by_outcome[each], each.value) for each in group])
            for title, group in _GROUPS
        ],
        "alerts": [each for each in alerts.all_alerts(connection) if not each.over],
        "oldest": events.oldest_undecided(connection),
        "customers": counts.get(("customer", "active"), 0),
        "unconfirmed": sum(n for (_, state), n in counts.items() if state == "unconfirmed"),
        "products": counts.get(("product", "active"), 0),
        "open_conflicts": conflicts.count_open(connection),
        "connections": [_card(hub, name, connection, open_effects) for name in _names(hub)],
    }


def _names(hub: Hub) -> list[str]:
    return sorted(hub.directory.connections())


def _card(
    hub: Hub, name: str, connection: Connection, open_effects: dict[tuple[str, str], int]
) -> dict[str, Any]:
    opened = hub.directory.connections()[name]
    sheet = events.balance_sheet(connection, name)
    waiting = {state: many for (of, state), many in open_effects.items() if of == name}
    return {
        "id": name,
        "title": opened.title,
        "system": opened.system,
        "state": opened.state,
        "health": opened.health,
        "sheet": sheet,
        "to_deliver": sum(waiting.values()),
        "unknown": waiting.get("unknown", 0),
    }
