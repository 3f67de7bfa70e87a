"""Names of lists, and cursors: where a page ended, as opaque text, checked when it comes back."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from ground.strict_json import StrictJsonError, dumps, loads
from hub.errors import BadCursor

__all__ = ["MOST", "Collection", "Page", "page_of", "read_cursor", "write_cursor"]

MOST = 500
T = TypeVar("T")


class Collection(StrEnum):
    """The lists of golden records, by their names in addresses."""

    CUSTOMERS = "customers"
    CONTACTS = "contacts"
    PRODUCTS = "products"
    CATEGORIES = "categories"

    @property
    def entity(self) -> str:
        """Return the entity in it."""
        return {"categories": "category"}.get(self.value, self.value.removesuffix("s"))


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list, and the cursor of what follows; None at its end."""

    items: list[T]
    next: str | None


def page_of(found: Sequence[T], limit: int, place: Callable[[T], Sequence[str]]) -> Page[T]:
    """Make a page of up to `limit` out of what was found with one more asked for."""
    items = list(found[:limit])
    return Page(items, write_cursor(place(items[-1])) if len(found) > limit else None)


def write_cursor(place: Sequence[str]) -> str:
    """Return a place in a list as a cursor."""
    return base64.urlsafe_b64encode(dumps(list(place))).decode().rstrip("=")


def read_cursor(cursor: str, parts: int) -> list[str]:
    """Return the place a cursor names. Raises BadCursor."""
    try:
        place = loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, StrictJsonError):
        raise BadCursor from None
    if not isinstance(place, list) or len(place) != parts:
        raise BadCursor
    if not all(isinstance(part, str) for part in place):
        raise BadCursor
    return place
