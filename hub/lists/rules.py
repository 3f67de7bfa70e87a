"""Cursors: where a page ended, as opaque text that is checked when it comes back."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ground.strict_json import StrictJsonError, dumps, loads
from hub.errors import BadCursor

__all__ = ["MOST", "Page", "page_of", "read_cursor", "write_cursor"]

MOST = 500
T = TypeVar("T")


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
