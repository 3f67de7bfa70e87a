"""One ASGI app: portal at /, CRM at /crm, ERP at /erp, hub at /hub, and two signs of life.

Notices of systems go straight to their route; everything else passes the portal's security.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, AsyncExitStack

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ground import strict_json
from hub.app import create_app as create_hub_app
from hub.attendance import attending
from hub.broker import open_broker
from hub.start import open_hub
from hub.webhooks.api import PREFIX as WEBHOOKS
from hub.webhooks.api import WebhookRoute
from portal import Portal
from rectoverso.readiness import readiness
from rectoverso.settings import Settings
from rectoverso.wiring import Houses
from simple_crm.app import create_app as create_crm_app
from simple_erp.app import create_app as create_erp_app

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_HEADERS = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


def build_app(houses: Houses) -> ASGIApp:
    """Return the app of the whole server over migrated databases."""
    portal = Portal(houses.env("portal"), hosts=_hosts(houses.settings))
    hub = open_hub(houses.hub_settings, houses.env("hub"), portal)
    apps = {
        "/crm": create_crm_app(houses.env("crm"), portal),
        "/erp": create_erp_app(houses.env("erp"), portal),
        "/hub": create_hub_app(hub),
        "": portal.app(),
    }
    return _Server(
        front=portal.security(_Front(apps)),
        webhooks=WebhookRoute(hub),
        ready=lambda: readiness(houses),
        lifespan=_Lifespan(
            list(apps.values()), lambda: attending(hub, open_broker(houses.hub_settings))
        ),
    )


def _hosts(settings: Settings) -> frozenset[str]:
    """Return the names the server answers to; a loopback server answers to nobody else's name."""
    return _LOOPBACK if settings.host in _LOOPBACK and settings.public_url is None else frozenset()


class _Server:
    """Parts what must be quick or always answer from the rest."""

    def __init__(
        self,
        *,
        front: ASGIApp,
        webhooks: ASGIApp,
        ready: Callable[[], Mapping[str, object]],
        lifespan: ASGIApp,
    ) -> None:
        self._front = front
        self._webhooks = webhooks
        self._ready = ready
        self._lifespan = lifespan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on by its path."""
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif scope["path"].startswith(WEBHOOKS):
            await self._webhooks(scope, receive, send)
        elif scope["path"] == "/healthz":
            await _answer(send, 200, {"status": "alive"})
        elif scope["path"] == "/readyz":
            found = await asyncio.to_thread(self._ready)
            await _answer(send, 200 if found["ready"] else 503, found)
        else:
            await self._front(scope, receive, send)


class _Front:
    """Gives each request to the app whose prefix its path has."""

    def __init__(self, apps: Mapping[str, ASGIApp]) -> None:
        self._apps = apps

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; the app sees its prefix as its root path."""
        path: str = scope["path"]
        prefix = path[: path.find("/", 1)] if path.find("/", 1) > 0 else path
        if prefix not in self._apps:
            prefix = ""
        inner = {**scope, "root_path": scope.get("root_path", "") + prefix} if prefix else scope
        if prefix and path == prefix:
            inner["path"] = f"{prefix}/"
        await self._apps[prefix](inner, receive, send)


class _Lifespan:
    """Runs the beginnings and ends of all apps and of what a web process does beside answering."""

    def __init__(
        self, apps: list[FastAPI], attend: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._apps = apps
        self._attend = attend

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Begin on the first message, end on the second."""
        await receive()
        async with AsyncExitStack() as stack:
            for app in self._apps:
                await stack.enter_async_context(app.router.lifespan_context(app))
            stack.enter_context(self._attend())
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


async def _answer(send: Send, status: int, document: Mapping[str, object]) -> None:
    body = strict_json.dumps(document)
    headers = [*_HEADERS, (b"content-length", str(len(body)).encode())]
    start: Message = {"type": "http.response.start", "status": status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body})
