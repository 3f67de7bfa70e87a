"""One grammar for every list: filter, search, sort and keyset pages, from query words to SQL.

    filter[city]=Bilbao   filter[credit][gte]=100   filter[id][in]=a,b   filter[owner][blank]=true
    q=ibarra   sort=name,-updated_at   after=CURSOR   limit=50

A page ends in a cursor: the sort values of its last row and its id, so that equal values neither
hide nor repeat a row. Blanks sort last in both directions, on both databases. Nothing is counted.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    false,
    func,
    literal,
    or_,
    select,
)

from ground.keyset import BadCursor, FieldType, Order, beyond, read_cursor, write_cursor
from ground.refusals import Problem

__all__ = [
    "MOST",
    "FieldType",
    "Grammar",
    "ListField",
    "ListingRefused",
    "Wanted",
    "capped_count",
    "instant",
]

USUAL = 50
MOST = 500
MOST_VALUES = 500
_FILTER = re.compile(r"filter\[([a-z0-9_.]+)\](?:\[([a-z]+)\])?")
_OPERATORS = frozenset({"eq", "ne", "gt", "gte", "lt", "lte", "like", "in", "blank"})


class ListingRefused(Problem):
    """A query word is not understood: 422, naming the word."""

    def __init__(self, word: str, reason: str) -> None:
        super().__init__(
            422,
            "The list cannot be read",
            detail=f"{word}: {reason}",
            extra={"errors": [{"field": word, "reason": reason}]},
        )


@dataclass(frozen=True, slots=True)
class ListField:
    """A column that a list may be filtered by and, if `sortable`, ordered by."""

    column: ColumnElement[Any]
    type: FieldType = FieldType.TEXT
    sortable: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one request asks for, ready to be applied to a select."""

    where: tuple[ColumnElement[bool], ...]
    order: tuple[Order, ...]
    id: ColumnElement[Any]
    limit: int
    after: tuple[Any, ...] | None = None

    def apply(self, query: Select[Any]) -> Select[Any]:
        """Return the select with filters, order and one row more than the page has."""
        query = query.where(*self.where)
        if self.after is not None:
            query = query.where(beyond(self.order, self.id, self.after))
        for each in self.order:
            column = each.column.desc() if each.descending else each.column.asc()
            # Without need the words would keep an index from being used.
            query = query.order_by(column.nulls_last() if each.blank else column)
        return query.order_by(self.id.asc()).limit(self.limit + 1)

    def page(
        self, rows: Sequence[Any], read: Callable[[Any, str], Any]
    ) -> tuple[Sequence[Any], str | None]:
        """Return the rows of the page and the next cursor; `read(row, field)` gives a value."""
        if len(rows) <= self.limit:
            return rows, None
        shown = rows[: self.limit]
        last = [read(shown[-1], each.name) for each in self.order]
        return shown, write_cursor(self.order, last, read(shown[-1], "id"))


@dataclass(frozen=True, slots=True)
class Grammar:
    """What a list may be asked for. `other` names query words that belong to the caller."""

    fields: Mapping[str, ListField]
    id: ColumnElement[Any]
    search: tuple[ColumnElement[Any], ...] = ()
    default_sort: str = ""
    other: frozenset[str] = field(default_factory=frozenset)

    def read(self, words: Iterable[tuple[str, str]]) -> Wanted:
        """Read query words. Raises ListingRefused naming the word that is not understood."""
        where: list[ColumnElement[bool]] = []
        plain: dict[str, str] = {}
        for word, value in words:
            if word.startswith("filter"):
                if value or "[blank]" in word:
                    where.append(self._condition(word, value))
            elif word in {"q", "sort", "after", "limit"}:
                plain[word] = value
            elif word not in self.other:
                raise ListingRefused(word, "there is no such query word for this list")
        if plain.get("q"):
            where.append(self._found(_text("q", plain["q"])))
        order = self._order(plain.get("sort") or self.default_sort)
        after = _after(plain["after"], order) if plain.get("after") else None
        return Wanted(tuple(where), order, self.id, _limit(plain.get("limit")), after)

    def _condition(self, word: str, value: str) -> ColumnElement[bool]:
        found = _FILTER.fullmatch(word)
        known = self.fields.get(found[1]) if found else None
        if found is None or known is None:
            raise ListingRefused(word, f"filter by one of {', '.join(sorted(self.fields))}")
        operator = found[2] or "eq"
        if operator not in _OPERATORS:
            raise ListingRefused(word, f"compare by one of {', '.join(sorted(_OPERATORS))}")
        return _compared(word, known, operator, value)

    def _found(self, text: str) -> ColumnElement[bool]:
        columns = [
            func.lower(column).contains(text.lower(), autoescape=True) for column in self.search
        ]
        return or_(*columns) if columns else false()

    def _order(self, sort: str) -> tuple[Order, ...]:
        order: list[Order] = []
        for name in filter(None, (part.strip() for part in sort.split(","))):
            bare = name.removeprefix("-")
            known = self.fields.get(bare)
            if known is None or not known.sortable:
                able = sorted(each for each, told in self.fields.items() if told.sortable)
                raise ListingRefused("sort", f"sort by one of {', '.join(able)}")
            if bare not in {each.name for each in order}:
                order.append(Order(bare, known.column, known.type, name.startswith("-")))
        return tuple(order)


