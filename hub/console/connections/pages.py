"""Pages of connections."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response
from starlette.requests import Request

from connectors.errors import ConnectorError
from hub.connections import store as connections
from hub.connections.service import act, check_connection
from hub.deletes import store as deletes
from hub.deletes.rules import Answer
from hub.effects import store as effects
from hub.errors import NoBlownFuse, WrongState
from hub.events import store as events
from hub.fuses.service import answer_fuse
from hub.lists.rules import Collection
from hub.wiring import Hub, OpenConnection
from master_data.fields import title_of_record
from master_data.store import goldens_by_id
from portal import Column, ColumnKind, Grid, PageForm, Portal, Principal, Toast, can, require

Read = Annotated[Principal, Depends(require("hub.connections.read"))]
Write = Annotated[Principal, Depends(require("hub.connections.write"))]

CONNECTIONS = Grid(
    "/hub/connections",
    columns=(
        Column(
            "title",
            "Connection",
            ColumnKind.AVATAR,
            href=lambda row: f"/hub/connections/{row['id']}",
        ),
        Column("system", "System", ColumnKind.CODE),
        Column(
            "state",
            "State",
            ColumnKind.BADGE,
            tones={"live": "ok", "paused": "warn", "onboarding": "accent"},
        ),
        Column(
            "health", "Health", ColumnKind.BADGE, tones={"ok": "ok", "down": "bad", "denied": "bad"}
        ),
        Column("rank", "Rank", ColumnKind.NUMBER, extra=True),
    ),
    csv=False,
)


class ActionForm(PageForm):
    """What to do with a connection: test, pause, resume, approve, or answer its blown fuse."""

    action: str


Action = Annotated[ActionForm, Form()]


def router(hub: Hub, portal: Portal) -> APIRouter:
    """Return the routes of connections."""
    routes = APIRouter(prefix="/connections", include_in_schema=False)

    @routes.get("")
    def connections(request: Request, principal: Read) -> HTMLResponse:
        """List connections."""
        del principal
        hub.directory.refresh()
        rows = [_row(each) for each in hub.directory.connections().values()]
        context = {"grid": CONNECTIONS.view(request.query_params, rows)}
        return portal.page(request, "hub/connections.html", context, block="grid")

    @routes.get("/{connection_id}")
    def connection(request: Request, connection_id: str, principal: Read) -> HTMLResponse:
        """Show one connection."""
        context = _view(hub, connection_id) | {"may_act": can(principal, "hub.connections.write")}
        return portal.page(request, "hub/connection.html", context)

    @routes.post("/{connection_id}")
    def act_on(request: Request, connection_id: str, form: Action, principal: Write) -> Response:
        """Test, pause, resume or approve a connection, or answer its blown fuse."""
        target = f"/hub/connections/{connection_id}"
        toast = _carry_out(hub, connection_id, form.action, principal.name)
        return portal.redirect(request, target, toast=toast)

    return routes


def _carry_out(hub: Hub, connection_id: str, action: str, by: str) -> Toast:
    try:
        if action in list(Answer):
            many = answer_fuse(hub, connection_id, Answer(action), by)
            return Toast("Done", str(many))
        if action == "test":
            health = check_connection(hub, connection_id)
            return Toast("It answers", " ".join(filter(None, (health.system, health.version))))
        act(hub, connection_id, action)
    except (ConnectorError, WrongState, NoBlownFuse) as error:
        return Toast("It did not work", str(error), bad=True)
    return Toast("Done", connection_id)


def _row(each: OpenConnection) -> dict[str, Any]:
    return {
        name: getattr(each, name) for name in ("id", "title", "system", "state", "health", "rank")
    }


def _view(hub: Hub, connection_id: str) -> dict[str, Any]:
    hub.directory.refresh()
    opened = hub.connection(connection_id)
    sheet = hub.db.read(lambda c: events.balance_sheet(c, connection_id))
    waiting = hub.db.read(effects.counts)
    blown = hub.db.read(deletes.blown)
    return {
        "connection": _row(opened),
        "skew": opened.skew_ms,
        "fuse": next((each for each in blown if each.connection == connection_id), None),
        "parked": _parked(hub, connection_id),
        "sheet": sheet,
        "waiting": [(state, many) for (of, state), many in waiting.items() if of == connection_id],
        "mappings": [
            {
                "object_type": object_type,
                "entity": mapping.entity,
                "version": mapping.version,
                "fields": len(mapping.paths) + len(mapping.list_paths),
            }
            for object_type, mapping in opened.mappings.items()
        ],
    }


def _parked(hub: Hub, connection_id: str) -> dict[str, Any] | None:
    """Return why a connection is parked, with the record that all was taken for."""
    blown = hub.db.read(connections.blown_link_fuses)
    fuse = next((each for each in blown if each.connection == connection_id), None)
    if fuse is None:
        return None
    golden = hub.db.read(lambda c: goldens_by_id(c, [fuse.golden_id])).get(fuse.golden_id)
    title = title_of_record(golden.entity, golden.body) if golden else fuse.golden_id
    plural = next((each for each in Collection if golden and each.entity == golden.entity), "")
    return {
        "links": fuse.links,
        "why": fuse.why,
        "at": fuse.blown_at,
        "title": title,
        "href": f"/hub/records/{plural}/{golden.id}" if golden else "",
    }
