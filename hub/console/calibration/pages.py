"""The page of thresholds: what stewards decided, what it speaks for, and setting it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response
from pydantic import Field
from starlette.requests import Request

from hub.calibration.model import Proposal
from hub.calibration.rules import sentences
from hub.calibration.service import proposals, publish_thresholds, ship_again
from hub.errors import NothingToCalibrate, ThresholdsMoved
from hub.wiring import Hub
from portal import PageForm, Portal, Principal, Toast, can, require

__all__ = ["router"]

Read = Annotated[Principal, Depends(require("hub.golden.read"))]
Write = Annotated[Principal, Depends(require("hub.golden.write"))]
_PAGE = "/hub/matching"
_TITLES = {"person": "People", "company": "Companies", "product": "Products"}


class SeenForm(PageForm):
    """The version of the thresholds on screen."""

    seen: int = Field(ge=0)


def router(hub: Hub, portal: Portal) -> APIRouter:
    """Return the routes of calibration."""
    routes = APIRouter(prefix="/matching", include_in_schema=False)

    @routes.get("")
    def thresholds(request: Request, principal: Read) -> HTMLResponse:
        """Show the thresholds in force and those that the answers speak for."""
        context = {
            "kinds": [_view(each) for each in proposals(hub)],
            "may_write": can(principal, "hub.golden.write"),
        }
        return portal.page(request, "hub/matching.html", context)

    @routes.post("/{kind}/publish")
    def publish(
        request: Request, kind: str, form: Annotated[SeenForm, Form()], person: Write
    ) -> Response:
        """Decide by the proposed thresholds from now on."""
        try:
            publish_thresholds(hub, kind, seen=form.seen, by=person.name)
        except (ThresholdsMoved, NothingToCalibrate) as error:
            return portal.redirect(request, _PAGE, toast=_refused(error))
        return portal.redirect(request, _PAGE, toast=Toast("Published", _title(kind)))

    @routes.post("/{kind}/shipped")
    def back(
        request: Request, kind: str, form: Annotated[SeenForm, Form()], person: Write
    ) -> Response:
        """Decide by the shipped thresholds again."""
        try:
            ship_again(hub, kind, seen=form.seen, by=person.name)
        except (ThresholdsMoved, NothingToCalibrate) as error:
            return portal.redirect(request, _PAGE, toast=_refused(error))
        return portal.redirect(request, _PAGE, toast=Toast("As shipped again", _title(kind)))

    return routes


def _refused(error: Exception) -> Toast:
    return Toast("Nothing was changed", str(error), bad=True)


def _title(kind: str) -> str:
    return _TITLES.get(kind, kind.capitalize())


def _view(told: Proposal) -> dict[str, Any]:
    stages = (told.shipped, told.current, told.proposed)
    return {
        "kind": told.kind,
        "title": _title(told.kind),
        "version": told.current.version,
        "changes": told.changes,
        "is_shipped": (told.current.link, told.current.review)
        == (told.shipped.link, told.shipped.review),
        "same": told.same,
        "different": told.different,
        "open": told.open,
        "rows": [
            (title, f"{each.link:.1f}", f"{each.review:.1f}")
            for title, each in zip(("Shipped", "In force", "Proposed"), stages, strict=True)
        ],
        "sentences": sentences(told),
    }
