"""What the apps of the built-in systems have in common: problems, signs of life, the REST API."""

from collections.abc import Iterable
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version

from fastapi import APIRouter, FastAPI, Response

from ground import problem
from ground.records import api
from ground.records.service import Registry

_MOST_BYTES = 1_048_576


def record_app(title: str, registry: Registry, access: api.Access) -> FastAPI:
    """Return an app with the REST API of all collections of `registry`."""
    app = FastAPI(
        title=title,
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        max_body_size=_MOST_BYTES,
    )
    problem.install(app, {})
    api.install(app, list(registry.kinds.values()))
    for router in _routers(registry, access):
        app.include_router(router)
    return app


def _routers(registry: Registry, access: api.Access) -> Iterable[APIRouter]:
    yield _health_routes(registry)
    yield _meta_routes(registry, access)
    yield api.managed_routes(registry, access)
    for name in registry.kinds:
        yield api.collection_routes(registry.collection(name), access)


def _health_routes(registry: Registry) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def alive() -> Response:
        """Tell that the process answers."""
        return api.answer({"status": "ok"})

    @router.get("/readyz")
    def ready() -> Response:
        """Tell whether the database answers and has its tables."""
        if registry.is_ready():
            return api.answer({"status": "ok"})
        return api.answer({"status": "not ready"}, HTTPStatus.SERVICE_UNAVAILABLE)

    return router


def _meta_routes(registry: Registry, access: api.Access) -> APIRouter:
    router = APIRouter(prefix=api.API, tags=["meta"])

    @router.get("/meta", dependencies=[access.may("meta", "read")])
    def meta() -> Response:
        """Return what system this is, its version and its time."""
        return api.answer(
            {
                "system": f"simple_{access.house}",
                "version": _version(),
                "time": registry.env.clock.now(),
            }
        )

    return router


def _version() -> str:
    try:
        return version("rectoverso")
    except PackageNotFoundError:
        return "unreleased"
