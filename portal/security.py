"""The outermost layer of every app: response headers, and no state change on another site's behalf.

Pure ASGI, so that API calls pay almost nothing. Calls with a bearer token and calls without any of
our cookies carry no authority of a browser and pass; they meet the permission check further in.
"""

from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.secrets import form_token_fits

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_FIELD = "csrf_token"
_FORM_MOST = 1_048_576
_FIRST_PART_MOST = 8192
_HEADERS = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000")
_UNCACHED = (b"cache-control", b"private, no-store")

Headers = dict[bytes, bytes]


def session_cookie(scheme: str) -> str:
    """Return the name of the session cookie; over https no other host can set it."""
    return "__Host-rv_session" if scheme == "https" else "rv_session"


VISIT_COOKIE = "rv_visit"
"""A random value of a browser that is not signed in: it binds the sign-in form."""


def form_cookie(scheme: str, cookies: dict[str, str]) -> str:
    """Return the cookie value to which this browser's form tokens are bound, or ""."""
    return cookies.get(session_cookie(scheme)) or cookies.get(VISIT_COOKIE, "")


class Security:
    """Wraps the whole application; `hosts` are the names it answers to, empty for any."""

    def __init__(self, app: ASGIApp, portal: object, hosts: Collection[str] = ()) -> None:
        self._app = app
        self._portal = portal
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the request, then pass it on with the headers added to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["portal"] = self._portal
        headers: Headers = dict(scope["headers"])
        send = _with_headers(send, https=scope["scheme"] == "https")
        refused = self._host_problem(headers)
        if refused is None and scope["method"] not in SAFE:
            refused, receive = await _check_origin(scope, headers, receive)
        if refused is not None:
            await _refuse(send, *refused)
            return
        await self._app(scope, receive, send)

    def _host_problem(self, headers: Headers) -> tuple[HTTPStatus, str] | None:
        if not self._hosts:
            return None
        host = urlsplit("//" + headers.get(b"host", b"").decode("latin-1")).hostname or ""
        return None if host in self._hosts else (HTTPStatus.BAD_REQUEST, "unknown host")


async def _check_origin(
    scope: Scope, headers: Headers, receive: Receive
) -> tuple[tuple[HTTPStatus, str] | None, Receive]:
    """Return why an unsafe request is refused, or None, and how to receive its body."""
    if headers.get(b"authorization", b"")[:7].lower() == b"bearer ":
        return None, receive
    if not _same_site(headers):
        return (HTTPStatus.FORBIDDEN, "This request came from another site."), receive
    cookies = cookie_parser(headers.get(b"cookie", b"").decode("latin-1"))
    bound = form_cookie(scope["scheme"], cookies)
    if not bound:
        return None, receive
    token = headers.get(b"x-csrf-token", b"").decode("latin-1")
    if not token:
        token, receive = await _token_in_form(headers, receive)
    if form_token_fits(token, bound):
        return None, receive
    return (HTTPStatus.FORBIDDEN, "This form is too old. Load the page again."), receive


def _same_site(headers: Headers) -> bool:
    """Tell whether the browser says the page is ours; a program that says nothing is no browser."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site in (b"same-origin", b"none")
    origin = headers.get(b"origin")
    return origin is None or urlsplit(origin).netloc == headers.get(b"host", b"")


async def _token_in_form(headers: Headers, receive: Receive) -> tuple[str, Receive]:
    """Return the form's token and a `receive` that gives the body once more."""
    kind = headers.get(b"content-type", b"")
    if kind.startswith(b"application/x-www-form-urlencoded"):
        taken, body = await _take(receive, _FORM_MOST)
        fields = dict(parse_qsl(body.decode("latin-1"))) if len(body) <= _FORM_MOST else {}
        return fields.get(FORM_FIELD, ""), _again(taken, receive)
    if kind.startswith(b"multipart/form-data"):
        taken, body = await _take(receive, _FIRST_PART_MOST)
        return _first_part(body), _again(taken, receive)
    return "", receive


async def _take(receive: Receive, most: int) -> tuple[list[Message], bytes]:
    """Receive until the body ends or is longer than `most`."""
    taken: list[Message] = []
    body = b""
    while len(body) <= most:
        message = await receive()
        taken.append(message)
        body += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body"):
            break
    return taken, body


def _again(taken: list[Message], receive: Receive) -> Receive:
    messages = iter(taken)

    async def replay() -> Message:
        for message in messages:
            return message
        return await receive()

    return replay


def _first_part(body: bytes) -> str:
    """Return the token if it is the first part of a multipart body, where our forms put it."""
    head, blank, rest = body[:_FIRST_PART_MOST].partition(b"\r\n\r\n")
    if not blank or f'name="{FORM_FIELD}"'.encode() not in head:
        return ""
    return rest.partition(b"\r\n")[0].decode("latin-1")


def _with_headers(send: Send, *, https: bool) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", ()))
            names = {name for name, _ in given}
            given.extend(pair for pair in _HEADERS if pair[0] not in names)
            if b"cache-control" not in names:
                given.append(_UNCACHED)
            if https:
                given.append(_HSTS)
            message["headers"] = given
        await send(message)

    return send_with_headers


async def _refuse(send: Send, status: HTTPStatus, text: str) -> None:
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body})
