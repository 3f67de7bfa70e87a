"""Rules of a manifest about writing and what the answers mean."""

import re
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from connectors.manifest.kinds import Method, Path, Rule, Status, Template

__all__ = ["BulkRule", "DeleteRule", "ErrorRule", "Outcome", "ProblemRule", "SingleRule"]


class BulkRule(Rule):
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


class SingleRule(Rule):
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


class DeleteRule(Rule):
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


class ErrorRule(Rule):
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


class ProblemRule(Rule):
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
