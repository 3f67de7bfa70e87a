"""Rows of the cursors by which connections are polled."""

from sqlalchemy import Column, Index, Table, Text

from ground.columns import Instant, Json
from master_data.tables import METADATA

poll = Table(
    "poll",
    METADATA,
    Column("connection", Text, primary_key=True),
    Column("object_type", Text, primary_key=True),
    Column("cursor", Text),
    Column("due_at", Instant, nullable=False),
    Column("token", Text),
    Column("full_since", Instant),
    Column("last_ok_at", Instant),
    Column("last_full_at", Instant),
    Column("error", Text),
    Column("told", Json),
    Index("ix_poll_due", "due_at"),
)
