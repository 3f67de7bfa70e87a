"""Rows of rolled-up hours, and of what was still open when its hour was rolled up."""

from sqlalchemy import Column, Integer, Table, Text

from ground.columns import Id, Instant, Json
from master_data.tables import METADATA

balance_hour = Table(
    "balance_hour",
    METADATA,
    Column("connection", Text, primary_key=True),
    Column("hour", Instant, primary_key=True),
    Column("received", Integer, nullable=False),
    Column("counts", Json, nullable=False),
)

balance_late = Table(
    "balance_late",
    METADATA,
    Column("event_id", Id, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("hour", Instant, nullable=False),
)
