"""What the pages of one collection are made of. Texts are English message ids."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ground.records.model import Record, RecordKind, Values
from ground.records.service import Collection
from ground.strict_json import Json
from portal.grid import Column, Filter, Grid
from portal.model import Principal
from portal.record_pages.offers import Options
from portal.record_pages.shown import Shown, show
from portal.record_pages.widgets import Section

__all__ = ["Document", "Facts", "Move", "Screen", "Word"]

Word = tuple[str, str]
"""A query word with its value."""
Document = Mapping[str, Any]
"""A record as the REST API shows it, times as text."""


def _nothing(_values: Mapping[str, Json]) -> Mapping[str, Options]:
    return {}


def _no_words(_query: Mapping[str, str]) -> Sequence[Word]:
    return ()


def _no_start(_request: Request, _principal: Principal) -> Values:
    return {}


def _no_filters() -> Sequence[Filter]:
    return ()


@dataclass(frozen=True, slots=True)
class Facts:
    """The values of one record as its page shows them; `kept`: why some are not changed here."""

    kind: RecordKind
    values: Mapping[str, Json]
    kept: Mapping[str, str]

    def of(self, *names: str) -> list[Shown]:
        """Return these fields."""
        return [show(self.kind, self.values, name, self.kept.get(name, "")) for name in names]

    def filled(self, *names: str) -> list[Shown]:
        """Return those of these fields that say something."""
        return [each for each in self.of(*names) if not each.blank]


@dataclass(frozen=True, slots=True)
class Move:
    """A button that sets a few fields at once, offered to a record that `fits`."""

    name: str
    label: str
    icon: str
    values: Values
    ask: str
    done: str
    fits: Callable[[Values], bool]
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Screen:
    """The pages of one collection: a list, a record and, if it has sections, a form.

    name: how a record is called. detail: what its template needs besides. rows: adds to the
    documents of a list what columns read from other records. narrow: query words of its own as
    words of the list. start: values of a new record, or an answer that asks for something first.
    choices: what a link or a text can be picked from, given the values in the form; for a link
    with a finder only what it leads to now. finders: the (id, text) pairs that a search finds.
    """

    collection: Collection
    house: str
    icon: str
    many: str
    new: str
    none: str
    none_text: str
    columns: Sequence[Column]
    template: str
    name: Callable[[Values], str]
    detail: Callable[[Record, "Facts"], Mapping[str, Any]]
    default_sort: str = "name"
    search: str = "Search"
    filters: Callable[[], Sequence[Filter]] = _no_filters
    own_words: Sequence[str] = ()
    narrow: Callable[[Mapping[str, str]], Sequence[Word]] = _no_words
    rows: Callable[[Sequence[Document]], Iterable[Document]] = iter
    sections: Sequence[Section] = ()
    moves: Sequence[Move] = ()
    choices: Callable[[Mapping[str, Json]], Mapping[str, Options]] = _nothing
    start: Callable[[Request, Principal], Values | Response] = _no_start
    finders: Mapping[str, Callable[[str], Options]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The address of the list."""
        return f"/{self.house}/{self.collection.kind.name}"

    def permission(self, action: str) -> str:
        """Return the permission for an action on these records."""
        return f"{self.house}.{self.collection.kind.name}.{action}"

    def grid(self) -> Grid:
        """Return the list page."""
        return Grid(
            self.path,
            columns=self.columns,
            filters=self.filters(),
            search=self.search,
            default_sort=self.default_sort,
        )
