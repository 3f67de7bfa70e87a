"""What a category is: a place for products in one tree."""

from ground.records.fields import Link, Text
from ground.records.model import Field, RecordKind

CATEGORIES = RecordKind(
    name="categories",
    prefix="ca",
    title="Category",
    fields=(
        Field("code", Text(60), required=True, unique=True, column=True),
        Field("name", Text(200), required=True, column=True),
        Field("parent_id", Link("categories", "ca"), column=True),
    ),
    search=("code", "name"),
    tree="parent_id",
)
