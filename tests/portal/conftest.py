from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI, File
from starlette.requests import Request

from ground import problem
from ground.database import open_database
from portal import Column, Filter, Grid, Module, NavEntry, Portal, Principal, Role, require
from portal.tables import METADATA
from tests.apps import Running

HERE = Path(__file__).parent
PASSWORD = "a-long-enough-password"

ITEMS = Grid(
    "/shop/items",
    columns=(
        Column("name", "Name", sortable=True, href=lambda item: f"/shop/items/{item['id']}"),
        Column("kind", "Type"),
    ),
    filters=(Filter("kind", "Type", [("a", "A")]),),
    search="Search items",
)


@pytest.fixture
def portal(env):
    """A portal on both databases, with one module."""
    env.db.create_all(METADATA)
    return _with_shop(Portal(env))


@pytest.fixture
def local_portal(clock, ids, http, tmp_path):
    """A portal on SQLite, for what HTTP shows."""
    import random

    from ground.env import Env

    database = open_database(f"sqlite:///{tmp_path}/portal.db", schema="portal", clock=clock)
    database.create_all(METADATA)
    env = Env(clock=clock, rng=random.Random(7), ids=ids, http=http, db=database)
    yield _with_shop(Portal(env))
    database.close()


@pytest.fixture
def a_user(local_portal):
    """a_user(role) -> User who signs in with PASSWORD."""

    def create(role=Role.ADMIN, email=None):
        email = email or f"{role}@example.com"
        return local_portal.create_user(str(role).title(), email, role, PASSWORD).user

    return create


@pytest.fixture
def running(socket_enabled):
    servers = Running()
    yield servers
    servers.stop()


@pytest.fixture
def address(running, local_portal):
    """The address of a server with the portal and a small shop."""
    app = local_portal.app()
    app.mount("/shop", _shop(local_portal))
    return f"http://127.0.0.1:{running.start(local_portal.security(app))}"


@pytest.fixture
def browser(address):
    """browser() -> a client that behaves like one tab: cookies, text/html, same origin."""
    clients = []

    def opened(**headers):
        client = Browser(address, headers)
        clients.append(client)
        return client

    yield opened
    for client in clients:
        client.http.close()


class Browser:
    """A browser without script: it reads the form token from the page, as a form would send it."""

    def __init__(self, address, headers):
        given = {"accept": "text/html", "sec-fetch-site": "same-origin"} | headers
        self.http = httpx.Client(base_url=address, headers=given)
        self.cookies = self.http.cookies

    def get(self, path, **options):
        return self.http.get(path, **options)

    def post(self, path, *, form="/sign-in", token=None, headers=None, **fields):
        """Load the page `form`, then send its form."""
        if token is None:
            token = read_token(self.get(form).text)
        return self.http.post(path, data={"csrf_token": token, **fields}, headers=headers)

    def sign_in(self, user, password=PASSWORD, **fields):
        email = user if isinstance(user, str) else user.email
        return self.post("/sign-in", email=email, password=password, **fields)


def read_token(page):
    return page.split('name="csrf-token" content="')[1].split('"')[0]


def _with_shop(portal):
    nav = [
        NavEntry("Items", "/shop/items", "package", "crm.items.read", search="q"),
        NavEntry("Hidden", "/shop/hidden", "lock", "crm.managed_fields.write"),
    ]
    module = Module("shop", "Shop", "store", "/shop", nav, HERE / "templates", text="A small shop.")
    portal.register(module)
    return portal


def _shop(portal):
    app = FastAPI()
    problem.install(app, {}, page=portal.refusal_page)

    @app.get("/items")
    def items(
        request: Request, principal: Annotated[Principal, Depends(require("crm.items.read"))]
    ):
        found = [{"id": "1", "name": "<img src=x onerror=alert(1)>", "kind": "a"}]
        context = {"grid": ITEMS.view(request.query_params, found)}
        return portal.page(request, "shop/items.html", context, block="grid")

    @app.post("/items")
    def upload(
        principal: Annotated[Principal, Depends(require("crm.items.write"))],
        file: Annotated[bytes, File()] = b"",
    ):
        return {"size": len(file), "by": principal.name}

    @app.get("/api/v1/items")
    def listed(principal: Annotated[Principal, Depends(require("crm.items.read"))]):
        return {"by": principal.name}

    @app.post("/api/v1/items")
    def written(principal: Annotated[Principal, Depends(require("crm.items.write"))]):
        return {"by": principal.name}

    return app
