"""Pages of quality: scores, trend, and the lists of what to mend."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from starlette.requests import Request

from hub.console.rules import words
from hub.lists.rules import Collection, Page, page_of
from hub.quality import store
from hub.quality.model import Scored, Summary
from hub.quality.rules import place_after
from hub.wiring import Hub
from master_data.fields import entity_schema
from master_data.model import split_path
from portal import Column, ColumnKind, Grid, Portal, Principal, require

__all__ = ["router"]

Read = Annotated[Principal, Depends(require("hub.golden.read"))]
_PAGE, _DAYS = 50, 30
_GOOD, _POOR = 80, 60


def router(hub: Hub, portal: Portal) -> APIRouter:
    """Return the routes of quality."""
    routes = APIRouter(prefix="/quality", include_in_schema=False)

    @routes.get("")
    def overview(request: Request, principal: Read) -> HTMLResponse:
        """Show every entity: score, trend, what to mend."""
        del principal
        found = sorted(hub.db.read(store.summaries), key=lambda each: not each.to_mend)
        context = {"entities": [_entity(hub, each) for each in found]}
        return portal.page(request, "hub/quality.html", context)

    @routes.get("/{collection}")
    def work_list(request: Request, collection: Collection, principal: Read) -> HTMLResponse:
        """List the records to mend, the worst first."""
        del principal
        query = request.query_params
        rule, path = query.get("filter[rule]"), query.get("filter[path]") or ""
        page = _page(hub, collection, (rule, path) if rule else None, query.get("after"))
        rows = [_row(each, rule, path) for each in page.items]
        schema = entity_schema(collection.entity)
        context = {
            "grid": _grid(collection).view(query, rows, page.next),
            "collection": collection.value,
            "heading": f"{schema.title_of(path)} · {words(rule)}" if rule else schema.title,
            "narrowed": bool(rule),
        }
        return portal.page(request, "hub/quality_list.html", context, block="grid")

    return routes


def _page(
    hub: Hub, collection: Collection, finding: tuple[str, str] | None, after: str | None
) -> Page[Scored]:
    last = place_after(after)
    found = hub.db.read(lambda c: store.worst(c, collection.entity, finding, last, _PAGE + 1))
    return page_of(found, _PAGE, lambda each: [str(each.score), each.golden_id])


def _entity(hub: Hub, summary: Summary) -> dict[str, Any]:
    schema = entity_schema(summary.entity)
    collection = next(each for each in Collection if each.entity == summary.entity)
    days = hub.db.read(lambda c: store.days(c, summary.entity, _DAYS))
    scores = [each.score for each in days]
    return {
        "title": collection.value.capitalize(),
        "collection": collection.value,
        "records": summary.records,
        "score": summary.score,
        "tone": _tone(summary.score),
        "trend": scores if scores[1:] else [],
        "to_mend": [
            {
                "title": schema.title_of(each.path) if each.path else words(each.rule),
                "rule": each.rule,
                "words": words(each.rule),
                "path": each.path,
                "records": each.records,
                "share": each.records / summary.records,
            }
            for each in summary.to_mend
        ],
    }


def _tone(score: float) -> str:
    return "ok" if score >= _GOOD else "warn" if score >= _POOR else "bad"


def _row(each: Scored, rule: str | None, path: str) -> dict[str, Any]:
    """Return a line of a work list; what the list is about comes first."""
    asked = (rule, path)
    findings = sorted(each.findings, key=lambda one: (one[0], split_path(one[1])[0]) != asked)
    return {
        "id": each.golden_id,
        "title": each.title,
        "score": str(each.score),
        "complete": each.parts["complete"],
        "valid": each.parts["valid"],
        "agreed": each.parts["agreed"],
        "fresh": each.parts["fresh"],
        "to_mend": "; ".join(why for _, _, why in findings),
    }


def _grid(collection: Collection) -> Grid:
    return Grid(
        f"/hub/quality/{collection.value}",
        columns=(
            Column(
                "title",
                "Name",
                ColumnKind.AVATAR,
                href=lambda record: f"/hub/records/{collection.value}/{record['id']}",
            ),
            Column("score", "Score", ColumnKind.NUMBER),
            Column("to_mend", "To mend"),
            Column("complete", "Complete", ColumnKind.NUMBER, extra=True),
            Column("valid", "Valid", ColumnKind.NUMBER, extra=True),
            Column("agreed", "Agreed", ColumnKind.NUMBER, extra=True),
            Column("fresh", "Fresh", ColumnKind.NUMBER, extra=True),
        ),
        csv=False,
    )
