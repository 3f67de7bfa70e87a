"""What a kind of record is, and one record of it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from ground.records.elements import Elements
from ground.records.fields import Text, ValueType
from ground.records.findings import Findings
from ground.strict_json import Json

Values: TypeAlias = dict[str, Json]
"""The app's own fields of a record, all of them, in normal form."""

Linked: TypeAlias = Callable[[Json], "Values | None"]
"""The values of a linked record by its id; None when it is not there."""

EXTERNAL_REF = "external_ref"
LONGEST_REF = 120
SERVER_OWNED = frozenset({"id", "version", "created_at", "updated_at", "updated_by", "deleted_at"})


class Author(Protocol):
    """Who changes a record; a portal's principal is one."""

    @property
    def id(self) -> str:
        """Its identifier."""
        ...


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind.

    required: neither missing on create nor cleared later. immutable: set once. unique: no two
    living records share it. given: set by this app itself, refused from outside. column: filtered
    and sorted by, so it has a column of its own.
    """

    name: str
    type: ValueType
    required: bool = False
    immutable: bool = False
    unique: bool = False
    given: bool = False
    column: bool = False


Finish: TypeAlias = Callable[[Values, Collection[str], Linked, Findings], None]
"""Sees all values after the given ones (their names) were cleaned and merged in, and may normalise
what needs more than one field; it replaces values, never changes them in place."""


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers this app gives: `field` gets `form.format(n)`; gaps are allowed."""

    field: str
    form: str


@dataclass(frozen=True, slots=True)
class RecordKind:
    """An entity of an app. `name` is its collection in paths, notices and tables.

    tree: the field that links a record to its parent in the same collection. search: fields whose
    texts `q=` looks in.
    """

    name: str
    prefix: str
    title: str
    fields: tuple[Field, ...]
    search: tuple[str, ...]
    finish: Finish | None = None
    tree: str | None = None
    series: Series | None = None
    by_name: Mapping[str, Field] = field(init=False)
    search_parts: tuple[tuple[str, tuple[str, ...]], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Index the fields, and which parts of elements are searched."""
        by_name = {each.name: each for each in self.fields}
        parts = tuple((name, _searched_parts(by_name[name].type)) for name in self.search)
        object.__setattr__(self, "by_name", by_name)
        object.__setattr__(self, "search_parts", parts)


def _searched_parts(kind_of_value: ValueType) -> tuple[str, ...]:
    if not isinstance(kind_of_value, Elements):
        return ()
    return tuple(
        part.name
        for part in kind_of_value.parts
        if isinstance(part.type, Text) and part.name not in {"purpose", "subdivision"}
    )


REF_FIELD = Field(EXTERNAL_REF, Text(LONGEST_REF), column=True)


@dataclass(frozen=True, slots=True)
class Record:
    """One version of a record; a tombstone has `deleted_at` and no values."""

    id: str
    version: int
    created_at: datetime
    updated_at: datetime
    updated_by: str
    external_ref: str | None
    deleted_at: datetime | None
    values: Values

    def document(self) -> dict[str, object]:
        """Return the JSON form; a tombstone says only that it is one."""
        if self.deleted_at is not None:
            return {
                "id": self.id,
                "version": self.version,
                "deleted_at": self.deleted_at,
            }
        return {
            "id": self.id,
            "version": self.version,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "updated_by": self.updated_by,
            "external_ref": self.external_ref,
            **self.values,
        }


@dataclass(frozen=True, slots=True)
class ManagedField:
    """A field that only `set_by` may write, because `kept_by` keeps it up."""

    field: str
    kept_by: str
    text: str
    set_by: str


class Intent(StrEnum):
    """What a write means to do."""

    CREATE = "create"
    """Make a new record; an external_ref in use is a duplicate."""
    UPDATE = "update"
    """Change the record with this id."""
    UPSERT = "upsert"
    """Change the record with this external_ref, or make it."""


@dataclass(frozen=True, slots=True)
class Write:
    """One wish to change a record. `given`: fields as they came; `expected`: version or None."""

    intent: Intent
    given: Mapping[str, Json]
    id: str | None = None
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """How a write ended well; `changed` is False when the record already was like that."""

    record: Record
    created: bool
    changed: bool
