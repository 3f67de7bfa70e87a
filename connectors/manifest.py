"""The model of a `manifest.toml`: all that the declarative engine has to know of one system.

A *path* names a place in a JSON document by dots ("problem.detail"); an empty path is the whole
document. A *template* is text with names in braces; which names it may use is said beside it.
docs/connectors.md explains every key.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from connectors.contract import Deletes

__all__ = [
    "AuthRule",
    "BulkRule",
    "ChangesRule",
    "CheckRule",
    "DeleteRule",
    "ErrorRule",
    "Limits",
    "ManagedFieldsRule",
    "Manifest",
    "NoticeRule",
    "ObjectType",
    "Outcome",
    "ProblemRule",
    "ReadRule",
    "RecordRule",
    "Secret",
    "SingleRule",
    "SubscribeRule",
    "Timing",
    "fill",
]

_NAME = re.compile(r"\{([a-z_]+)\}")

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Path = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9_@$-]+(\.[A-Za-z0-9_@$-]+)*)?$")]
Template = str
Status = Annotated[str, StringConstraints(pattern=r"^[1-5](\d\d|xx)$")]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


def fill(template: str, **values: str) -> str:
    """Return the template with its names replaced; an unknown name is a `KeyError`."""
    return _NAME.sub(lambda match: values[match[1]], template)


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Secret(_Rule):
    """A secret the integrator enters."""

    name: Name
    title: str


class AuthRule(_Rule):
    """Headers of every request; templates of secret names."""

    headers: dict[str, Template] = Field(default_factory=dict)


class Limits(_Rule):
    """The rate budget of one connection."""

    per_second: float = Field(default=50.0, gt=0)
    burst: int = Field(default=50, ge=1)
    reserved: float = Field(default=0.5, ge=0, le=1)
    """The share of the burst that background work leaves to people's work."""
    patience: float = Field(default=2.0, ge=0)
    """Seconds a call waits for the budget before it gives up."""


class Timing(_Rule):
    """Seconds: how long calls may take and what the system promises."""

    deadline: float = Field(default=15.0, gt=0)
    read_lag: float = Field(default=0.0, ge=0)
    settles_within: float = Field(default=20.0, ge=0)


class RecordRule(_Rule):
    """Where a record keeps what the hub needs of every record."""

    id: Path = "id"
    version: Path | None = "version"
    comparable_version: bool = False
    changed_at: Path | None = "updated_at"
    client_key: Path | None = None
    actor: Path | None = None


class ObjectType(_Rule):
    """One kind of record of this system."""

    path: Template
    """The collection, below the base address."""
    record_schema: str | None = Field(default=None, alias="schema")
    """A file of the system folder."""


class CheckRule(_Rule):
    """An address that answers to good credentials."""

    path: str
    system: Path | None = None
    version: Path | None = None
    time: Path | None = None


class ReadRule(_Rule):
    """Reading many records by a list of ids."""

    ids: str = "ids"
    """The query parameter."""
    separator: str = ","
    most: int = Field(default=100, ge=1)
    items: Path = "items"
    query: dict[str, Template] = Field(default_factory=dict)
    """More parameters; templates of `count`."""


class ChangesRule(_Rule):
    """Listing what changed since an instant, by (stamp, id)."""

    since: str = "updated_since"
    """The query parameter; inclusive."""
    start: str = "1970-01-01T00:00:00Z"
    """Its value when everything is wanted."""
    query: dict[str, Template] = Field(default_factory=dict)
    """More parameters; templates of `limit`."""
    overlap: float = Field(default=5.0, ge=0)
    """Seconds each new reading goes back behind the last stamp seen."""
    items: Path = "items"
    next: Path = "next"
    """Where the page token of the next page stands; null or missing at the end."""
    after: str = "after"
    """The query parameter for the page token."""
    most: int = Field(default=500, ge=1)
    tombstone: Path | None = None
    """A place that is filled in deleted records only."""


class BulkRule(_Rule):
    """Writing many records by one request that answers item by item."""

    path: Template
    """Of `path`, the object type's."""
    method: Method = "POST"
    most: int = Field(default=100, ge=1)
    items: str = "items"
    item_id: str = "id"
    item_client_key: str | None = None
    item_version: str | None = None
    item_values: str = "values"
    results: Path = "results"
    status: Path = "status"
    id: Path = "id"
    version: Path | None = "version"
    changed: Path | None = "changed"
    record: Path | None = "record"
    problem: Path = "problem"
    upsert: bool = False
    """A create with a known client key finds the record of the first one."""


class SingleRule(_Rule):
    """Writing one record by POST or PATCH."""

    create_path: Template = "{path}"
    create_method: Method = "POST"
    create_headers: dict[str, Template] = Field(default_factory=dict)
    """Templates of `key`."""
    update_path: Template = "{path}/{id}"
    update_method: Method = "PATCH"
    update_headers: dict[str, Template] = Field(default_factory=dict)
    """Sent if a version is expected; templates of `version`."""
    client_key: str | None = None
    """The top-level field of a new record that takes the client key."""
    record: Path = ""
    upsert: bool = False


