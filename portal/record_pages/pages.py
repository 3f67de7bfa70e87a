"""The routes of a screen: list, export, record, form, moves and deletion.

They know forms and HTTP; what may be stored is decided by the collection alone, and what it
refuses is shown beside the field it refuses.
"""

from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from starlette.requests import Request

from ground.listing import MOST
from ground.records.errors import InUse, Kept, NotFound, RecordError, Refused, Stale
from ground.records.model import Values
from portal.app import Portal
from portal.grid import write_csv
from portal.guard import require
from portal.model import Principal, Toast
from portal.record_pages import forms
from portal.record_pages.forms import Submitted
from portal.record_pages.refusals import refusal_of
from portal.record_pages.screens import Document, Screen, Word
from portal.record_pages.views import (
    Draft,
    asked,
    document_of,
    form_view,
    found_choices,
    record_view,
)
from portal.record_pages.words import label
from portal.rules import can

__all__ = ["form_sent", "router"]

_CSV = "text/csv; charset=utf-8"


async def form_sent(request: Request) -> Submitted:
    """Return the form of a request; a file in it is refused."""
    form = await request.form(max_files=0)
    return Submitted.of(form.multi_items())


Sent = Annotated[Submitted, Depends(form_sent)]


def router(screen: Screen, portal: Portal) -> APIRouter:
    """Return the routes of a screen, below its application."""
    routes = APIRouter(prefix=f"/{screen.collection.kind.name}", include_in_schema=False)
    _add_list(routes, screen, portal)
    if screen.sections:
        _add_new(routes, screen, portal)
    _add_record(routes, screen, portal)
    if screen.sections:
        _add_edit(routes, screen, portal)
        _add_moves(routes, screen, portal)
    return routes


def _may(screen: Screen, action: str) -> Any:  # noqa: ANN401 (what FastAPI calls a dependency)
    return Depends(require(screen.permission(action)))


def _add_list(routes: APIRouter, screen: Screen, portal: Portal) -> None:
    @routes.get("")
    def records(
        request: Request, principal: Annotated[Principal, _may(screen, "read")]
    ) -> Response:
        grid, query = screen.grid(), request.query_params
        words = asked(screen, grid, query)
        if query.get("format") == "csv":
            name = f"attachment; filename={screen.house}-{screen.collection.kind.name}.csv"
            lines = write_csv(screen.columns, _all(screen, words))
            return StreamingResponse(lines, media_type=_CSV, headers={"Content-Disposition": name})
        page = screen.collection.find(words)
        rows = screen.rows([document_of(each) for each in page.items])
        writes = bool(screen.sections) and can(principal, screen.permission("write"))
        context = {
            "screen": screen,
            "grid": grid.view(query, rows, page.next),
            "new_href": f"{screen.path}/new" if writes else "",
        }
        return portal.page(request, "portal/record_list.html", context, block="grid")


def _all(screen: Screen, words: list[Word]) -> Iterator[Document]:
    """Yield the whole list, page by page."""
    rest = [word for word in words if word[0] not in {"after", "limit"}]
    after: str | None = ""
    while after is not None:
        page = screen.collection.find([*rest, ("limit", str(MOST)), ("after", after)])
        yield from screen.rows([document_of(each) for each in page.items])
        after = page.next


def _add_record(routes: APIRouter, screen: Screen, portal: Portal) -> None:
    @routes.get("/{record_id}")
    def record(
        request: Request, record_id: str, principal: Annotated[Principal, _may(screen, "read")]
    ) -> Response:
        found = screen.collection.get(record_id)
        context = record_view(screen, portal, found, principal)
        return portal.page(request, screen.template, context)


def _add_new(routes: APIRouter, screen: Screen, portal: Portal) -> None:
    @routes.get("/new")
    def new(request: Request, principal: Annotated[Principal, _may(screen, "write")]) -> Response:
        start = screen.start(request, principal)
        if isinstance(start, Response):
            return start
        return _form(request, screen, portal, Draft(values=start))

    @routes.post("")
    def create(
        request: Request, form: Sent, principal: Annotated[Principal, _may(screen, "write")]
    ) -> Response:
        given = forms.read(screen.collection.kind, form)
        draft = Draft(values=given, add=form.one(forms.ADD), sought=form.sought())
        if draft.add:
            return _form(request, screen, portal, draft)
        try:
            made = screen.collection.create(given, principal)
        except RecordError as error:
            return _refused(request, screen, portal, draft, error)
        toast = Toast("Saved", screen.name(made.values))
        return portal.redirect(request, f"{screen.path}/{made.id}", toast=toast)

    @routes.get("/found/{name}")
    def found(
        request: Request, name: str, principal: Annotated[Principal, _may(screen, "write")]
    ) -> Response:
        """Draw what a link can be set to: what is chosen, and what a search finds."""
        del principal
        query = request.query_params
        if name not in screen.finders:
            raise NotFound
        text = query.get(forms.FIND + name, "").strip()
        chosen = query.get(name, "")
        values, own = {name: chosen or None}, query.get("own", "")
        options = found_choices(screen, values, {name: text}, own)[name]
        context = {"name": name, "value": chosen, "options": options, "sought": text}
        return portal.page(request, "portal/record_found.html", context)


