"""The words under which fields, their parts and their choices are shown: one place for all pages.

A name that is not listed here reads as its own words: `payment_terms` is "Payment terms".
"""

from collections.abc import Mapping
from types import MappingProxyType

from ground.records.fields import Choice, SetOf
from ground.records.model import RecordKind
from portal.grid import Filter

__all__ = ["add_label", "choice_labels", "choice_options", "filter_of", "label", "width"]

_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "addresses.uses": "Used for",
        "category_id": "Category",
        "blocked_sale": "Blocked from sale",
        "code": "Code",
        "consents.basis": "Legal basis",
        "consents.given_at": "Given at (UTC)",
        "contact_points": "Phone, e-mail, web",
        "contact_points.value": "Number or address",
        "contact_points.kind": "Type",
        "credit_limit": "Credit limit",
        "currency": "Currency",
        "customer_id": "Customer",
        "customers.parent_id": "Parent account",
        "duns": "D-U-N-S",
        "email": "E-mail",
        "erp_number": "ERP number",
        "gln": "GLN",
        "gtins": "GTINs",
        "hs_code": "Customs code",
        "kind": "Type",
        "lei": "LEI",
        "number": "Number",
        "origin": "Country of origin",
        "other_ids": "Other numbers",
        "other_ids.value": "Number",
        "owner": "Account owner",
        "parent_id": "Parent category",
        "phase_out": "Phasing out",
        "price_list": "Price list",
        "registry": "Commercial register",
        "sku": "SKU",
        "street2": "Street, second line",
        "subdivision": "Region",
        "tax_ids": "Tax ids",
        "tax_ids.value": "Number",
        "timezone": "Time zone",
        "title": "Job title",
        "uom": "Unit",
        "vat": "VAT",
    }
)
_ADD: Mapping[str, str] = MappingProxyType(
    {
        "addresses": "Add an address",
        "consents": "Add a consent",
        "contact_points": "Add a number or address",
        "other_ids": "Add a number",
        "prices": "Add a price",
        "tax_ids": "Add a tax id",
    }
)
_WIDTHS: Mapping[str, str] = MappingProxyType(
    {
        "addresses.uses": "",
        "addresses.street": "half",
        "addresses.street2": "half",
        "addresses.postal_code": "quarter",
        "addresses.city": "half",
        "addresses.subdivision": "quarter",
        "addresses.country": "half",
        "contact_points.kind": "quarter",
        "contact_points.value": "half",
        "contact_points.purpose": "quarter",
        "contact_points.preferred": "half",
        "tax_ids.scheme": "quarter",
        "tax_ids.value": "quarter",
        "other_ids.value": "half",
        "prices.price_list": "quarter",
        "prices.amount": "quarter",
        "consents.status": "quarter",
        "consents.source": "quarter",
    }
)


def label(name: str, of: str = "") -> str:
    """Return the message id under which a field or a choice is shown.

    `of`: the list whose part it is, or the collection whose field.
    """
    known = _LABELS.get(f"{of}.{name}") or _LABELS.get(name)
    return known or name.replace("_", " ").capitalize()


def add_label(name: str) -> str:
    """Return the message id of the button that makes one more element of a list."""
    return _ADD.get(name, "Add one")


def width(name: str, of: str) -> str:
    """Return how wide a part of a list is in a form."""
    return _WIDTHS.get(f"{of}.{name}", "third")


def choice_labels(kind: RecordKind, name: str) -> dict[str, str]:
    """Return value -> message id of a field with a closed list of values."""
    return dict(choice_options(kind.by_name[name].type))


def choice_options(type_of_value: object) -> list[tuple[str, str]]:
    """Return (value, message id) pairs of a closed list; none for any other type."""
    inner = type_of_value.of if isinstance(type_of_value, SetOf) else type_of_value
    return [(each, label(each)) for each in inner.options] if isinstance(inner, Choice) else []


def filter_of(kind: RecordKind, name: str) -> Filter:
    """Return the filter of a list by a field with a closed list of values."""
    return Filter(name, label(name, kind.name), choice_options(kind.by_name[name].type))
