"""The REST API of the records of one app, the same for every kind."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ground import strict_json
from ground.idempotency import FirstAnswer, keyed
from ground.problem import Page, field_errors
from ground.problem import invalid as invalid_fields
from ground.records import documents
from ground.records.errors import RecordError
from ground.records.model import Author, ManagedField, Record, RecordKind, Write
from ground.records.service import Collection, Registry
from ground.refusals import Problem
from ground.strict_json import Json

M = TypeVar("M", bound=BaseModel)

API = "/api/v1"
_BULK_BYTES = 16 * 1_048_576
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call: `require(permission)` is a dependency that returns the author.

    trusts: whether an author passes on another system's records, so that raw values are kept.
    """

    house: str
    require: Callable[[str], Callable[[Request], Awaitable[Author]]]
    trusts: Callable[..., bool]

    def may(self, thing: str, action: str) -> Any:  # noqa: ANN401 (what FastAPI calls a dependency)
        """Return the dependency for one permission of this house."""
        return Depends(self.require(f"{self.house}.{thing}.{action}"))


async def body_bytes(request: Request) -> bytes:
    """Return the raw body of a JSON request; anything else is 415."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _JSON:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail="Send the body as application/json."
        )
    return await request.body()


JsonBody = Annotated[bytes, Depends(body_bytes)]
IfMatch = Annotated[str | None, Header()]


def answer(
    document: object, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a JSON answer."""
    return Response(strict_json.dumps(document), status, headers, _JSON)


def _record_answer(record: Record) -> Response:
    return answer(record.document(), HTTPStatus.OK, {"ETag": f'"{record.version}"'})


def _created(record: Record) -> FirstAnswer:
    body = strict_json.dumps(record.document())
    return FirstAnswer(HTTPStatus.CREATED, {"ETag": f'"{record.version}"'}, body)


def _first_answer(first: FirstAnswer) -> Response:
    again = {"Idempotency-Replayed": "true"} if first.replayed else {}
    return Response(first.body, first.status, {**first.headers, **again}, _JSON)


def install(app: FastAPI, kinds: Sequence[RecordKind], page: Page | None = None) -> None:
    """Answer record errors with problems, by `page` for people; describe records in OpenAPI."""

    async def refused(request: Request, error: Exception) -> Response:
        if not isinstance(error, RecordError):
            raise error
        refusal = documents.problem_of(error)
        return refusal.response() if page is None else page(request, refusal)

    app.add_exception_handler(RecordError, refused)
    original = app.openapi

    def described() -> dict[str, Any]:
        document = original()
        document.setdefault("components", {}).setdefault("schemas", {}).update(
            documents.schemas(kinds)
        )
        return document

    app.openapi = described  # type: ignore[method-assign]


def collection_routes(collection: Collection, access: Access) -> APIRouter:
    """Return the routes of one collection."""
    router = APIRouter(prefix=f"{API}/{collection.kind.name}", tags=[collection.kind.name])
    _add_reading(router, collection, access)
    _add_writing(router, collection, access)
    _add_bulk(router, collection, access)
    return router


def _add_reading(router: APIRouter, collection: Collection, access: Access) -> None:
    kind = collection.kind
    may_read = access.may(kind.name, "read")

    @router.get(
        "",
        dependencies=[may_read],
        responses={200: _content(documents.list_schema(kind))},
        openapi_extra={"parameters": documents.list_parameters(kind)},
    )
    def find(request: Request) -> Response:
        """List records: filter, search, sort, and page by cursor."""
        page = collection.find(request.query_params.multi_items())
        return answer({"items": [each.document() for each in page.items], "next": page.next})

    @router.get("/{record_id}", dependencies=[may_read], responses=_returns(kind))
    def get(record_id: str) -> Response:
        """Return one record; 410 if it was deleted."""
        return _record_answer(collection.get(record_id))


