"""The page on which all that is kept about a record is taken along, or erased everywhere."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response
from starlette.requests import Request

from ground import strict_json
from hub.console.rules import words
from hub.golden.service import explain
from hub.lists.rules import Collection
from hub.privacy.service import erase, export, preview_erasure
from hub.wiring import Hub
from master_data.errors import NoSuchGolden
from portal import PageForm, Portal, Principal, Toast, require

__all__ = ["router"]

Keeper = Annotated[Principal, Depends(require("hub.privacy.write"))]
_TITLES = {
    "golden": "Golden records",
    "golden_version": "Versions in their history",
    "crossref": "Records in systems",
    "effect": "Writes",
    "conflict": "Conflicts",
    "event": "Events",
}


class EraseForm(PageForm):
    """Why; no word of the person belongs here, for it stays in the audit."""

    reason: str = ""
    with_contacts: bool = False


def router(hub: Hub, portal: Portal) -> APIRouter:
    """Return the routes of a person's rights."""
    place = "/records/{collection}/{golden_id}/privacy"
    routes = APIRouter(prefix=place, include_in_schema=False)

    def page(
        request: Request, collection: Collection, golden_id: str, error: str = ""
    ) -> HTMLResponse:
        told = explain(hub, golden_id)
        if told.golden.entity != collection.entity:
            raise NoSuchGolden(golden_id)
        would = preview_erasure(hub, golden_id)
        context = {
            "record": told.golden,
            "title": told.title,
            "collection": collection.value,
            "kept": _counts(export(hub, golden_id)),
            "deletes": _named(hub, would.deletes),
            "by_hand": _named(hub, would.by_hand),
            "contacts": would.contacts,
            "error": error,
        }
        return portal.page(request, "hub/privacy.html", context, status=422 if error else 200)

    @routes.get("")
    def show(
        request: Request, collection: Collection, golden_id: str, person: Keeper
    ) -> HTMLResponse:
        """Show what is kept, and what erasing would do."""
        del person
        return page(request, collection, golden_id)

    @routes.get("/export.json")
    def download(collection: Collection, golden_id: str, person: Keeper) -> Response:
        """Hand over everything as one file."""
        del person, collection
        told = strict_json.dumps(export(hub, golden_id))
        name = f'attachment; filename="{golden_id}.json"'
        headers = {"content-disposition": name, "cache-control": "no-store"}
        return Response(told, media_type="application/json", headers=headers)

    @routes.post("")
    def do(
        request: Request,
        collection: Collection,
        golden_id: str,
        form: Annotated[EraseForm, Form()],
        person: Keeper,
    ) -> Response:
        """Erase."""
        reason = form.reason.strip()
        if not reason:
            return page(request, collection, golden_id, "Say why it is erased.")
        done = erase(
            hub, golden_id, by=person.name, reason=reason, with_contacts=form.with_contacts
        )
        left = (
            f"Delete it by hand in {', '.join(_named(hub, done.by_hand))}" if done.by_hand else ""
        )
        toast = Toast("Erased", left, bad=bool(left))
        return portal.redirect(request, f"/hub/records/{collection.value}", toast=toast)

    return routes


def _named(hub: Hub, connections: Iterable[str]) -> list[str]:
    """Return what people call these connections."""
    return [hub.titles.get(each, each) for each in connections]


def _counts(told: dict[str, Any]) -> list[tuple[str, int]]:
    return [
        (_TITLES.get(name, words(name).capitalize()), len(rows))
        for name, rows in told.items()
        if isinstance(rows, list)
    ]
