"""One answer to many possible duplicates, ticked in their list."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response
from pydantic import Field
from starlette.requests import Request

from hub.conflicts.rules import Choice, Kind
from hub.errors import CannotUndo
from hub.resolutions.reviewing import review, take_back
from hub.wiring import Hub
from portal import PageForm, Portal, Principal, Toast, require

__all__ = ["router"]

Resolve = Annotated[Principal, Depends(require("hub.conflicts.resolve"))]
_LIST = f"/hub/conflicts?filter[kind]={Kind.POSSIBLE_DUPLICATE.value}"


class ReviewForm(PageForm):
    """The ticked conflicts, and all of the page as they were seen: `cf_1:2`, id and version."""

    choice: Choice
    ids: list[str] = Field(default_factory=list, max_length=200)
    seen: list[str] = Field(default_factory=list, max_length=200)


def router(hub: Hub, portal: Portal) -> APIRouter:
    """Return the route of answers to many."""
    routes = APIRouter(include_in_schema=False)

    @routes.post("/review")
    def answer(
        request: Request, form: Annotated[ReviewForm, Form()], principal: Resolve
    ) -> Response:
        """Settle what was ticked; what cannot be settled stays in the list, with its reason."""
        pairs = (each.rpartition(":") for each in form.seen)
        versions = {name: int(text) for name, _, text in pairs if text.isdecimal()}
        picked = [(each, versions.get(each, 0)) for each in form.ids]
        found = review(hub, picked, form.choice, principal.name)
        done = found.done
        problems = [each.problem for each in done if each.problem]
        settled = f"{len(done) - len(problems)} settled"
        title = settled if not problems else f"{settled}, {len(problems)} still open"
        toast = Toast(title, problems[0] if problems else "", bad=bool(problems))
        place = f"{_LIST}&reviewed={found.id}" if found.id else _LIST
        return portal.redirect(request, place, toast=toast)

    @routes.post("/review/{review_id}/undo")
    def undo(request: Request, review_id: str, principal: Resolve) -> Response:
        """Take all of them back."""
        try:
            done = take_back(hub, review_id, principal.name)
        except CannotUndo as error:
            toast = Toast("Not taken back", str(error), bad=True)
            return portal.redirect(request, _LIST, toast=toast)
        problems = [each.problem for each in done if each.problem]
        back = f"{len(done) - len(problems)} taken back"
        title = back if not problems else f"{back}, {len(problems)} not"
        toast = Toast(title, problems[0] if problems else "", bad=bool(problems))
        return portal.redirect(request, _LIST, toast=toast)

    return routes
