"""The ERP under the shared shell: navigation, home-page figures, and the routes of its pages."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from portal import Figure, Module, NavEntry, Portal, Principal
from portal.record_pages import router
from simple_erp.categories import pages as categories
from simple_erp.customers import pages as customers
from simple_erp.products import pages as products
from simple_erp.service import Erp

__all__ = ["module", "routers"]


def module(erp: Erp) -> Module:
    """Return the ERP as the portal shows it."""

    def figures(_principal: Principal) -> list[Figure]:
        blocked = erp.customers.count([("filter[status]", "blocked")])
        return [
            Figure("Customers", f"{erp.customers.count():,}", "/erp/customers"),
            Figure("Products", f"{erp.products.count():,}", "/erp/products"),
            Figure("Blocked", f"{blocked:,}", "/erp/customers?filter[status]=blocked"),
        ]

    return Module(
        name="erp",
        title="ERP",
        icon="factory",
        prefix="/erp",
        nav=[
            NavEntry(
                "Customers",
                "/erp/customers",
                "building-2",
                "erp.customers.read",
                key="g k",
                search="q",
            ),
            NavEntry(
                "Products",
                "/erp/products",
                "package",
                "erp.products.read",
                key="g r",
                search="q",
            ),
            NavEntry(
                "Categories",
                "/erp/categories",
                "folder-tree",
                "erp.categories.read",
                search="q",
            ),
        ],
        templates=Path(__file__).parent / "templates",
        text="Customers with their numbers and terms, products with their prices.",
        figures=figures,
    )


def routers(erp: Erp, portal: Portal) -> list[APIRouter]:
    """Return the routes of every page."""
    first = APIRouter(include_in_schema=False)
    first.add_api_route("/", lambda: RedirectResponse("/erp/customers", 303))
    screens = (
        customers.screen(erp.customers),
        products.screen(erp.products, lambda: categories.category_options(erp.categories)),
        categories.screen(erp.categories, erp.products),
    )
    return [first, *(router(screen, portal) for screen in screens)]
