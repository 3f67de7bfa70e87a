"""Pages of contacts: list, card, form. A new one begins with the customer it speaks for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ground.records.model import Record, Values
from ground.records.service import Collection
from ground.strict_json import Json
from portal import Column, ColumnKind, Filter, Portal, Principal
from portal.record_pages import (
    Document,
    Facts,
    Item,
    Move,
    Screen,
    Section,
    Word,
    email_of,
    phone_of,
    point_views,
)

__all__ = ["screen"]

_ARCHIVED = "archived"
_FOUND = 20


def name_of(values: Mapping[str, Any]) -> str:
    """Return how a contact is called."""
    return " ".join(filter(None, (values.get("given_name"), values.get("family_name"))))


_COLUMNS = (
    Column(
        "name",
        "Name",
        ColumnKind.AVATAR,
        value=name_of,
        href=lambda record: f"/crm/contacts/{record['id']}",
    ),
    Column(
        "customer",
        "Customer",
        href=lambda record: f"/crm/customers/{record['customer_id']}",
    ),
    Column("title", "Job title"),
    Column("role", "Role", sortable=True, extra=True),
    Column("phone", "Phone", value=phone_of),
    Column("email", "E-mail", value=email_of),
    Column("updated_at", "Changed", ColumnKind.AGO, sortable=True),
)
_SECTIONS = (
    Section(
        "Who it is",
        (
            Item("customer_id", ""),
            Item("given_name"),
            Item("family_name"),
            Item("language"),
        ),
    ),
    Section(
        "Work",
        (
            Item("title", hint="For example buyer."),
            Item("department"),
            Item("role", hint="What they are to us: decides, pays, uses."),
        ),
        "What they do at the customer.",
    ),
    Section("Ways to reach them", (Item("contact_points", ""),)),
)
_MOVES = (
    Move(
        "archive",
        "Archive",
        "archive",
        {"archived": True},
        "The contact leaves the lists; nothing is deleted.",
        "Archived",
        lambda values: not values["archived"],
    ),
    Move(
        "restore",
        "Restore",
        "archive-restore",
        {"archived": False},
        "The contact comes back into the lists.",
        "Restored",
        lambda values: bool(values["archived"]),
    ),
)


def screen(contacts: Collection, customers: Collection, portal: Portal) -> Screen:
    """Return the pages of contacts."""
    return Screen(
        collection=contacts,
        house="crm",
        icon="contact",
        many="Contacts",
        new="New contact",
        none="No contacts yet",
        none_text="Contacts are the people who speak for a customer.",
        columns=_COLUMNS,
        template="crm/contact.html",
        name=name_of,
        detail=lambda record, facts: _detail(customers, record, facts),
        default_sort="family_name",
        search="Search contacts",
        filters=_filters,
        own_words=(_ARCHIVED,),
        narrow=_narrow,
        rows=lambda records: _rows(customers, records),
        sections=_SECTIONS,
        moves=_MOVES,
        choices=lambda values: {"customer_id": _customer(customers, values)},
        start=lambda request, principal: _start(customers, portal, request, principal),
    )


def _filters() -> Sequence[Filter]:
    options = [("only", "Archived only"), ("all", "With archived")]
    return (Filter(_ARCHIVED, "Without archived", options, param=_ARCHIVED),)


def _narrow(query: Mapping[str, str]) -> Sequence[Word]:
    """Leave archived contacts out of the list unless they are asked for."""
    wanted = query.get(_ARCHIVED, "")
    return () if wanted == "all" else [("filter[archived]", str(wanted == "only").lower())]


def _rows(customers: Collection, records: Sequence[Document]) -> Iterable[Document]:
    found = customers.read({str(record["customer_id"]) for record in records})
    names = {each.id: each.values.get("name") for each in found}
    return [{**record, "customer": names.get(str(record["customer_id"]))} for record in records]


def _customer(customers: Collection, values: Mapping[str, Json]) -> Sequence[tuple[str, str]]:
    found = customers.read([str(values.get("customer_id"))])
    return [(each.id, str(each.values.get("name", each.id))) for each in found]


def _start(
    customers: Collection, portal: Portal, request: Request, _principal: Principal
) -> Values | Response:
    """Return the customer as chosen, or the page that asks for it."""
    chosen = request.query_params.get("customer", "")
    if customers.read([chosen]):
        return {"customer_id": chosen}
    words = [("sort", "name"), ("limit", str(_FOUND)), ("filter[archived]", "false")]
    text = request.query_params.get("q", "")
    found = customers.find([*words, ("q", text)] if text else words)
    context = {"customers": found.items, "more": found.next is not None, "q": text}
    return portal.page(request, "crm/contact_customer.html", context)


def _detail(customers: Collection, record: Record, facts: Facts) -> Mapping[str, Any]:
    values = record.values
    (customer,) = _customer(customers, values) or [(str(values["customer_id"]), "—")]
    return {
        "customer_href": f"/crm/customers/{customer[0]}",
        "customer_name": customer[1],
        "points": point_views(values["contact_points"]),
        "facts": facts.of("given_name", "family_name", "title", "role", "department", "language"),
    }