class DeleteRule(_Rule):
    """Deleting one record."""

    path: Template = "{path}/{id}"
    method: Method = "DELETE"
    headers: dict[str, Template] = Field(default_factory=dict)
    """Sent if a version is expected; templates of `version`."""


class Outcome(StrEnum):
    """What a status means; see docs/connectors.md for what becomes of it in each call."""

    OK = "ok"
    REFUSED = "refused"
    STALE = "stale"
    GONE = "gone"
    LATER = "later"
    UNKNOWN = "unknown"
    NOT_AUTHORISED = "not_authorised"
    CURSOR_LOST = "cursor_lost"
    NOT_UNDERSTOOD = "not_understood"


class ErrorRule(_Rule):
    """If all that is named here fits, the answer means `outcome`; the first rule that fits wins."""

    status: tuple[Status, ...]
    """Exact ("409") or a class ("5xx")."""
    scope: Literal["any", "request", "item"] = "any"
    path: Path | None = None
    matches: str | None = None
    """A regular expression found in the text at `path` of the problem."""
    outcome: Outcome

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if (self.path is None) != (self.matches is None):
            raise ValueError("path and matches belong together")
        if self.matches is not None:
            re.compile(self.matches)
        return self


class ProblemRule(_Rule):
    """Where a problem document says what is wrong."""

    reason: tuple[Path, ...] = ("detail", "title")
    """The first that is filled."""
    fields: Path = "errors"
    """A list of objects that name fields."""
    field: Path = "field"
    field_reason: Path = "reason"
    one_field: Path | None = None
    """For problems about one field: its name and what is wrong with it."""
    one_reason: Path | None = None


class NoticeRule(_Rule):
    """What a notice looks like and how it is signed."""

    scheme: Literal["standard_webhooks"] = "standard_webhooks"
    changes: Path = "changes"
    object: Path = "object"
    objects: dict[str, Name] = Field(default_factory=dict)
    """The notice's word for an object type, where it is another."""
    id: Path = "id"
    version: Path | None = "version"
    kind: Path = "kind"
    deleted: tuple[str, ...] = ("deleted",)
    """The kinds that mean a delete; all others mean a change."""
    changed_at: Path | None = "at"
    client_key: Path | None = "external_ref"
    actor: Path | None = "actor"
    record: Path | None = "record"


class SubscribeRule(_Rule):
    """Asking for notices."""

    path: str
    method: Method = "POST"
    url: str = "url"
    body: dict[str, str | list[str]] = Field(default_factory=dict)
    secret: Path = "secret"  # noqa: S105 - a path, not a secret


class ManagedFieldsRule(_Rule):
    """Handing over the list of fields that only we may write."""

    path: Template
    """Of `object`."""
    method: Method = "PUT"
    fields: str = "fields"
    field: str = "field"
    kept_by: str = "kept_by"
    text: str = "text"


class Manifest(_Rule):
    """One kind of system."""

    name: Name
    title: str
    dialect: Literal["rest", "code"] = "rest"
    """`code`: the folder's connector.py builds the connector from this manifest."""
    deletes: Deletes = Deletes.NONE
    secrets: tuple[Secret, ...] = ()
    auth: AuthRule = AuthRule()
    limits: Limits = Limits()
    timing: Timing = Timing()
    record: RecordRule = RecordRule()
    objects: dict[Name, ObjectType] = Field(min_length=1)
    check: CheckRule
    read: ReadRule = ReadRule()
    changes: ChangesRule = ChangesRule()
    bulk: BulkRule | None = None
    single: SingleRule | None = None
    delete: DeleteRule | None = None
    errors: tuple[ErrorRule, ...] = ()
    problem: ProblemRule = ProblemRule()
    notices: NoticeRule | None = None
    subscribe: SubscribeRule | None = None
    managed_fields: ManagedFieldsRule | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.bulk is None) == (self.single is None) and self.dialect == "rest":
            raise ValueError("a system is written by either bulk or single")
        if self.deletes is Deletes.TOMBSTONES and self.changes.tombstone is None:
            raise ValueError("tombstones need changes.tombstone")
        self._check_templates()
        return self

    def _check_templates(self) -> None:
        _only({secret.name for secret in self.secrets}, self.auth.headers.values())
        _only({"limit"}, self.changes.query.values())
        _only({"count"}, self.read.query.values())
        if self.bulk is not None:
            _only({"path"}, [self.bulk.path])
        if self.single is not None:
            _only({"path"}, [self.single.create_path])
            _only({"path", "id"}, [self.single.update_path])
            _only({"key"}, self.single.create_headers.values())
            _only({"version"}, self.single.update_headers.values())
        if self.delete is not None:
            _only({"path", "id"}, [self.delete.path])
            _only({"version"}, self.delete.headers.values())
        if self.managed_fields is not None:
            _only({"object"}, [self.managed_fields.path])


def _only(allowed: set[str], templates: Iterable[str]) -> None:
    for template in templates:
        unknown = set(_NAME.findall(template)) - allowed
        if unknown:
            raise ValueError(f"{template!r} may not use {', '.join(sorted(unknown))}")
