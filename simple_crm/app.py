"""The CRM as an app: mounted at /crm of a server, or alone with a data folder of its own."""

from fastapi import FastAPI

from ground.env import Env
from ground.records.api import Access
from ground.records.app import record_app
from portal import Kind, Portal, Principal, can
from simple_crm.service import open_crm


def create_app(env: Env, portal: Portal) -> FastAPI:
    """Return the app over its migrated database; `portal` guards it and draws its pages."""
    crm = open_crm(env)
    app = record_app("Simple CRM", crm.registry, Access("crm", portal.require, _passes_on))
    app.state.crm = crm
    return app


def _passes_on(author: Principal) -> bool:
    """Tell whether an author is another system: an integrator's key."""
    return author.kind is Kind.KEY and can(author, "crm.managed_fields.write")
