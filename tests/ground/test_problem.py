"""Errors over HTTP, through a real app without a network."""

import asyncio
import json
from contextlib import suppress
from typing import Literal

import pytest
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, field_validator
from starlette.responses import PlainTextResponse

from ground import problem, strict_json
from ground.database import DatabaseBusy
from ground.refusals import Problem


class StaleRecordError(Exception):
    """The record has changed since you read it."""


class OwnedFieldError(StaleRecordError):
    def __init__(self, field):
        super().__init__("that field is kept by another system")
        self.extra = {"field": field}


class Shop(BaseModel):
    kind: Literal["small", "large"]
    size: int

    @field_validator("size")
    @classmethod
    def positive(cls, value):
        if value < 0:
            raise ValueError("is negative")
        return value


ERRORS = {
    "stale": StaleRecordError(),
    "owned": OwnedFieldError("terms"),
    "busy": DatabaseBusy("locked"),
    "large": strict_json.TooLarge(),
    "json": strict_json.StrictJsonError(strict_json.Reason.NUL),
    "teapot": HTTPException(418, "short and stout", {"x-spout": "yes"}),
    "gone": HTTPException(410),
    "own": Problem(409, "Taken", extra={"by": "cu_1"}, headers={"x-a": "b"}),
    "bug": ZeroDivisionError("secret number 7"),
}


def an_app(**options):
    app = FastAPI()
    problem.install(app, {StaleRecordError: 412}, **options)

    @app.get("/error/{name}")
    def fail(name):
        raise ERRORS[name]

    @app.post("/shops")
    def shop(shop: Shop):
        return shop

    return app


def ask(app, method, path, body=b"", accept="*/*"):
    """Call the app as a server would; return status, headers, body."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"accept", accept.encode())]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": headers,
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "server": ("test", 80),
        "client": ("test", 1),
        "root_path": "",
    }
    with suppress(ZeroDivisionError):  # the server logs it, after the answer
        asyncio.run(app(scope, receive, send))
    head = {key.decode(): value.decode() for key, value in sent[0]["headers"]}
    return sent[0]["status"], head, b"".join(each.get("body", b"") for each in sent[1:])


@pytest.mark.parametrize(
    ("name", "status", "expected"),
    [
        (
            "stale",
            412,
            {
                "type": "urn:rectoverso:problem:stale-record",
                "title": "Stale record",
                "detail": "The record has changed since you read it.",
            },
        ),
        (
            "owned",
            412,
            {
                "type": "urn:rectoverso:problem:owned-field",
                "title": "Owned field",
                "detail": "that field is kept by another system",
                "field": "terms",
            },
        ),
        ("busy", 503, {"type": "about:blank", "title": "Service Unavailable"}),
        (
            "large",
            413,
            {
                "type": "urn:rectoverso:problem:too-large",
                "title": "Too large",
                "detail": "too_large",
            },
        ),
        (
            "json",
            400,
            {
                "type": "urn:rectoverso:problem:strict-json",
                "title": "Strict json",
                "detail": "nul",
            },
        ),
        (
            "teapot",
            418,
            {"type": "about:blank", "title": "I'm a Teapot", "detail": "short and stout"},
        ),
        ("gone", 410, {"type": "about:blank", "title": "Gone"}),
        ("own", 409, {"type": "about:blank", "title": "Taken", "by": "cu_1"}),
        ("bug", 500, {"type": "about:blank", "title": "Internal Server Error"}),
    ],
)
def test_each_error_has_its_problem(name, status, expected):
    answered, headers, body = ask(an_app(), "GET", f"/error/{name}")
    assert answered == status
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body) == {"status": status, **expected}


def test_busy_says_when_to_come_back_and_headers_are_kept():
    assert ask(an_app(), "GET", "/error/busy")[1]["retry-after"] == "1"
    assert ask(an_app(), "GET", "/error/teapot")[1]["x-spout"] == "yes"
    assert ask(an_app(), "GET", "/error/own")[1]["x-a"] == "b"


def test_a_path_that_is_not_there_is_a_problem_too():
    status, headers, body = ask(an_app(), "GET", "/nowhere")
    assert (status, headers["content-type"]) == (404, "application/problem+json")
    assert json.loads(body)["title"] == "Not Found"


def test_bad_values_are_named_and_never_repeated():
    sent = {"kind": "canary-kind", "size": -77777}
    status, _, body = ask(an_app(), "POST", "/shops", json.dumps(sent).encode())
    assert status == 422
    assert json.loads(body)["errors"] == [
        {"field": "kind", "reason": "Input should be 'small' or 'large'"},
        {"field": "size", "reason": "is negative"},
    ]
    assert b"canary" not in body
    assert b"77777" not in body


def test_a_browser_gets_a_page_where_there_is_one():
    app = an_app(page=lambda _, found: PlainTextResponse(found.title, found.status))
    assert ask(app, "GET", "/error/stale", accept="text/html,*/*")[2] == b"Stale record"
    assert ask(app, "GET", "/error/stale")[1]["content-type"] == "application/problem+json"