def _add_edit(routes: APIRouter, screen: Screen, portal: Portal) -> None:
    @routes.get("/{record_id}/edit")
    def edit(
        request: Request, record_id: str, _by: Annotated[Principal, _may(screen, "write")]
    ) -> Response:
        found = screen.collection.get(record_id)
        return _form(request, screen, portal, Draft.of(screen.collection.kind, found))

    @routes.post("/{record_id}")
    def update(
        request: Request,
        record_id: str,
        form: Sent,
        principal: Annotated[Principal, _may(screen, "write")],
    ) -> Response:
        found = screen.collection.get(record_id)
        given = forms.read(screen.collection.kind, form)
        seen, version = form.one("seen"), _version(form)
        mine = forms.changed(given, forms.read_marks(seen))
        draft = Draft(
            found.values | given,
            found,
            version,
            seen,
            add=form.one(forms.ADD),
            sought=form.sought(),
        )
        if draft.add:
            return _form(request, screen, portal, draft)
        try:
            written = screen.collection.update(record_id, mine, principal, expected=version)
        except Stale:
            return _overtaken(request, screen, portal, draft, mine)
        except RecordError as error:
            return _refused(request, screen, portal, draft, error)
        toast = Toast("Saved", screen.name(written.record.values)) if written.changed else None
        return portal.redirect(request, f"{screen.path}/{record_id}", toast=toast)


def _add_moves(routes: APIRouter, screen: Screen, portal: Portal) -> None:
    @routes.post("/{record_id}/delete")
    def delete(
        request: Request,
        record_id: str,
        form: Sent,
        principal: Annotated[Principal, _may(screen, "delete")],
    ) -> Response:
        found = screen.collection.get(record_id)
        try:
            screen.collection.delete(record_id, principal, expected=_version(form))
        except (Stale, InUse) as error:
            return portal.redirect(request, f"{screen.path}/{record_id}", toast=_why(error))
        toast = Toast("Deleted", screen.name(found.values))
        return portal.redirect(request, screen.path, toast=toast)

    @routes.post("/{record_id}/{name}")
    def move(
        request: Request,
        record_id: str,
        name: str,
        form: Sent,
        principal: Annotated[Principal, _may(screen, "write")],
    ) -> Response:
        wanted = next((each for each in screen.moves if each.name == name), None)
        if wanted is None:
            raise NotFound
        found = screen.collection.get(record_id)
        try:
            screen.collection.update(record_id, wanted.values, principal, expected=_version(form))
        except (Stale, Kept, Refused) as error:
            toast = _why(error)
        else:
            toast = Toast(wanted.done, screen.name(found.values))
        return portal.redirect(request, f"{screen.path}/{record_id}", toast=toast)


def _why(error: RecordError) -> Toast:
    """Return a refusal that has no field to stand beside."""
    if isinstance(error, InUse):
        return Toast("Still in use", label(str(error.extra["collection"])), bad=True)
    if isinstance(error, Stale):
        return Toast("Changed in the meantime", "Look again, then repeat it.", bad=True)
    return Toast(error.title, error.detail, bad=True)


def _version(form: Submitted) -> int:
    """Return the version the person saw; -1, which no record has, if the form says none."""
    text = form.one("version")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1  # noqa: PLR2004


def _form(
    request: Request,
    screen: Screen,
    portal: Portal,
    draft: Draft,
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    context = form_view(screen, portal, draft)
    return portal.page(request, "portal/record_form.html", context, status=status)


def _refused(
    request: Request, screen: Screen, portal: Portal, draft: Draft, error: RecordError
) -> HTMLResponse:
    """Draw the form again with what was refused; errors of no field go on to be a page."""
    refusal = refusal_of(error, screen.collection.kind, screen.path)
    return _form(request, screen, portal, replace(draft, refusal=refusal), error.status)


def _overtaken(
    request: Request, screen: Screen, portal: Portal, draft: Draft, mine: Values
) -> HTMLResponse:
    """Draw the form on the record as it is now, with this person's changes in it."""
    now = screen.collection.get(draft.record.id if draft.record else "")
    again = draft.over(screen.collection.kind, now, mine)
    return _form(request, screen, portal, again, HTTPStatus.CONFLICT)
