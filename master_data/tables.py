"""Rows of golden records and of the links to source records."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, text

from ground.columns import Id, Instant, Json, metadata

METADATA = metadata()

golden = Table(
    "golden",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("body", Json, nullable=False),
    Column("provenance", Json, nullable=False),
    Column("decisions", Json, nullable=False),
    Column("held", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("ix_golden_recent", "entity", "updated_at", "id"),
    Index("ix_golden_title", "entity", "folded", "id"),
)

golden_version = Table(
    "golden_version",
    METADATA,
    Column("golden_id", Id, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("connection", Text),
    Column("event_id", Id),
    Column("actor", Text),
    Column("mapping_version", Integer),
    Column("changes", Json, nullable=False),
    Column("snapshot", Json),
    Column("erased", Text),
    Index("ix_golden_version_at", "at"),
)

crossref = Table(
    "crossref",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("object_type", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("golden_id", Id, nullable=False),
    Column("external_id", Text),
    Column("state", Text, nullable=False),
    Column("is_primary", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("remote_version", Text),
    Column("record", Json),
    Column("base", Json, nullable=False),
    Column("contributions", Json, nullable=False),
    Column("elements", Json, nullable=False),
    Column("absent", Json, nullable=False),
    Column("held", Json, nullable=False),
    Column("parked", Text),
    Column("writes", Json, nullable=False),
    Column("seen_at", Instant),
    Column("settled_at", Instant),
    Column("mapping_version", Integer, nullable=False),
    Column("gone", Json),
    Column("created_at", Instant, nullable=False),
    Index("ux_crossref_record", "connection", "object_type", "external_id", unique=True),
    Index("ix_crossref_golden", "golden_id"),
    Index(
        "ux_crossref_primary",
        "golden_id",
        "connection",
        "object_type",
        unique=True,
        sqlite_where=text("is_primary"),
        postgresql_where=text("is_primary"),
    ),
)

match_key = Table(  # of golden records that are not in the index yet
    "match_key",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("golden_id", Id, primary_key=True),
    Index("ix_match_key_golden", "golden_id"),
)

alias = Table(
    "alias",
    METADATA,
    Column("old_id", Id, primary_key=True),
    Column("golden_id", Id, nullable=False),
    Index("ix_alias_golden", "golden_id"),
)

edge = Table(
    "edge",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("one", Id, nullable=False),
    Column("other", Id, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("before", Json, nullable=False),
    Column("removed_at", Instant),
    Column("removed_by", Text),
    Column("removed_why", Text),
    Index("ix_edge_one", "one"),
    Index("ix_edge_other", "other"),
)

home = Table(
    "home",
    METADATA,
    Column("golden_id", Id, primary_key=True),
    Column("root", Id, nullable=False),
    Column("crossrefs", Json, nullable=False),
    Column("names", Json, nullable=False),
    Column("decisions", Json, nullable=False),
    Column("snapshot", Json, nullable=False),
    Index("ix_home_root", "root"),
)

pin = Table(
    "pin",
    METADATA,
    Column("golden_id", Id, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("until", Instant, nullable=False),
    Index("ix_pin_until", "until"),
)
