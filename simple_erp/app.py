"""The ERP as an app: mounted at /erp of a server, or alone with a data folder of its own."""

from fastapi import FastAPI

from ground.env import Env
from ground.records.api import Access
from ground.records.app import record_app
from portal import Kind, Portal, Principal, can
from simple_erp.service import open_erp


def create_app(env: Env, portal: Portal) -> FastAPI:
    """Return the app over its migrated database; `portal` guards it and draws its pages."""
    erp = open_erp(env)
    app = record_app("Simple ERP", erp.registry, Access("erp", portal.require, _passes_on))
    app.state.erp = erp
    return app


def _passes_on(author: Principal) -> bool:
    """Tell whether an author is another system: an integrator's key."""
    return author.kind is Kind.KEY and can(author, "erp.managed_fields.write")
