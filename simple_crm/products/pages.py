"""Pages of products: list and card. Who plans and prices them changes them elsewhere."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ground.records.model import Record
from ground.records.service import Collection
from portal import Column, ColumnKind, Filter
from portal.record_pages import (
    Document,
    Facts,
    Screen,
    choice_labels,
    elements_of,
    filter_of,
    price_of,
)
from simple_crm.products.rules import PRODUCTS

__all__ = ["screen"]

Options = Sequence[tuple[str, str]]
_TONES = {
    "design": "cyan",
    "active": "ok",
    "phase_out": "warn",
    "blocked_sale": "bad",
    "obsolete": "",
}
_COLUMNS = (
    Column("name", "Name", sortable=True, href=lambda record: f"/crm/products/{record['id']}"),
    Column("sku", "SKU", ColumnKind.CODE, sortable=True),
    Column("category", "Category"),
    Column("type", "Type", labels=choice_labels(PRODUCTS, "type"), extra=True),
    Column("price", "Price", ColumnKind.MONEY, value=price_of),
    Column(
        "lifecycle",
        "Lifecycle",
        ColumnKind.BADGE,
        sortable=True,
        tones=_TONES,
        labels=choice_labels(PRODUCTS, "lifecycle"),
    ),
    Column("updated_at", "Changed", ColumnKind.AGO, sortable=True),
)


def screen(products: Collection, categories: Callable[[], Options]) -> Screen:
    """Return the pages of products; `categories` gives id and name of all."""
    return Screen(
        collection=products,
        house="crm",
        icon="package",
        many="Products",
        new="",
        none="No products yet",
        none_text="Products come from the system that plans and prices them.",
        columns=_COLUMNS,
        template="crm/product.html",
        name=lambda values: str(values["name"]),
        detail=lambda record, facts: _detail(categories, record, facts),
        search="Search products",
        filters=lambda: _filters(categories()),
        rows=lambda records: _rows(dict(categories()), records),
    )


def _filters(categories: Options) -> Sequence[Filter]:
    return (
        filter_of(PRODUCTS, "lifecycle"),
        filter_of(PRODUCTS, "type"),
        Filter("category_id", "Category", categories),
    )


def _rows(categories: Mapping[str, str], records: Sequence[Document]) -> Iterable[Document]:
    return [
        {**record, "category": categories.get(str(record["category_id"]))} for record in records
    ]


def _detail(categories: Callable[[], Options], record: Record, facts: Facts) -> Mapping[str, Any]:
    category = record.values["category_id"]
    return {
        "tones": _TONES,
        "lifecycles": choice_labels(PRODUCTS, "lifecycle"),
        "category_id": category,
        "category_name": dict(categories()).get(str(category), ""),
        "prices": elements_of(record.values["prices"]),
        "facts": facts.of("sku", "type", "uom", "gtins", "tax_class"),
        "trade": facts.of("weight", "origin", "hs_code"),
    }
