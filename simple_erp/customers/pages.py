"""Pages of customers: list, card, form, block."""

from collections.abc import Mapping
from typing import Any

from ground.records.model import Record
from ground.records.service import Collection
from portal import Column, ColumnKind
from portal.record_pages import (
    Facts,
    Item,
    Move,
    Screen,
    Section,
    address_views,
    choice_labels,
    city_of,
    country_of,
    filter_of,
    point_views,
)
from simple_erp.customers.rules import CUSTOMERS

__all__ = ["screen"]

_TONES = {"active": "ok", "dormant": "warn", "closed": "", "blocked": "bad"}
_COLUMNS = (
    Column(
        "name",
        "Name",
        ColumnKind.AVATAR,
        sortable=True,
        href=lambda record: f"/erp/customers/{record['id']}",
    ),
    Column("number", "Number", ColumnKind.CODE, sortable=True),
    Column(
        "status",
        "Status",
        ColumnKind.BADGE,
        sortable=True,
        tones=_TONES,
        labels=choice_labels(CUSTOMERS, "status"),
    ),
    Column("payment_terms", "Payment terms", ColumnKind.CODE, sortable=True),
    Column("credit_limit", "Credit limit", ColumnKind.MONEY),
    Column("city", "City", value=city_of),
    Column("country", "Country", value=country_of, extra=True),
    Column("updated_at", "Changed", ColumnKind.AGO, sortable=True),
)
_SECTIONS = (
    Section(
        "Who it is",
        (
            Item("number", "third"),
            Item("kind", "third"),
            Item("status", "third"),
            Item("name", ""),
            Item("legal_name", "", "As registered; it stands on invoices."),
            Item("given_name", hint="For a person."),
            Item("family_name"),
            Item("roles", ""),
            Item("language"),
        ),
    ),
    Section(
        "Terms",
        (
            Item("currency"),
            Item("credit_limit", hint="What may be open at once; empty means no limit."),
            Item("payment_terms", hint="A code, for example NET30."),
            Item("payment_method"),
            Item("price_list"),
            Item("tax_class"),
        ),
        "How they buy and pay.",
    ),
    Section("Addresses", (Item("addresses", ""),)),
    Section("Ways to reach them", (Item("contact_points", ""),)),
    Section("Numbers", (Item("tax_ids", ""), Item("other_ids", ""))),
)
_MOVES = (
    Move(
        "block",
        "Block",
        "ban",
        {"status": "blocked"},
        "Nothing more is sold to this customer until it is unblocked.",
        "Blocked",
        lambda values: values["status"] != "blocked",
    ),
    Move(
        "unblock",
        "Unblock",
        "circle-check",
        {"status": "active"},
        "The customer can buy again.",
        "Unblocked",
        lambda values: values["status"] == "blocked",
    ),
)


def screen(customers: Collection) -> Screen:
    """Return the pages of customers."""
    return Screen(
        collection=customers,
        house="erp",
        icon="building-2",
        many="Customers",
        new="New customer",
        none="No customers yet",
        none_text="Customers buy, pay or supply; each has a number and terms.",
        columns=_COLUMNS,
        template="erp/customer.html",
        name=lambda values: str(values["name"]),
        detail=_detail,
        search="Search customers",
        filters=lambda: (filter_of(CUSTOMERS, "status"), filter_of(CUSTOMERS, "kind")),
        sections=_SECTIONS,
        moves=_MOVES,
    )


def _detail(record: Record, facts: Facts) -> Mapping[str, Any]:
    values = record.values
    return {
        "tones": _TONES,
        "statuses": choice_labels(CUSTOMERS, "status"),
        "addresses": address_views(values["addresses"]),
        "points": point_views(values["contact_points"]),
        "who": facts.filled("kind", "legal_name", "given_name", "family_name", "roles", "language"),
        "numbers": facts.of("tax_ids", "other_ids"),
        "terms": facts.of(
            "payment_terms", "payment_method", "price_list", "tax_class", "currency", "credit_limit"
        ),
    }
