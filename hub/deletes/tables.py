"""Rows of deletes, of blown fuses, and of what a complete listing has shown so far."""

from sqlalchemy import Boolean, Column, Index, Table, Text

from ground.columns import Id, Instant
from master_data.tables import METADATA

deletion = Table(
    "deletion",
    METADATA,
    Column("event_id", Id, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("object_type", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("crossref_id", Id, nullable=False),
    Column("golden_id", Id, nullable=False),
    Column("at", Instant, nullable=False),
    Column("held", Boolean, nullable=False),
    Index("ix_deletion_recent", "connection", "held", "at"),
)

fuse = Table(
    "fuse",
    METADATA,
    Column("connection", Text, primary_key=True),
    Column("blown_at", Instant),
    Column("allowed_until", Instant),
)

sighting = Table(
    "sighting",
    METADATA,
    Column("connection", Text, primary_key=True),
    Column("object_type", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
)
