"""What the parts of loading hand to each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rectoverso.errors import NotPossible


class Entity(StrEnum):
    """What the rows of a file are."""

    CUSTOMERS = "customers"
    SUPPLIERS = "suppliers"
    PRODUCTS = "products"

    @property
    def collection(self) -> str:
        """Return the collection of the REST API that takes them."""
        return "products" if self is Entity.PRODUCTS else "customers"


class App(StrEnum):
    """Which built-in app takes the rows."""

    CRM = "crm"
    ERP = "erp"


class BadFile(NotPossible):
    """The file as a whole cannot be read; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line at which it starts (1 is the header) and its cells."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file as read. `digest` is the start of the SHA-256 of its bytes, in hex."""

    digest: str
    header: tuple[str, ...]
    rows: Sequence[Row]

    def reference(self, line: int) -> str:
        """Return the key under which a row is loaded: the same file and line, the same record."""
        return f"load:{self.digest}:{line}"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one cell, or about the row when no column is named."""

    column: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """One row as it will be sent. `findings` are remarks; a row that cannot be sent is a BadRow.

    `category` is the name of the category that a product belongs to, `contact` the fields of the
    person to talk to.
    """

    row: Row
    values: dict[str, Any]
    findings: Sequence[Finding] = ()
    category: str | None = None
    contact: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that is not loaded, and why."""

    row: Row
    findings: Sequence[Finding]


@dataclass(slots=True)
class Sent:
    """What came of the rows that were sent."""

    written: int = 0
    already: int = 0
    refused: list[BadRow] = field(default_factory=list)
