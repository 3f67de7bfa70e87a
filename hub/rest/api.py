"""How lists are asked for over HTTP: `limit`, `after`, `filter[field]`; how systems are asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from connectors.errors import ConnectorError
from ground.refusals import Problem
from hub.lists.rules import MOST

__all__ = ["After", "Limit", "ListOf", "asking", "filter_of"]

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


@contextmanager
def asking() -> Iterator[None]:
    """Tell the integrator in the system's own words why it did not answer as it should."""
    try:
        yield
    except ConnectorError as error:
        title = "The system did not answer as it should"
        raise Problem(HTTPStatus.BAD_GATEWAY, title, str(error)) from error
