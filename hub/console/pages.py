"""The hub under the shared shell: navigation, and the routes of all its pages."""

from pathlib import Path

from fastapi import APIRouter

from hub.conflicts import store as conflicts
from hub.console.activity import pages as activity
from hub.console.calibration import pages as calibration
from hub.console.conflicts import pages as conflict_pages
from hub.console.connections import pages as connections
from hub.console.life import pages as life
from hub.console.mappings import pages as mappings
from hub.console.overview import pages as overview
from hub.console.privacy import pages as privacy
from hub.console.quality import pages as quality
from hub.console.records import pages as records
from hub.console.review import pages as review
from hub.golden import store as goldens
from hub.wiring import Hub
from portal import Figure, Module, NavEntry, Portal, Principal

__all__ = ["module", "routers"]


def module(hub: Hub) -> Module:
    """Return the hub as the portal shows it."""

    def waiting(principal: Principal) -> int | None:
        del principal
        return hub.db.read(conflicts.count_open) or None

    def figures(principal: Principal) -> list[Figure]:
        del principal
        counts = hub.db.read(goldens.counts)
        return [
            Figure(
                "Golden customers",
                f"{counts.get(('customer', 'active'), 0):,}",
                "/hub/records/customers",
            ),
            Figure(
                "Golden products",
                f"{counts.get(('product', 'active'), 0):,}",
                "/hub/records/products",
            ),
            Figure("Open conflicts", f"{hub.db.read(conflicts.count_open):,}", "/hub/conflicts"),
        ]

    return Module(
        name="hub",
        title="Hub",
        icon="waypoints",
        prefix="/hub",
        nav=[
            NavEntry("Overview", "/hub", "gauge", "hub.golden.read", key="g o"),
            NavEntry(
                "Conflicts",
                "/hub/conflicts",
                "git-compare-arrows",
                "hub.conflicts.read",
                badge=waiting,
                group="Steward",
                key="g x",
            ),
            NavEntry(
                "Quality",
                "/hub/quality",
                "badge-check",
                "hub.golden.read",
                group="Steward",
                key="g q",
            ),
            NavEntry("Matching", "/hub/matching", "scale", "hub.golden.read", group="Steward"),
            NavEntry(
                "Customers",
                "/hub/records/customers",
                "building-2",
                "hub.golden.read",
                group="Golden records",
                key="g u",
                search="q",
            ),
            NavEntry(
                "Products",
                "/hub/records/products",
                "package",
                "hub.golden.read",
                group="Golden records",
                search="q",
            ),
            NavEntry(
                "Contacts",
                "/hub/records/contacts",
                "contact",
                "hub.golden.read",
                group="Golden records",
                search="q",
            ),
            NavEntry(
                "Categories",
                "/hub/records/categories",
                "folder-tree",
                "hub.golden.read",
                group="Golden records",
                search="q",
            ),
            NavEntry(
                "Connections",
                "/hub/connections",
                "plug-zap",
                "hub.connections.read",
                group="Integrate",
                key="g i",
            ),
            NavEntry(
                "Mappings",
                "/hub/mappings",
                "arrow-left-right",
                "hub.mappings.read",
                group="Integrate",
                key="g m",
            ),
            NavEntry(
                "Events", "/hub/events", "inbox", "hub.events.read", group="Integrate", key="g v"
            ),
            NavEntry(
                "Effects", "/hub/effects", "send", "hub.events.read", group="Integrate", key="g f"
            ),
        ],
        templates=Path(__file__).parent / "templates",
        text="Golden records, and the agreement of all systems with them.",
        figures=figures,
    )


def routers(hub: Hub, portal: Portal) -> list[APIRouter]:
    """Return the routes of every page."""
    screens = (
        overview,
        quality,
        calibration,
        privacy,
        life,
        records,
        review,
        conflict_pages,
        activity,
        connections,
        mappings,
    )
    return [each.router(hub, portal) for each in screens]
