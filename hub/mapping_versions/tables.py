"""Rows of mapping versions, and of mappings whose records are still to be brought to a version."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from ground.columns import Instant, Json
from master_data.tables import METADATA

DRAFT = text("state = 'draft'")
ACTIVE = text("state = 'active'")

mapping_version = Table(
    "mapping_version",
    METADATA,
    Column("connection", Text, primary_key=True),
    Column("object_type", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("laws", Json),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("published_at", Instant),
    Column("published_by", Text),
    Index(
        "ux_mapping_version_draft",
        "connection",
        "object_type",
        unique=True,
        sqlite_where=DRAFT,
        postgresql_where=DRAFT,
    ),
    Index(
        "ux_mapping_version_active",
        "connection",
        "object_type",
        unique=True,
        sqlite_where=ACTIVE,
        postgresql_where=ACTIVE,
    ),
)

remapping = Table(
    "remapping",
    METADATA,
    Column("connection", Text, primary_key=True),
    Column("object_type", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("after", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
)
