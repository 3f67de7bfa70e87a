"""Keyset pages: the order of a list, the cursor that ends a page, and what lies beyond it."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, or_

from ground import strict_json
from ground.instants import from_microseconds, to_microseconds

_NO_CURSOR = "use the `next` of the page before"
_SHORTEST = 2
_FAR = 60_000_000_000_000_000  # microseconds; the year 3871


class BadCursor(ValueError):
    """A cursor that no page of this list ended with; the message says what to do."""


class FieldType(StrEnum):
    """How a query word becomes a value of a column."""

    TEXT = "text"
    INTEGER = "integer"
    INSTANT = "instant"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Order:
    """One column that a list is ordered by."""

    name: str
    column: ColumnElement[Any]
    type: FieldType
    descending: bool

    @property
    def sign(self) -> str:
        """The order as it is asked for."""
        return f"-{self.name}" if self.descending else self.name

    @property
    def blank(self) -> bool:
        """Whether a value may be missing."""
        return bool(getattr(self.column, "nullable", True))


def write_cursor(order: Sequence[Order], values: Sequence[Any], last_id: str) -> str:
    """Return the cursor after a row with these sort values."""
    signs = ",".join(each.sign for each in order)
    cursor = strict_json.dumps([signs, *map(_plain, values), last_id])
    return base64.urlsafe_b64encode(cursor).decode().rstrip("=")


def read_cursor(text: str, order: Sequence[Order]) -> tuple[Any, ...]:
    """Return the sort values and the id in a cursor; raise BadCursor if it is none of ours."""
    try:
        loaded = strict_json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error) as error:
        raise BadCursor(_NO_CURSOR) from error
    if not isinstance(loaded, list) or len(loaded) < _SHORTEST:
        raise BadCursor(_NO_CURSOR)
    signs, *values, last_id = loaded
    if signs != ",".join(each.sign for each in order) or len(values) != len(order):
        raise BadCursor("this cursor belongs to a list in another order")
    read = [_sorted_by(each, value) for each, value in zip(order, values, strict=True)]
    if not isinstance(last_id, str):
        raise BadCursor(_NO_CURSOR)
    return (*read, last_id)


def _sorted_by(order: Order, value: Any) -> Any:  # noqa: ANN401 - a column's value
    """Return a cursor's value as the column's; raise BadCursor for any that is none."""
    match order.type, value:
        case _, None:
            return None
        case FieldType.TEXT, str():
            return value
        case FieldType.BOOLEAN, bool():
            return value
        case ((FieldType.INTEGER | FieldType.INSTANT), bool()):
            raise BadCursor(_NO_CURSOR)
        case FieldType.INTEGER, int():
            return value
        case FieldType.INSTANT, int() if abs(value) < _FAR:
            return from_microseconds(value)
        case _:
            raise BadCursor(_NO_CURSOR)


def beyond(
    order: Sequence[Order], id_column: ColumnElement[Any], after: Sequence[Any]
) -> ColumnElement[bool]:
    """Return "later in the order than this row"; nothing is later than a blank."""
    later: list[ColumnElement[bool]] = []
    same: list[ColumnElement[bool]] = []
    for each, value in zip(order, after, strict=False):
        if value is None:
            same.append(each.column.is_(None))
            continue
        last = literal(value, each.column.type)
        ahead = each.column < last if each.descending else each.column > last
        later.append(and_(*same, or_(ahead, each.column.is_(None)) if each.blank else ahead))
        same.append(each.column == last)
    later.append(and_(*same, id_column > after[-1]))
    if not order or order[0].blank:
        return or_(*later)
    return and_(_from(order[0], after[0]), or_(*later))


def _from(order: Order, value: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column's value
    """Return what `beyond` implies, in the form by which an index is entered."""
    last = literal(value, order.column.type)
    return order.column <= last if order.descending else order.column >= last


def _plain(value: Any) -> Any:  # noqa: ANN401 - a column's value
    return to_microseconds(value) if isinstance(value, datetime) else value
