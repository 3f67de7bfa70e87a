"""How lists are asked for over HTTP: `limit`, `after`, `filter[field]`."""

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from hub.lists.rules import MOST

__all__ = ["After", "Limit", "ListOf", "filter_of"]

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=MOST, description="Items per page.")]
After = Annotated[str | None, Query(max_length=1000, description="`next` of the page before.")]


class ListOf(BaseModel, Generic[T]):
    """One page of a list."""

    items: list[T]
    next: str | None = Field(description="Give it as `after` for the next page; null at the end.")


def filter_of(field: str, description: str) -> object:
    """Return the declaration of a query parameter `filter[field]`."""
    return Query(alias=f"filter[{field}]", max_length=200, description=description)
