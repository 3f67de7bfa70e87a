"""Errors over HTTP: problem+json (RFC 9457), from one table of error class -> status.

An answer names fields and reasons and never repeats what was sent.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Protocol, TypeAlias

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ground.database import DatabaseBusy
from ground.refusals import Problem, phrase
from ground.strict_json import StrictJsonError, TooLarge

_log = structlog.get_logger(__name__)
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
_LONGEST_FIELD = 100
_WHERE = {"body", "query", "path", "header", "cookie"}
_REPEATS_INPUT = {"union_tag_invalid": "is not one of the known kinds"}
_ALWAYS: Mapping[type[Exception], int] = {
    DatabaseBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    StrictJsonError: HTTPStatus.BAD_REQUEST,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}

Page: TypeAlias = Callable[[Request, "Problem"], Response]


class _FieldErrors(Protocol):
    """What pydantic and FastAPI raise."""

    def errors(self) -> Sequence[Any]: ...


def invalid(errors: Sequence[Mapping[str, str]], detail: str = "") -> Problem:
    """Return the 422 for [{"field", "reason"}]."""
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Some values cannot be accepted",
        detail,
        type="urn:rectoverso:problem:invalid",
        extra={"errors": [dict(error) for error in errors]},
    )


def field_errors(error: _FieldErrors) -> list[dict[str, str]]:
    """Return a pydantic error as [{"field": "addresses.0.country", "reason": …}]."""
    found = []
    for each in error.errors():
        place = [str(part) for part in each["loc"]]
        if place and place[0] in _WHERE:
            place = place[1:]
        field = ".".join(place)[:_LONGEST_FIELD]
        reason = _REPEATS_INPUT.get(each["type"], each["msg"])
        found.append({"field": field, "reason": reason.removeprefix("Value error, ")})
    return found


def install(
    app: FastAPI, table: Mapping[type[Exception], int], *, page: Page | None = None
) -> None:
    """Answer every error of `app` with a problem; `page` draws it for a browser's own requests."""

    def answer(request: Request, problem: Problem) -> Response:
        if page is not None and "text/html" in request.headers.get("accept", ""):
            return page(request, problem)
        return problem.response()

    async def known(request: Request, error: Exception) -> Response:
        return answer(request, _from_error(error, _status(table, error)))

    async def unknown(request: Request, _error: Exception) -> Response:
        return answer(request, Problem(HTTPStatus.INTERNAL_SERVER_ERROR))

    for kind in (*_ALWAYS, *table, Problem, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, known)
    app.add_exception_handler(Exception, unknown)  # the server logs it


def _status(table: Mapping[type[Exception], int], error: Exception) -> int:
    for kind in type(error).__mro__:
        status = table.get(kind, _ALWAYS.get(kind))
        if status is not None:
            return int(status)
    return int(HTTPStatus.INTERNAL_SERVER_ERROR)


def _from_error(error: Exception, status: int) -> Problem:
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return invalid(field_errors(error))
        case HTTPException():
            return Problem(error.status_code, detail=_detail(error), headers=error.headers)
        case _:
            return _from_table(error, status)


def _from_table(error: Exception, status: int) -> Problem:
    headers = {"Retry-After": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.warning("http.unavailable", error=type(error).__name__, status=status)
        return Problem(status, headers=headers)
    words = _CAPITAL.sub(" ", type(error).__name__.removesuffix("Error")).lower()
    return Problem(
        status,
        words.capitalize(),
        str(error) or (error.__doc__ or "").split("\n", 1)[0],
        type=f"urn:rectoverso:problem:{words.replace(' ', '-')}",
        extra=getattr(error, "extra", None),
    )


def _detail(error: HTTPException) -> str:
    return "" if error.detail == phrase(error.status_code) else str(error.detail)
