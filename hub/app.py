"""The hub's app, mounted at /hub: REST under /api/v1. Notices have their own route beside it."""

from fastapi import FastAPI

from ground import problem
from hub import errors
from hub.console import pages as console
from hub.rest.calibration import api as calibration
from hub.rest.clusters import api as clusters
from hub.rest.conflicts import api as conflicts
from hub.rest.connections import api as connections
from hub.rest.deletes import api as deletes
from hub.rest.effects import api as effects
from hub.rest.events import api as events
from hub.rest.feed import api as feed
from hub.rest.golden import api as golden
from hub.rest.hierarchy import api as hierarchy
from hub.rest.mapping_versions import api as mapping_versions
from hub.rest.mappings import api as mappings
from hub.rest.onboarding import api as onboarding
from hub.rest.polling import api as polling
from hub.rest.privacy import api as privacy
from hub.rest.quality import api as quality
from hub.rest.watching import api as watching
from hub.wiring import Hub
from mappings import DocumentRefused
from master_data.errors import NoSuchGolden

__all__ = ["create_app"]

_API = "/api/v1"
_STATUS: dict[type[Exception], int] = {
    errors.UnknownConnection: 404,
    errors.UnknownObjectType: 404,
    errors.UnknownMappingVersion: 404,
    errors.UnknownEvent: 404,
    errors.UnknownEffect: 404,
    errors.UnknownConflict: 404,
    errors.UnknownReview: 404,
    errors.UnknownSecret: 404,
    errors.UnknownSubscriber: 404,
    errors.LastSecret: 409,
    errors.NoBlownFuse: 409,
    NoSuchGolden: 404,
    errors.ConnectionExists: 409,
    errors.WrongState: 409,
    errors.MappingMoved: 409,
    errors.NotPublishable: 409,
    DocumentRefused: 422,
    errors.ConflictMoved: 409,
    errors.BadConnection: 422,
    errors.WrongChoice: 422,
    errors.WrongMerge: 422,
    errors.BadPin: 422,
    errors.ToldApart: 409,
    errors.CannotUndo: 409,
    errors.ThresholdsMoved: 409,
    errors.NothingToCalibrate: 409,
    errors.UnknownDecision: 404,
    errors.BadCursor: 400,
    errors.KeyTrouble: 500,
}


def create_app(hub: Hub) -> FastAPI:
    """Return the app over an open hub whose `portal` guards it."""
    app = FastAPI(
        title="Rectoverso hub",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        max_body_size=1_048_576,
    )
    # these first: /connections/{connection}/reconcile and …/fuse are no actions on a connection
    first = (polling, deletes, onboarding, connections)
    usual = (
        events,
        effects,
        conflicts,
        clusters,
        privacy,
        quality,
        calibration,
        feed,
        golden,
        hierarchy,
        watching,
    )
    for each in (*first, *usual, mapping_versions, mappings):
        app.include_router(each.router(hub), prefix=_API)
    app.include_router(watching.metrics(hub))
    if hub.portal is not None:
        hub.portal.register(console.module(hub))
        for pages in console.routers(hub, hub.portal):
            app.include_router(pages)
    problem.install(app, _STATUS, page=hub.portal.refusal_page if hub.portal else None)
    return app
