"""Rules of a manifest about records and how they are read."""

from pydantic import Field

from connectors.manifest.kinds import Path, Rule, Template

__all__ = ["ChangesRule", "ObjectType", "ReadRule", "RecordRule"]


class RecordRule(Rule):
    """Where a record keeps what the hub needs of every record."""

    id: Path = "id"
    version: Path | None = "version"
    comparable_version: bool = False
    changed_at: Path | None = "updated_at"
    client_key: Path | None = None
    actor: Path | None = None


class ObjectType(Rule):
    """One kind of record of this system."""

    path: Template
    """The collection, below the base address."""
    record_schema: str | None = Field(default=None, alias="schema")
    """A file of the system folder."""


class ReadRule(Rule):
    """Reading many records by a list of ids."""

    ids: str = "ids"
    """The query parameter."""
    separator: str = ","
    most: int = Field(default=100, ge=1)
    items: Path = "items"
    query: dict[str, Template] = Field(default_factory=dict)
    """More parameters; templates of `count`."""


class ChangesRule(Rule):
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
