"""Rows of what people did, and of the chain over it and over the history of golden records."""

from sqlalchemy import Column, Index, Integer, Table, Text

from ground.columns import Id, Instant, Json
from master_data.tables import METADATA

audit_entry = Table(
    "audit_entry",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Json, nullable=False),
    Column("erased", Text),
    Index("ix_audit_entry_at", "at"),
    Index("ix_audit_entry_subject", "subject"),
)

audit_block = Table(
    "audit_block",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("many", Integer, nullable=False),
    Column("marks", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("sealed_at", Instant, nullable=False),
)
