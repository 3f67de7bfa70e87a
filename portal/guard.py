"""Who makes this request, and may they: the dependency that stands before every route.

A browser that is not signed in is led to the sign-in page; an API call gets 401 or 403.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Protocol, cast
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request

from ground.database import DatabaseBusy
from ground.env import Env
from portal import sign_in
from portal.i18n import language, pick_language
from portal.model import Principal
from portal.rules import can, local_path
from portal.security import session_cookie
from portal.store import KeyRing

Guard = Callable[[Request], Awaitable[Principal]]
LANGUAGE_COOKIE = "rv_language"


class _Door(Protocol):
    """The part of the Portal that the guard needs."""

    env: Env
    keys: KeyRing


def require(permission: str) -> Guard:
    """Return the dependency that lets a request pass only if its principal holds the permission."""

    async def guard(request: Request) -> Principal:
        principal = await authenticate(request)
        if principal is None:
            raise _sign_in_first(request)
        if not can(principal, permission):
            raise HTTPException(HTTPStatus.FORBIDDEN, f"This needs the permission {permission}.")
        return principal

    return guard


async def authenticate(request: Request) -> Principal | None:
    """Return who makes the request, or None; a bearer token alone decides where there is one."""
    if hasattr(request.state, "principal"):
        return cast("Principal | None", request.state.principal)
    door = cast("_Door", request.scope["portal"])
    # A local read takes less time than a hop to a thread; a read over the network does not.
    if door.env.db.dialect == "sqlite":
        principal = _look_up(door, request)
    else:
        principal = await run_in_threadpool(_look_up, door, request)
    request.state.principal = principal
    language.set(language_of(request, principal))
    return principal


def authenticate_refused(request: Request) -> Principal | None:
    """Return who met a refusal, for its page; nobody if that cannot be told now."""
    if not hasattr(request.state, "principal"):
        try:
            request.state.principal = _look_up(cast("_Door", request.scope["portal"]), request)
        except DatabaseBusy:
            request.state.principal = None
    return cast("Principal | None", request.state.principal)


def language_of(request: Request, principal: Principal | None) -> str:
    """Return the language: the user's, else the browser's choice here, else its header."""
    chosen = (principal.language if principal else "") or request.cookies.get(LANGUAGE_COOKIE, "")
    return pick_language(chosen, request.headers.get("accept-language", ""))


def wants_page(request: Request) -> bool:
    """Tell whether a person's browser asks, not a program."""
    accepts = request.headers.get("accept", "")
    return "/api/" not in request.url.path and ("text/html" in accepts or is_htmx(request))


def is_htmx(request: Request) -> bool:
    """Tell whether htmx asks for a fragment."""
    return "hx-request" in request.headers


def _look_up(door: _Door, request: Request) -> Principal | None:
    authorization = request.headers.get("authorization", "")
    if authorization:
        kind, _, secret = authorization.partition(" ")
        if kind.lower() != "bearer":
            return None
        return sign_in.principal_of_key(door.env, door.keys, secret.strip())
    token = request.cookies.get(session_cookie(request.url.scheme))
    return sign_in.principal_of_session(door.env, token) if token else None


def _sign_in_first(request: Request) -> HTTPException:
    if not wants_page(request):
        return HTTPException(
            HTTPStatus.UNAUTHORIZED,
            "Sign in, or send a valid API key.",
            {"WWW-Authenticate": "Bearer"},
        )
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if is_htmx(request):
        shown = urlsplit(request.headers.get("hx-current-url", "/"))
        here = local_path(shown.path + (f"?{shown.query}" if shown.query else ""))
        target = f"/sign-in?next={quote(here)}"
        return HTTPException(HTTPStatus.UNAUTHORIZED, "Sign in.", {"HX-Redirect": target})
    back = here if request.method == "GET" else "/"
    return HTTPException(
        HTTPStatus.SEE_OTHER, "Sign in.", {"Location": f"/sign-in?next={quote(back)}"}
    )