def _compared(word: str, known: ListField, operator: str, value: str) -> ColumnElement[bool]:
    column = known.column
    if operator == "blank":
        blank = (
            column.is_(None)
            if known.type is not FieldType.TEXT
            else func.coalesce(column, "") == ""
        )
        return blank if _boolean(word, value) else ~blank
    if operator == "in":
        values = [_value(word, known.type, each) for each in value.split(",") if each]
        if len(values) > MOST_VALUES:
            raise ListingRefused(word, f"at most {MOST_VALUES} values")
        return column.in_(values)
    if operator == "like":
        if known.type is not FieldType.TEXT:
            raise ListingRefused(word, "only text is compared by like")
        text = _text(word, value)
        # Databases fold the case of ASCII only: other letters are found as they are written.
        return or_(
            func.lower(column).contains(text.lower(), autoescape=True),
            column.contains(text, autoescape=True),
        )
    wanted = literal(_value(word, known.type, value), column.type)  # true and false compare too
    comparisons: dict[str, ColumnElement[bool]] = {
        "eq": column == wanted,
        "ne": or_(column != wanted, column.is_(None)),
        "gt": column > wanted,
        "gte": column >= wanted,
        "lt": column < wanted,
        "lte": column <= wanted,
    }
    return comparisons[operator]


def _value(word: str, kind: FieldType, value: str) -> Any:  # noqa: ANN401 - a column's value
    match kind:
        case FieldType.TEXT:
            return _text(word, value)
        case FieldType.INTEGER:
            if not re.fullmatch(r"-?[0-9]{1,18}", value):
                raise ListingRefused(word, "give a whole number")
            return int(value)
        case FieldType.BOOLEAN:
            return _boolean(word, value)
        case FieldType.INSTANT:
            return instant(word, value)


def _text(word: str, value: str) -> str:
    if "\x00" in value:
        raise ListingRefused(word, "no NUL character can be in it")
    return value


def instant(word: str, value: str) -> datetime:
    """Read an RFC 3339 instant of a query word. Raises ListingRefused."""
    try:
        read = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
    except ValueError as error:
        raise ListingRefused(word, "give an instant like 2026-01-31T12:00:00Z") from error
    if read.tzinfo is None:
        raise ListingRefused(word, "the instant needs a time zone, Z for UTC")
    return read


def _boolean(word: str, value: str) -> bool:
    if value not in {"true", "false"}:
        raise ListingRefused(word, "give true or false")
    return value == "true"


def _after(cursor: str, order: Sequence[Order]) -> tuple[Any, ...]:
    try:
        return read_cursor(cursor, order)
    except BadCursor as error:
        raise ListingRefused("after", str(error)) from error


def _limit(value: str | None) -> int:
    if not value:
        return USUAL
    if not re.fullmatch(r"[0-9]{1,9}", value) or not 1 <= int(value) <= MOST:
        raise ListingRefused("limit", f"give a number from 1 to {MOST}")
    return int(value)


def capped_count(connection: Connection, query: Select[Any], most: int = 10_000) -> int:
    """Return how many rows a select has, but look at no more than `most` + 1 of them."""
    some = query.order_by(None).limit(most + 1).subquery()
    found: int = connection.execute(select(func.count()).select_from(some)).scalar_one()
    return found