def _add_writing(router: APIRouter, collection: Collection, access: Access) -> None:
    kind = collection.kind
    may_write = access.may(kind.name, "write")

    @router.post(
        "",
        status_code=HTTPStatus.CREATED,
        responses={201: _content(documents.reference(kind.title))},
        openapi_extra=_takes(f"{kind.title}In"),
    )
    def create(
        request: Request,
        body: JsonBody,
        author: Annotated[Author, may_write],
        idempotency_key: Annotated[str | None, Header()] = None,
    ) -> Response:
        """Make a record; once, however often the same Idempotency-Key comes."""
        given = documents.values_of(strict_json.loads(body))
        if idempotency_key is None:
            return _first_answer(_created(collection.create(given, author)))
        path = f"{request.url.path}?{request.url.query}"
        asked = keyed(idempotency_key, author.id, method="POST", path=path, body=body)
        return _first_answer(collection.create_once(given, author, asked, _created))

    @router.patch(
        "/{record_id}", responses=_returns(kind), openapi_extra=_takes(f"{kind.title}Change")
    )
    def update(
        record_id: str,
        body: JsonBody,
        author: Annotated[Author, may_write],
        if_match: IfMatch = None,
    ) -> Response:
        """Replace the given fields."""
        given = documents.values_of(strict_json.loads(body))
        expected = documents.expected_version(if_match)
        return _record_answer(collection.update(record_id, given, author, expected=expected).record)

    @router.delete("/{record_id}")
    def delete(
        record_id: str,
        author: Annotated[Author, access.may(kind.name, "delete")],
        if_match: IfMatch = None,
    ) -> Response:
        """Delete the record; its tombstone stays."""
        expected = documents.expected_version(if_match)
        return _record_answer(collection.delete(record_id, author, expected=expected))


def _add_bulk(router: APIRouter, collection: Collection, access: Access) -> None:
    kind = collection.kind

    @router.post(
        "/bulk",
        max_body_size=_BULK_BYTES,
        responses={200: _content(documents.results_schema(kind))},
        openapi_extra={"requestBody": _content(documents.bulk_schema(kind))},
    )
    def bulk(body: JsonBody, author: Annotated[Author, access.may(kind.name, "write")]) -> Response:
        """Change or make up to 100 records, each by itself."""
        items = documents.items_of(strict_json.loads(body, max_bytes=_BULK_BYTES))
        writes = [item for item in items if isinstance(item, Write)]
        outcomes = iter(collection.bulk(writes, author, lenient=access.trusts(author)))
        results = [
            documents.result_of(next(outcomes), item.id)
            if isinstance(item, Write)
            else documents.result_of(item, None)
            for item in items
        ]
        return answer({"results": results})


class _ManagedIn(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    field: str = Field(max_length=60)
    kept_by: str = Field(min_length=1, max_length=120)
    text: str = Field(default="", max_length=500)


class _ManagedFieldsIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    fields: list[_ManagedIn] = Field(max_length=200)


def managed_routes(registry: Registry, access: Access) -> APIRouter:
    """Return the routes that say which fields another system keeps up."""
    router = APIRouter(prefix=f"{API}/managed-fields", tags=["managed fields"])

    def of(name: str) -> Collection:
        if name not in registry.kinds:
            raise Problem(HTTPStatus.NOT_FOUND)
        return registry.collection(name)

    @router.get("/{collection}", dependencies=[access.may("managed_fields", "read")])
    def get(collection: str) -> Response:
        """Return the managed fields of a collection."""
        return _managed_answer(of(collection))

    @router.put("/{collection}", openapi_extra=body_of(_ManagedFieldsIn))
    def put(
        collection: str,
        body: JsonBody,
        author: Annotated[Author, access.may("managed_fields", "write")],
    ) -> Response:
        """Make these the managed fields; from now on only this key may write them."""
        given = parsed(_ManagedFieldsIn, body)
        fields = {
            each.field: ManagedField(each.field, each.kept_by, each.text, author.id)
            for each in given.fields
        }
        of(collection).keep(list(fields.values()))
        return _managed_answer(of(collection))

    return router


def _managed_answer(collection: Collection) -> Response:
    return answer(
        {
            "fields": [
                {"field": each.field, "kept_by": each.kept_by, "text": each.text}
                for each in collection.managed().values()
            ]
        }
    )


def parsed(model: type[M], body: bytes) -> M:
    """Return the body as a model. Errors: StrictJsonError, Problem 422."""
    try:
        return model.model_validate(strict_json.loads(body), strict=True)
    except ValidationError as error:
        raise invalid_fields(field_errors(error)) from error


# OpenAPI


def _content(schema: Json) -> dict[str, Any]:
    return {"description": "", "content": {_JSON: {"schema": schema}}}


def _returns(kind: RecordKind) -> dict[int | str, dict[str, Any]]:
    return {200: _content(documents.reference(kind.title))}


def _takes(name: str) -> dict[str, Any]:
    return {"requestBody": _content(documents.reference(name)) | {"required": True}}


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return what tells OpenAPI of a request body."""
    return {"requestBody": _content(model.model_json_schema()) | {"required": True}}
