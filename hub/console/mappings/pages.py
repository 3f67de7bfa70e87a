"""Pages of mappings: versions, editor with check, preview, publish and roll back."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response
from starlette.requests import Request

from hub.console.mappings.views import list_view, mapping_view, preview_view
from hub.errors import HubError, NotPublishable
from hub.mapping_versions.model import MappingRef
from hub.publishing import rows, service
from hub.publishing.preview import preview
from hub.wiring import Hub
from mappings import DocumentRefused
from portal import Column, ColumnKind, Grid, PageForm, Portal, Principal, Toast, can, require

Read = Annotated[Principal, Depends(require("hub.mappings.read"))]
Write = Annotated[Principal, Depends(require("hub.mappings.write"))]

_LAST = 500
_LASTS = (("100", "the last 100"), ("500", "the last 500"), ("5000", "the last 5,000"), ("", "all"))
_ONE = "/{connection_id}/{object_type}"

MAPPINGS = Grid(
    "/hub/mappings",
    columns=(
        Column("title", "Mapping", ColumnKind.AVATAR, href=lambda r: f"/hub/mappings/{r['id']}"),
        Column("entity", "Entity", ColumnKind.CODE),
        Column("version", "Version", ColumnKind.NUMBER),
        Column("draft", "Draft"),
        Column("held", "Held fields", ColumnKind.NUMBER),
    ),
    csv=False,
)


class MappingForm(PageForm):
    """What to do: save, preview, publish, discard, rollback, or a row to count or add."""

    action: str
    text: str = ""
    note: str = ""
    seen: int = 0
    last: str = str(_LAST)
    table: str = ""
    app: str = ""
    golden: str = ""
    canonical: str = ""

    def many(self) -> int | None:
        """Return how many records a preview looks at; None: all."""
        return int(self.last) if self.last.isdecimal() and int(self.last) else None

    def row(self) -> rows.Row:
        """Return the row for a value map."""
        canonical = bool(self.canonical)
        return rows.Row(table=self.table, app=self.app, golden=self.golden, canonical=canonical)


Sent = Annotated[MappingForm, Form()]


def _ref(connection_id: str, object_type: str) -> MappingRef:
    return MappingRef(connection_id, object_type)


Ref = Annotated[MappingRef, Depends(_ref)]


def router(hub: Hub, portal: Portal) -> APIRouter:
    """Return the routes of mappings."""
    routes = APIRouter(prefix="/mappings", include_in_schema=False)

    @routes.get("")
    def mappings(request: Request, principal: Read) -> HTMLResponse:
        """List the mappings of every connection."""
        del principal
        hub.directory.refresh()
        context = {"grid": MAPPINGS.view(request.query_params, list_view(hub))}
        return portal.page(request, "hub/mappings.html", context, block="grid")

    @routes.get(_ONE)
    def mapping(request: Request, ref: Ref, principal: Read) -> HTMLResponse:
        """Show one mapping: its versions, its text, what is held."""
        context = mapping_view(hub, ref) | {"may_write": can(principal, "hub.mappings.write")}
        context |= {"lasts": _LASTS, "last": str(_LAST)}
        return portal.page(request, "hub/mapping.html", context)

    @routes.post(_ONE)
    def act(request: Request, ref: Ref, form: Sent, principal: Write) -> Response:
        """Save, preview, publish, discard, roll back, or add a row."""
        typed = form.text.replace("\r\n", "\n") or None
        try:
            done = _carry_out(hub, ref, form, typed, principal.id)
        except (HubError, DocumentRefused) as error:
            done = {"refusal": str(error)}
        if isinstance(done, Toast):
            return portal.redirect(request, f"/hub/mappings/{ref}", toast=done)
        context = mapping_view(hub, ref, typed) | done | {"may_write": True}
        context |= {"lasts": _LASTS, "last": form.last}
        return portal.page(request, "hub/mapping.html", context)

    return routes


def _carry_out(
    hub: Hub, ref: MappingRef, form: MappingForm, typed: str | None, by: str
) -> Toast | dict[str, Any]:
    """Do what was asked; a page is shown at once where there is something to see."""
    match form.action:
        case "save":
            _, checked = service.save_draft(
                hub, ref, typed or "", author=by, note=form.note, seen=form.seen
            )
            faults = len(checked.remarks)
            return Toast("Draft saved", f"{faults} to mend" if faults else "nothing wrong")
        case "preview":
            text, number = service.text_of(hub, ref, typed, None)
            return {"preview": preview_view(preview(hub, ref, text, number, last=form.many()))}
        case "publish":
            version = service.publish(hub, ref, seen=form.seen, by=by)
            return Toast("Published", f"version {version.number} is in force")
        case "discard":
            service.discard(hub, ref, form.seen)
            return Toast("Draft discarded", str(ref))
        case "rollback":
            version = service.roll_back(hub, ref, seen=form.seen, by=by)
            return Toast("Rolled back", f"version {version.number} is in force")
        case "count" | "row":
            return _row(hub, ref, form, by)
        case other:
            raise NotPublishable([f"{other} is nothing that can be done to a mapping"])


def _row(hub: Hub, ref: MappingRef, form: MappingForm, by: str) -> Toast | dict[str, Any]:
    if form.action == "count":
        found = rows.released_by(hub, ref, form.row())
        told = f"This row releases {found.counts['released']} records."
        return {"counted": told, "row": form, "preview": preview_view(found)}
    version, found = rows.add_value(hub, ref, form.row(), by=by)
    return Toast("Row added", f"version {version.number}, {found.counts['released']} released")
