"""Pages of categories: list, card, form."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ground.records.model import Record
from ground.records.service import Collection
from ground.strict_json import Json
from portal import Column, ColumnKind
from portal.record_pages import Document, Facts, Item, Screen, Section, Shown

__all__ = ["category_options", "screen"]

_MOST = "500"
_COLUMNS = (
    Column("name", "Name", sortable=True, href=lambda record: f"/crm/categories/{record['id']}"),
    Column("code", "Code", ColumnKind.CODE, sortable=True),
    Column(
        "parent",
        "Parent category",
        href=lambda record: f"/crm/categories/{record['parent_id']}",
    ),
    Column("updated_at", "Changed", ColumnKind.AGO, sortable=True),
)
_SECTIONS = (
    Section(
        "Category",
        (Item("code", "third"), Item("name", "two-thirds"), Item("parent_id", "")),
        "A place for products in one tree.",
    ),
)


def screen(categories: Collection, products: Collection) -> Screen:
    """Return the pages of categories."""
    return Screen(
        collection=categories,
        house="crm",
        icon="folder-tree",
        many="Categories",
        new="New category",
        none="No categories yet",
        none_text="Categories put products in order, in one tree.",
        columns=_COLUMNS,
        template="crm/category.html",
        name=lambda values: str(values["name"]),
        detail=lambda record, facts: _detail(categories, products, record, facts),
        search="Search categories",
        rows=lambda records: _rows(categories, records),
        sections=_SECTIONS,
        choices=lambda _values: {"parent_id": category_options(categories)},
    )


def category_options(categories: Collection) -> Sequence[tuple[str, str]]:
    """Return (id, name) of the categories, by name."""
    found = categories.find([("sort", "name"), ("limit", _MOST)]).items
    return [(each.id, str(each.values["name"])) for each in found]


def _rows(categories: Collection, records: Sequence[Document]) -> Iterable[Document]:
    names = _names(categories, [record["parent_id"] for record in records])
    return [{**record, "parent": names.get(str(record["parent_id"]))} for record in records]


def _names(categories: Collection, ids: Sequence[Json]) -> dict[str, str]:
    found = categories.read({str(each) for each in ids if each})
    return {each.id: str(each.values.get("name", each.id)) for each in found}


def _detail(
    categories: Collection, products: Collection, record: Record, facts: Facts
) -> Mapping[str, Any]:
    parent = record.values["parent_id"]
    name = _names(categories, [parent]).get(str(parent))
    above = Shown("Parent category", "text", name, href=f"/crm/categories/{parent}")
    below = categories.find([("filter[parent_id]", record.id), ("sort", "name"), ("limit", _MOST)])
    return {
        "facts": [*facts.of("code"), above],
        "below": [(each.id, each.values["name"]) for each in below.items],
        "product_count": products.count([("filter[category_id]", record.id)]),
        "products_href": f"/crm/products?filter[category_id]={record.id}",
    }
