"""Rows of those who are told of changes."""

from sqlalchemy import Column, Index, Integer, Table, Text

from ground.columns import Id, Instant, Json
from master_data.tables import METADATA

subscriber = Table(
    "subscriber",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("url", Text, nullable=False),
    Column("secrets", Json, nullable=False),
    Column("entities", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("cursor", Text),
    Column("due_at", Instant, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Instant),
    Column("answer", Text),
    Column("told_at", Instant),
    Column("created_at", Instant, nullable=False),
    Index("ix_subscriber_due", "state", "due_at"),
)
