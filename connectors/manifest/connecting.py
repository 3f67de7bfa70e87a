"""Rules of a manifest about the connection, its notices and managed fields."""

from typing import Literal

from pydantic import Field

from connectors.manifest.kinds import Method, Path, Rule, Template, Word

__all__ = [
    "AuthRule",
    "CheckRule",
    "Limits",
    "ManagedFieldsRule",
    "NoticeRule",
    "Secret",
    "SubscribeRule",
    "Timing",
]


class Secret(Rule):
    """A secret the integrator enters."""

    name: Word
    title: str


class AuthRule(Rule):
    """Headers of every request; templates of secret names."""

    headers: dict[str, Template] = Field(default_factory=dict)


class Limits(Rule):
    """The rate budget of one connection."""

    per_second: float = Field(default=50.0, gt=0)
    burst: int = Field(default=50, ge=1)
    reserved: float = Field(default=0.5, ge=0, le=1)
    """The share of the burst that background work leaves to people's work."""
    patience: float = Field(default=2.0, ge=0)
    """Seconds a call waits for the budget before it gives up."""


class Timing(Rule):
    """Seconds: how long calls may take and what the system promises."""

    deadline: float = Field(default=15.0, gt=0)
    read_lag: float = Field(default=0.0, ge=0)
    settles_within: float = Field(default=20.0, ge=0)


class CheckRule(Rule):
    """An address that answers to good credentials."""

    path: str
    system: Path | None = None
    version: Path | None = None
    time: Path | None = None


class NoticeRule(Rule):
    """What a notice looks like and how it is signed."""

    scheme: Literal["standard_webhooks"] = "standard_webhooks"
    changes: Path = "changes"
    object: Path = "object"
    objects: dict[str, Word] = Field(default_factory=dict)
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


class SubscribeRule(Rule):
    """Asking for notices."""

    path: str
    method: Method = "POST"
    url: str = "url"
    body: dict[str, str | bool | list[str]] = Field(default_factory=dict)
    secret: Path = "secret"  # noqa: S105 - a path, not a secret


class ManagedFieldsRule(Rule):
    """Handing over the list of fields that only we may write."""

    path: Template
    """Of `object`."""
    method: Method = "PUT"
    fields: str = "fields"
    field: str = "field"
    kept_by: str = "kept_by"
    text: str = "text"
