"""Pages that merge, take apart, split and pin golden records, each shown before it is done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response
from starlette.requests import Request

from ground import strict_json
from hub.clusters import service
from hub.clusters.model import Intent, Preview
from hub.console.rules import readable, words
from hub.errors import BadPin, ToldApart, UnknownDecision, WrongMerge
from hub.golden.model import Explained
from hub.golden.service import as_of, explain
from hub.lists.rules import Collection
from hub.lists.service import find_goldens
from hub.pins.service import NewPin, pin_value, unpin
from hub.wiring import Hub
from master_data.errors import NoSuchGolden
from master_data.fields import entity_schema
from master_data.model import Flat, Value
from portal import PageForm, Portal, Principal, Toast, require

__all__ = ["router", "shown_preview"]

Steward = Annotated[Principal, Depends(require("hub.golden.write"))]
Read = Annotated[Principal, Depends(require("hub.golden.read"))]
_FOUND = 20
_UNKNOWN = "It was not known yet then. This is its first version."
_NO_TIME = "Give a day and a time, for example 2026-03-01 09:30."
_REFUSALS = (BadPin, NoSuchGolden, ToldApart, UnknownDecision, WrongMerge)


class ShapeForm(PageForm):
    """What to do with a record: `target` is another record, a decision or a crossref."""

    target: str
    reason: str = ""
    overrule: bool = False


class PinForm(PageForm):
    """A value to fix; JSON where the field holds more than one word or number."""

    path: str
    value: str = ""
    reason: str = ""
    until: str = ""


Shape = Annotated[ShapeForm, Form()]
Pin = Annotated[PinForm, Form()]


@dataclass(frozen=True, slots=True)
class _Act:
    """One way to change the shape of a record."""

    title: str
    button: str
    icon: str
    preview: Callable[[Hub, str, str, Intent], Preview]
    work: Callable[[Hub, str, str, Intent], Any]


_ACTS = {
    "merge": _Act(
        "Merge two records",
        "Merge them",
        "merge",
        service.preview_merge,
        service.merge_goldens,
    ),
    "unmerge": _Act(
        "Take a merge back",
        "Take it back",
        "undo-2",
        lambda hub, _, target, intent: service.preview_unmerge(hub, target, intent),
        lambda hub, _, target, intent: service.unmerge(hub, target, intent),
    ),
    "split": _Act(
        "Split a record off",
        "Split it off",
        "split",
        lambda hub, golden, target, intent: service.preview_split(hub, golden, [target], intent),
        lambda hub, golden, target, intent: service.split_golden(hub, golden, [target], intent),
    ),
}


def router(hub: Hub, portal: Portal) -> APIRouter:
    """Return the routes of shaping."""
    routes = APIRouter(prefix="/records/{collection}/{golden_id}", include_in_schema=False)
    for name, act in _ACTS.items():
        _shape(routes, hub, portal, name, act)
    _pins(routes, hub, portal)

    @routes.get("/past")
    def past(
        request: Request,
        collection: Collection,
        golden_id: str,
        principal: Read,
        version: int | None = None,
    ) -> HTMLResponse:
        """Show a record as it was, at a version or at a time."""
        del principal
        when, refusal = _moment(request.query_params.get("at", ""))
        told = explain(hub, golden_id)
        try:
            found = as_of(hub, golden_id, version=version, at=when)
        except NoSuchGolden:
            refusal = _UNKNOWN
            found = as_of(hub, golden_id, version=1)
        now = told.golden.body
        schema = entity_schema(found.entity)
        context = {
            "past": found,
            "at": when,
            "refusal": refusal,
            "latest": told.golden.version if told.golden.id == golden_id else found.version,
            "collection": collection.value,
            "fields": [
                (schema.title_of(path), _said(found.body, path, told), _said(now, path, told))
                for path in sorted({*found.body, *now})
            ],
        }
        return portal.page(request, "hub/past.html", context)

    return routes


def _shape(routes: APIRouter, hub: Hub, portal: Portal, name: str, act: _Act) -> None:
    def page(
        request: Request, collection: Collection, golden_id: str, form: ShapeForm, refusal: str
    ) -> HTMLResponse:
        context: dict[str, Any] = {
            "act": act,
            "name": name,
            "record": explain(hub, golden_id),
            "collection": collection.value,
            "target": form.target,
            "reason": form.reason,
            "overrule": form.overrule,
            "refusal": refusal,
            "told_apart": False,
            "preview": None,
        }
        try:
            intent = Intent(by="preview", overrule=form.overrule)
            context["preview"] = shown_preview(act.preview(hub, golden_id, form.target, intent))
        except ToldApart as error:
            context |= {"refusal": str(error), "told_apart": True}
        except _REFUSALS as error:
            context["refusal"] = str(error)
        status = 409 if context["refusal"] else 200
        return portal.page(request, "hub/shape.html", context, status=status)

    @routes.get(f"/{name}")
    def preview(
        request: Request, collection: Collection, golden_id: str, principal: Steward
    ) -> HTMLResponse:
        """Show what would come of it."""
        del principal
        query = request.query_params
        if "target" not in query:
            context = _others(hub, collection, golden_id, query.get("q", "").strip())
            context |= {"act": act, "name": name}
            return portal.page(request, "hub/other.html", context)
        overrule = query.get("overrule") == "true"
        form = ShapeForm(target=query.get("target", "").strip(), overrule=overrule)
        return page(request, collection, golden_id, form, "")

    @routes.post(f"/{name}")
    def do(
        request: Request, collection: Collection, golden_id: str, form: Shape, principal: Steward
    ) -> Response:
        """Do it."""
        intent = Intent(by=principal.name, reason=form.reason.strip(), overrule=form.overrule)
        try:
            act.work(hub, golden_id, form.target, intent)
        except _REFUSALS as error:
            return page(request, collection, golden_id, form, str(error))
        place = f"/hub/records/{collection.value}/{golden_id}"
        return portal.redirect(request, place, toast=Toast("Done"))


def _others(hub: Hub, collection: Collection, golden_id: str, text: str) -> dict[str, Any]:
    """Return what asks for the other record, with those that a search finds."""
    told = explain(hub, golden_id)
    found = hub.db.read(lambda c: find_goldens(c, collection.entity, text, _FOUND + 1))
    return {
        "record": told,
        "collection": collection.value,
        "q": text,
        "found": [each for each in found if each.id != told.golden.id][:_FOUND],
        "more": len(found) > _FOUND,
    }


def _pins(routes: APIRouter, hub: Hub, portal: Portal) -> None:
    @routes.post("/pin")
    def pin(
        request: Request, collection: Collection, golden_id: str, form: Pin, principal: Steward
    ) -> Response:
        """Fix a value."""
        place = f"/hub/records/{collection.value}/{golden_id}"
        try:
            new = NewPin(
                golden_id=golden_id,
                path=form.path,
                value=_value(hub, golden_id, form),
                by=principal.name,
                reason=form.reason,
                until=_end_of(form.until),
            )
            pin_value(hub, new)
        except _REFUSALS as error:
            return portal.redirect(request, place, toast=Toast("Not pinned", str(error), bad=True))
        return portal.redirect(request, place, toast=Toast("Pinned", form.path))

    @routes.post("/unpin")
    def lift(
        request: Request, collection: Collection, golden_id: str, form: Pin, principal: Steward
    ) -> Response:
        """Lift a pin."""
        place = f"/hub/records/{collection.value}/{golden_id}"
        try:
            unpin(hub, golden_id, form.path, by=principal.name, reason=form.reason)
        except _REFUSALS as error:
            return portal.redirect(request, place, toast=Toast("Not lifted", str(error), bad=True))
        return portal.redirect(request, place, toast=Toast("Lifted", form.path))


def _said(body: Flat, path: str, told: Explained) -> str:
    """Return a value as people read it, a record by its name."""
    value = body.get(path)
    return told.titles.get(value, value) if isinstance(value, str) else readable(value)


def _value(hub: Hub, golden_id: str, form: PinForm) -> Value:
    """Return the value a person typed. Raises BadPin."""
    now = explain(hub, golden_id).golden.body.get(form.path)
    if not isinstance(now, dict | list | bool | int):
        return form.value.strip() or None
    try:
        return strict_json.loads(form.value.encode())
    except strict_json.StrictJsonError as error:
        raise BadPin("write the value as JSON, like the present one") from error


def _moment(text: str) -> tuple[datetime | None, str]:
    """Return a time, UTC, and what is wrong with it; nothing typed is now."""
    if not text.strip():
        return None, ""
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)), ""
    except (ValueError, OverflowError):
        return None, _NO_TIME


def _end_of(day: str) -> datetime | None:
    """Return the end of a day, UTC. Raises BadPin."""
    if not day:
        return None
    try:
        return datetime.combine(datetime.fromisoformat(day).date(), time.max, UTC)
    except ValueError as error:
        raise BadPin(f"{day} is no day") from error


def shown_preview(preview: Preview) -> dict[str, Any]:
    """Return a preview as a page shows it."""
    records = []
    for each in preview.outlooks:
        schema = entity_schema(each.golden.entity)
        records.append(
            {
                "id": each.golden.id,
                "title": each.title,
                "changes": [
                    (schema.title_of(path), readable(new), readable(old), words(why))
                    for path, (new, old, _, why, *_) in each.changes.items()
                ],
                "conflicts": [
                    (schema.title_of(path), words(why)) for path, why in each.conflicts.items()
                ],
                "crossrefs": each.crossrefs,
            }
        )
    schema = entity_schema(preview.outlooks[0].golden.entity)
    writes = [
        {
            "connection": each.connection,
            "external_id": each.external_id,
            "operation": each.operation,
            "fields": list(dict.fromkeys(schema.title_of(path) for path in each.paths)),
        }
        for each in preview.writes
    ]
    return {"records": records, "writes": writes}
