"""Rows of living workers."""

from sqlalchemy import Column, Table

from ground.columns import Id, Instant
from master_data.tables import METADATA

worker = Table(
    "worker",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("unheard_since", Instant),
)
