"""Rows of alerts: one per trouble, as long as it lasts."""

from sqlalchemy import Boolean, Column, Table, Text

from ground.columns import Instant, Json
from master_data.tables import METADATA

alert = Table(
    "alert",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("told_at", Instant),
    Column("told_by", Json),
    Column("over", Boolean, nullable=False),
)
