"""The CRM under the shared shell: navigation, home-page figures, and the routes of its pages."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from portal import Figure, Module, NavEntry, Portal, Principal
from portal.record_pages import router
from simple_crm.categories import pages as categories
from simple_crm.contacts import pages as contacts
from simple_crm.customers import pages as customers
from simple_crm.products import pages as products
from simple_crm.service import Crm

__all__ = ["module", "routers"]

_LIVING = [("filter[archived]", "false")]


def module(crm: Crm) -> Module:
    """Return the CRM as the portal shows it."""

    def figures(_principal: Principal) -> list[Figure]:
        won = [*_LIVING, ("filter[lifecycle]", "customer")]
        leads = [*_LIVING, ("filter[lifecycle]", "lead")]
        return [
            Figure(
                "Customers",
                f"{crm.customers.count(won):,}",
                "/crm/customers?filter[lifecycle]=customer",
            ),
            Figure(
                "Leads",
                f"{crm.customers.count(leads):,}",
                "/crm/customers?filter[lifecycle]=lead",
            ),
            Figure("Contacts", f"{crm.contacts.count(_LIVING):,}", "/crm/contacts"),
        ]

    return Module(
        name="crm",
        title="CRM",
        icon="contact",
        prefix="/crm",
        nav=[
            NavEntry(
                "Customers",
                "/crm/customers",
                "building-2",
                "crm.customers.read",
                key="g c",
                search="q",
            ),
            NavEntry(
                "Contacts",
                "/crm/contacts",
                "contact",
                "crm.contacts.read",
                key="g t",
                search="q",
            ),
            NavEntry(
                "Products",
                "/crm/products",
                "package",
                "crm.products.read",
                key="g p",
                search="q",
            ),
            NavEntry(
                "Categories",
                "/crm/categories",
                "folder-tree",
                "crm.categories.read",
                search="q",
            ),
        ],
        templates=Path(__file__).parent / "templates",
        text="Customers, the people who speak for them, and what we can offer.",
        figures=figures,
    )


def routers(crm: Crm, portal: Portal) -> list[APIRouter]:
    """Return the routes of every page."""
    first = APIRouter(include_in_schema=False)
    first.add_api_route("/", lambda: RedirectResponse("/crm/customers", 303))
    screens = (
        customers.screen(crm.customers, crm.contacts, portal),
        contacts.screen(crm.contacts, crm.customers, portal),
        products.screen(crm.products, lambda: categories.category_options(crm.categories)),
        categories.screen(crm.categories, crm.products),
    )
    return [first, *(router(screen, portal) for screen in screens)]
