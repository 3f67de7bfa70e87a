"""What the apps of the built-in systems have in common: problems, signs of life, the REST API."""

from collections.abc import Iterable, Sequence
from functools import cache
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

from fastapi import APIRouter, FastAPI, Response
from pydantic import BaseModel, ConfigDict, Field

from ground import problem
from ground.door import DoorError, NotSent
from ground.env import Env
from ground.notices import Endpoint, Outbox
from ground.records import api, documents
from ground.records.model import Author
from ground.records.service import Registry
from ground.refusals import Problem

_MOST_BYTES = 1_048_576
_EVERYTHING = "records.changed"


def record_app(
    title: str,
    registry: Registry,
    outbox: Outbox,
    access: api.Access,
    page: problem.Page | None = None,
) -> FastAPI:
    """Return an app with the REST API of all collections of `registry`.

    `page` draws refusals for people, where the app has pages too.
    """
    app = FastAPI(
        title=title,
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        max_body_size=_MOST_BYTES,
    )
    problem.install(app, {}, page=page)
    api.install(app, list(registry.kinds.values()), page)
    for router in _routers(registry, outbox, access):
        app.include_router(router)
    return app


def _routers(registry: Registry, outbox: Outbox, access: api.Access) -> Iterable[APIRouter]:
    yield _health_routes(registry)
    yield _meta_routes(registry, access)
    yield api.managed_routes(registry, access)
    yield _endpoint_routes(registry, outbox, access)
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


class _EndpointIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: str = Field(max_length=2000)
    topics: list[str] = Field(
        default=[_EVERYTHING],
        max_length=20,
        description=f"Collections to hear of; {_EVERYTHING} means all.",
    )
    own_changes: bool = Field(
        default=True,
        description="Whether to hear of what is changed with the key that adds this endpoint.",
    )


def _endpoint_routes(registry: Registry, outbox: Outbox, access: api.Access) -> APIRouter:
    """Return the routes by which other systems ask to be told of changes."""
    router = APIRouter(prefix=f"{api.API}/endpoints", tags=["endpoints"])
    env = registry.env

    @router.get("", dependencies=[access.may("endpoints", "read")])
    def read() -> Response:
        """Return who is told."""
        found = env.db.read(outbox.endpoints)
        return api.answer({"items": [_endpoint(each) for each in found], "next": None})

    @router.post("", status_code=HTTPStatus.CREATED, openapi_extra=api.body_of(_EndpointIn))
    def create(
        body: api.JsonBody, author: Annotated[Author, access.may("endpoints", "write")]
    ) -> Response:
        """Tell one more; its secret is in this answer and nowhere else."""
        given = api.parsed(_EndpointIn, body)
        topics = _collections(registry, given.topics)
        _check_address(env, given.url)
        except_by = None if given.own_changes else author.id
        endpoint_id, secret = env.db.write(
            lambda connection: outbox.add(
                connection, env, given.url, topics=topics, by=author.id, except_by=except_by
            )
        )
        return api.answer({"id": endpoint_id, "secret": secret}, HTTPStatus.CREATED)

    @router.delete("/{endpoint_id}", dependencies=[access.may("endpoints", "delete")])
    def delete(endpoint_id: str) -> Response:
        """Tell this one no more."""
        if not env.db.write(lambda connection: outbox.remove(connection, endpoint_id)):
            raise Problem(HTTPStatus.NOT_FOUND)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router


def _collections(registry: Registry, topics: Sequence[str]) -> list[str]:
    """Return the collections to tell of; none means all."""
    if _EVERYTHING in topics:
        return []
    for place, topic in enumerate(topics):
        if topic not in registry.kinds:
            known = ", ".join([_EVERYTHING, *registry.kinds])
            raise documents.invalid(f"topics[{place}]", f"Use some of: {known}.")
    return [*topics]


def _check_address(env: Env, url: str) -> None:
    """Refuse what the door would never let out; a name without address may get one yet."""
    try:
        env.http.check(url)
    except NotSent:
        return
    except DoorError as error:
        reason = "Notices cannot be sent there; give a public http or https address."
        raise documents.invalid("url", reason) from error


def _endpoint(endpoint: Endpoint) -> dict[str, object]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "topics": endpoint.topics or [_EVERYTHING],
        "own_changes": endpoint.except_by is None,
        "state": endpoint.state,
        "reason": endpoint.reason,
        "created_at": endpoint.created_at,
        "delivered_at": endpoint.delivered_at,
    }


@cache
def _version() -> str:
    try:
        return version("rectoverso")
    except PackageNotFoundError:
        return "unreleased"
