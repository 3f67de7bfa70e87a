"""Pages of customers: list, card, form, archive."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from ground.records.model import Record, Values
from ground.records.service import Collection
from ground.strict_json import Json
from portal import Column, ColumnKind, Filter, Portal, Principal
from portal.record_pages import (
    Facts,
    Item,
    Move,
    Options,
    Screen,
    Section,
    Shown,
    Word,
    address_views,
    choice_labels,
    city_of,
    country_of,
    elements_of,
    filter_of,
    phone_of,
    point_views,
)
from simple_crm.customers.rules import CUSTOMERS

__all__ = ["screen"]

_MOST_CONTACTS = 50
_MOST_BELOW = 200
_FOUND = 10
_ARCHIVED = "archived"
_TONES = {
    "lead": "cyan",
    "prospect": "violet",
    "customer": "ok",
    "dormant": "warn",
    "former": "",
    "blocked": "bad",
}
_COLUMNS = (
    Column(
        "name",
        "Name",
        ColumnKind.AVATAR,
        sortable=True,
        href=lambda record: f"/crm/customers/{record['id']}",
    ),
    Column(
        "lifecycle",
        "Lifecycle",
        ColumnKind.BADGE,
        sortable=True,
        tones=_TONES,
        labels=choice_labels(CUSTOMERS, "lifecycle"),
    ),
    Column("roles", "Roles", ColumnKind.TAGS, labels=choice_labels(CUSTOMERS, "roles"), extra=True),
    Column("city", "City", value=city_of),
    Column("country", "Country", value=country_of, extra=True),
    Column("owner", "Account owner", sortable=True),
    Column("phone", "Phone", value=phone_of),
    Column("updated_at", "Changed", ColumnKind.AGO, sortable=True),
)
_SECTIONS = (
    Section(
        "Who it is",
        (
            Item("kind", "third"),
            Item("lifecycle", "third"),
            Item("name", "", "How we call this customer."),
            Item("legal_name", "", "As registered, for contracts and invoices."),
            Item("given_name", hint="For a person."),
            Item("family_name"),
            Item("roles", ""),
            Item("parent_id", "", "Search by name, number or tax id"),
        ),
        "Name and how far we are with them.",
    ),
    Section(
        "Care",
        (
            Item("owner"),
            Item("segment"),
            Item("industry"),
            Item("source", hint="Where we know them from."),
            Item("language"),
            Item("timezone"),
        ),
        "Who looks after them, and how.",
    ),
    Section("Addresses", (Item("addresses", ""),)),
    Section("Ways to reach them", (Item("contact_points", ""),)),
    Section("Numbers", (Item("tax_ids", ""), Item("other_ids", ""))),
    Section(
        "Terms",
        (
            Item("erp_number"),
            Item("payment_terms"),
            Item("payment_method"),
            Item("price_list"),
            Item("tax_class"),
            Item("currency"),
            Item("credit_limit"),
        ),
        "What the back office agreed with them.",
    ),
    Section("Consents", (Item("consents", ""),), "What we may use their data for."),
    Section("Notes", (Item("notes", ""),)),
)
_MOVES = (
    Move(
        "archive",
        "Archive",
        "archive",
        {"archived": True},
        "The customer leaves the lists; nothing is deleted.",
        "Archived",
        lambda values: not values["archived"],
    ),
    Move(
        "restore",
        "Restore",
        "archive-restore",
        {"archived": False},
        "The customer comes back into the lists.",
        "Restored",
        lambda values: bool(values["archived"]),
    ),
)


def screen(customers: Collection, contacts: Collection, portal: Portal) -> Screen:
    """Return the pages of customers."""
    return Screen(
        collection=customers,
        house="crm",
        icon="building-2",
        many="Customers",
        new="New customer",
        none="No customers yet",
        none_text="Customers are organisations or people, from lead to former customer.",
        columns=_COLUMNS,
        template="crm/customer.html",
        name=lambda values: str(values["name"]),
        detail=lambda record, facts: _detail(customers, contacts, record, facts),
        search="Search customers",
        filters=lambda: _filters(customers),
        own_words=(_ARCHIVED,),
        narrow=_narrow,
        sections=_SECTIONS,
        moves=_MOVES,
        choices=lambda values: {"owner": _owners(portal), "parent_id": _parent(customers, values)},
        finders={"parent_id": lambda text: _found(customers, text)},
        start=_start,
    )


def _filters(customers: Collection) -> Sequence[Filter]:
    return (
        filter_of(CUSTOMERS, "lifecycle"),
        filter_of(CUSTOMERS, "kind"),
        Filter("owner", "Account owner", [(name, name) for name in customers.used("owner")]),
        Filter(
            _ARCHIVED,
            "Without archived",
            [("only", "Archived only"), ("all", "With archived")],
            param=_ARCHIVED,
        ),
    )


def _owners(portal: Portal) -> list[tuple[str, str]]:
    return [(user.name, user.name) for user in portal.list_users() if not user.disabled]


def _narrow(query: Mapping[str, str]) -> Sequence[Word]:
    """Leave archived customers out of the list unless they are asked for."""
    wanted = query.get(_ARCHIVED, "")
    return () if wanted == "all" else [("filter[archived]", str(wanted == "only").lower())]


def _start(_request: Request, principal: Principal) -> Values:
    return {"owner": principal.name}


def _named(record: Record) -> tuple[str, str]:
    """Return the id of a customer and what tells it from others of its name."""
    values = record.values
    words = (values.get("name"), city_of(values), values.get("erp_number"))
    return record.id, " · ".join(str(word) for word in words if word) or record.id


def _parent(customers: Collection, values: Mapping[str, Json]) -> Options:
    return [_named(each) for each in customers.read([str(values.get("parent_id"))])]


def _found(customers: Collection, text: str) -> Options:
    words = [("q", text), ("filter[archived]", "false"), ("sort", "name"), ("limit", str(_FOUND))]
    return [_named(each) for each in customers.find(words).items]


def _family(customers: Collection, record: Record) -> Mapping[str, Any]:
    """Return the parent of a customer and the accounts right below it."""
    words = [("filter[parent_id]", record.id), ("sort", "name"), ("limit", str(_MOST_BELOW))]
    below = customers.find(words)
    (parent,) = _parent(customers, record.values) or [("", "")]
    return {
        "parent": Shown("Parent account", "text", parent[1], href=f"/crm/customers/{parent[0]}"),
        "below": [(each.id, each.values["name"]) for each in below.items],
        "more_below": below.next is not None,
    }


def _detail(
    customers: Collection, contacts: Collection, record: Record, facts: Facts
) -> Mapping[str, Any]:
    words = [
        ("filter[customer_id]", record.id),
        ("sort", "family_name"),
        ("limit", str(_MOST_CONTACTS)),
    ]
    values = record.values
    return {
        **_family(customers, record),
        "tones": _TONES,
        "lifecycles": choice_labels(CUSTOMERS, "lifecycle"),
        "contacts": [_contact(each) for each in contacts.find(words).items],
        "addresses": address_views(values["addresses"]),
        "points": point_views(values["contact_points"]),
        "who": facts.filled("kind", "legal_name", "given_name", "family_name", "roles"),
        "care": facts.of("owner", "segment", "industry", "source", "language", "timezone"),
        "numbers": facts.of("tax_ids", "other_ids"),
        "terms": facts.of(
            "erp_number",
            "payment_terms",
            "payment_method",
            "price_list",
            "tax_class",
            "currency",
            "credit_limit",
        ),
        "consents": facts.of("consents")[0],
        "consent_count": len(elements_of(values["consents"])),
        "given": sum(each["status"] == "given" for each in elements_of(values["consents"])),
    }


def _contact(record: Record) -> dict[str, Any]:
    values = record.values
    names = (values["given_name"], values["family_name"])
    return {
        "href": f"/crm/contacts/{record.id}",
        "name": " ".join(str(name) for name in names if name),
        "role": values["title"] or values["role"],
        "points": point_views(values["contact_points"])[:2],
        "archived": values["archived"],
    }
