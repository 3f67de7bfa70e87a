"""Rows of the lanes that wait to be served; the row goes away when its lane has been served."""

from sqlalchemy import Column, Index, Integer, Table, Text

from ground.columns import Instant
from master_data.tables import METADATA

lane = Table(
    "lane",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("token", Text),
    Column("waits_for", Text),
    Column("attempts", Integer, nullable=False),
    Index("ix_lane_due", "connection", "due_at"),
    Index("ix_lane_waits_for", "waits_for"),
)
