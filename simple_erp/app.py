"""The ERP as an app: mounted at /erp of a server, or alone with a data folder of its own."""

import sys
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp

import portal
from ground.database import open_database
from ground.door import SafeHttp
from ground.env import Env, SystemClock, spawn, system_env
from ground.notices import Vault
from ground.records.api import Access
from ground.records.app import record_app
from portal import Kind, Portal, Principal, can
from simple_erp import pages
from simple_erp.notices import sender
from simple_erp.service import open_erp
from simple_erp.settings import ErpSettings

MIGRATIONS = Path(__file__).parent / "migrations"


def create_app(env: Env, portal: Portal, vault: Vault | None = None) -> FastAPI:
    """Return the app over its migrated database; `portal` guards it and draws its pages."""
    erp = open_erp(env, vault)
    access = Access("erp", portal.require, _passes_on)
    app = record_app("Simple ERP", erp.registry, erp.outbox, access, portal.refusal_page)
    portal.register(pages.module(erp))
    for router in pages.routers(erp, portal):
        app.include_router(router)
    app.state.erp = erp
    return app


def _passes_on(author: Principal) -> bool:
    """Tell whether an author is another system: an integrator's key."""
    return author.kind is Kind.KEY and can(author, "erp.managed_fields.write")


def standalone(settings: ErpSettings | None = None) -> ASGIApp:
    """Return a server that is the ERP and its front door; it makes what it needs on first start."""
    settings = settings or ErpSettings()
    settings.data.mkdir(parents=True, exist_ok=True)
    door = SafeHttp(allow=settings.allow, clock=SystemClock())
    env = _opened(settings, door, "erp", MIGRATIONS)
    front = Portal(
        _opened(settings, door, "portal", Path(portal.__file__).parent / "migrations"),
        hosts=settings.hosts,
    )
    _tell_first_sign_in(front)
    spawn("erp-notices", lambda: sender(env).run(lambda: False))
    server = FastAPI(title="Simple ERP", openapi_url=None)
    server.mount("/erp", create_app(env, front))
    server.mount("/", front.app())
    return front.security(server)


def _opened(settings: ErpSettings, door: SafeHttp, house: str, migrations: Path) -> Env:
    from ground.migrate import upgrade  # noqa: PLC0415  a mounted app is migrated by its server

    url = settings.database(house)
    upgrade(migrations, url, house)
    return system_env(db=open_database(url, schema=house), http=door)


def _tell_first_sign_in(front: Portal) -> None:
    admin = front.ensure_admin()
    if admin is not None:
        sys.stderr.write(f"Sign in as {admin.user.email} with {admin.password}\n")
