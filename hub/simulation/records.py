"""The records people make in the simulated systems, and the fields they edit. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["FIELDS", "FILLS", "OBJECTS", "EditedField", "new_values"]

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EditedField:
    """One field that people edit in one system: its name there, its golden path."""

    app: str
    golden: str


FIELDS: dict[tuple[str, str], tuple[EditedField, ...]] = {
    ("crm", "customers"): tuple(
        EditedField(*pair)
        for pair in (
            ("name", "name"),
            ("name", "name"),
            ("language", "language"),
            ("legal_name", "legal_name"),
            ("notes", "notes"),
            ("owner", "owner"),
            ("payment_terms", "terms.payment_terms"),
        )
    ),
    ("erp", "customers"): tuple(
        EditedField(*pair)
        for pair in (
            ("name", "name"),
            ("name", "name"),
            ("language", "language"),
            ("legal_name", "legal_name"),
            ("payment_terms", "terms.payment_terms"),
            ("price_list", "terms.price_list"),
        )
    ),
    ("crm", "products"): (
        EditedField("name", "name"),
        EditedField("description", "description"),
    ),
    ("erp", "products"): (
        EditedField("name", "name"),
        EditedField("description", "description"),
        EditedField("hs_code", "hs_code"),
        EditedField("tax_class", "tax_class"),
    ),
    ("crm", "categories"): (EditedField("name", "name"),),
    ("erp", "categories"): (EditedField("name", "name"),),
}

_PARTY: Record = {
    "kind": "organisation",
    "name": None,
    "legal_name": None,
    "given_name": None,
    "family_name": None,
    "roles": ["customer"],
    "language": None,
    "currency": None,
    "payment_terms": None,
    "payment_method": None,
    "price_list": None,
    "tax_class": None,
    "credit_limit": None,
    "addresses": [],
    "contact_points": [],
    "tax_ids": [],
    "other_ids": [],
}
_IN_CRM: Record = {
    "lifecycle": "prospect",
    "owner": None,
    "segment": None,
    "industry": None,
    "source": None,
    "timezone": None,
    "notes": None,
    "erp_number": None,
    "consents": [],
}
_PRODUCT: Record = {
    "sku": None,
    "name": None,
    "description": None,
    "type": "goods",
    "gtins": [],
    "category_id": None,
    "uom": "C62",
    "prices": [],
    "tax_class": None,
    "lifecycle": "active",
    "weight": None,
    "origin": None,
    "hs_code": None,
}
_CATEGORY: Record = {"code": None, "name": None, "parent_id": None}

OBJECTS = ("customers", "products", "categories")
FILLS: dict[str, dict[str, Callable[[int], Record]]] = {
    "crm": {
        "customers": lambda _: _PARTY | _IN_CRM,
        "products": lambda _: dict(_PRODUCT),
        "categories": lambda _: dict(_CATEGORY),
    },
    "erp": {
        "customers": lambda number: (
            _PARTY | {"number": f"C{number:05d}", "status": "active", "currency": "EUR"}
        ),
        "products": lambda _: dict(_PRODUCT),
        "categories": lambda _: dict(_CATEGORY),
    },
}


def new_values(system: str, object_type: str, token: str, *, tax_id: str | None) -> Record:
    """Return what a person enters for a new record; `tax_id` makes it known elsewhere."""
    match object_type:
        case "customers":
            ids = [{"country": "ES", "scheme": "vat", "value": tax_id}] if tax_id else []
            own: Record = {"lifecycle": "customer"} if system == "crm" else {"status": "active"}
            return {"name": token, "tax_ids": ids, **own}
        case "products":
            return {"sku": f"SKU-{tax_id or token}", "name": token}
        case _:
            return {"code": f"CAT-{tax_id or token}", "name": token}
