"""The view model of a list page: columns, sorting, filters, paging, export; its state is the URL.

A Grid is declared once per page; `view()` joins it with one request's query and one page of rows.
The query words are those of ground.listing: `q`, `sort`, `after`, `limit`, `filter[field]`.
"""

import csv
import dataclasses
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urlencode

Record = Mapping[str, Any]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Kind(StrEnum):
    """How a column's values read."""

    TEXT = "text"
    CODE = "code"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    AGO = "ago"
    BADGE = "badge"
    TAGS = "tags"
    AVATAR = "avatar"


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """One column. The first one names the row and carries its link.

    `value` reads the record (default: record[name]); `tones` gives a badge its colour by value,
    `labels` its message id; `extra` columns leave first when the screen is narrow.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    sortable: bool = False
    value: Callable[[Record], Any] | None = None
    href: Callable[[Record], str] | None = None
    tones: Mapping[str, str] = dataclasses.field(default_factory=dict)
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    extra: bool = False

    def read(self, record: Record) -> Any:  # noqa: ANN401 - a JSON value
        """Return this column's value of a record."""
        return self.value(record) if self.value else record.get(self.name)


@dataclasses.dataclass(frozen=True, slots=True)
class Filter:
    """A choice above the list: (value, message id or text) pairs; "" means all.

    `name` is the word in the query, `filter[name]` unless it is a word of its own right.
    """

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    param: str = ""

    @property
    def word(self) -> str:
        """The query word."""
        return self.param or f"filter[{self.name}]"


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """A column's header: where a click leads and how it is sorted now ("ascending", …, "")."""

    column: Column
    href: str
    sort: str


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """One value of one row, ready for the template."""

    kind: str
    value: Any
    href: str
    tone: str
    extra: bool
    labels: Mapping[str, str]

    @property
    def blank(self) -> bool:
        """Whether there is nothing to show."""
        return self.value is None or self.value in ("", [], ())


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One record as a row."""

    id: str
    name: str
    cells: tuple[Cell, ...]
    record: Record


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """A filter with what is chosen now."""

    filter: Filter
    value: str


@dataclasses.dataclass(frozen=True, slots=True)
class GridView:
    """All that the grid macros need."""

    path: str
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    choices: tuple[Choice, ...]
    kept: tuple[tuple[str, str], ...]
    q: str
    search: str
    sort: str
    filtered: bool
    next_href: str
    first_href: str
    csv_href: str
    clear_href: str
    selectable: bool


class Query(Protocol):
    """What a request's query parameters offer (starlette's QueryParams fits)."""

    def multi_items(self) -> list[tuple[str, str]]:
        """Return all (name, value) pairs."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Grid:
    """A list page: where it is, its columns, filters and the text in its search box ("" = none).

    `keep` names further query words that stay in every link (a tab, for instance).
    """

    path: str
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    search: str = ""
    default_sort: str = ""
    keep: Sequence[str] = ()
    selectable: bool = False
    csv: bool = True

    def view(self, query: Query, records: Iterable[Record], after: str | None = None) -> GridView:
        """Return the view of one page of records; `after` is the cursor of the next page."""
        words = {name: value for name, value in query.multi_items() if value}
        sort = words.get("sort", self.default_sort)
        kept = {name: words[name] for name in self.keep if name in words}
        state = kept | {name: words[name] for name in self._stateful() if name in words}
        narrowed = any(name in state for name in ("q", *(f.word for f in self.filters)))
        return GridView(
            path=self.path,
            heads=tuple(self._head(column, sort, state) for column in self.columns),
            rows=tuple(self._row(record) for record in records),
            choices=tuple(Choice(f, words.get(f.word, "")) for f in self.filters),
            kept=tuple(kept.items()),
            q=words.get("q", ""),
            search=self.search,
            sort=words.get("sort", ""),
            filtered=narrowed,
            next_href=self._link({**state, "after": after}) if after else "",
            first_href=self._link(state) if "after" in words else "",
            csv_href=self._link({**state, "format": "csv"}) if self.csv else "",
            clear_href=self._link(kept),
            selectable=self.selectable,
        )

    def _stateful(self) -> tuple[str, ...]:
        return ("q", "sort", "limit", *(each.word for each in self.filters))

    def _link(self, words: Mapping[str, str | None]) -> str:
        query = urlencode({name: value for name, value in words.items() if value})
        return f"{self.path}?{query}" if query else self.path

    def _head(self, column: Column, sort: str, state: Mapping[str, str]) -> Head:
        if not column.sortable:
            return Head(column, "", "")
        now = {column.name: "ascending", f"-{column.name}": "descending"}.get(sort, "")
        wish = f"-{column.name}" if now == "ascending" else column.name
        return Head(column, self._link({**state, "sort": wish}), now)

    def _row(self, record: Record) -> Row:
        cells = tuple(_cell(column, record) for column in self.columns)
        return Row(str(record.get("id", "")), str(cells[0].value or ""), cells, record)


def _cell(column: Column, record: Record) -> Cell:
    value = column.read(record)
    return Cell(
        kind=column.kind.value,
        value=value,
        href=column.href(record) if column.href else "",
        tone=column.tones.get(value, "") if isinstance(value, str) else "",
        extra=column.extra,
        labels=column.labels,
    )


def write_csv(columns: Sequence[Column], records: Iterable[Record]) -> Iterator[str]:
    """Yield CSV lines (RFC 4180, with a header of field names); no cell can act as a formula."""
    yield _line([column.name for column in columns])
    for record in records:
        yield _line([_text(column.read(record)) for column in columns])


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(
        ["'" + cell if cell.startswith(FORMULA_STARTS) else cell for cell in cells]
    )
    return buffer.getvalue()


def _text(value: Any) -> str:  # noqa: ANN401 - a JSON value
    if value is None:
        return ""
    if isinstance(value, Mapping) and "amount" in value:
        return f"{value['amount']} {value.get('currency', '')}".strip()
    if isinstance(value, list | tuple):
        return " ".join(_text(each) for each in value)
    return str(value)
