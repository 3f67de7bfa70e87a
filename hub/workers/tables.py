"""Rows of living workers, and of those that ended lately without saying so."""

from sqlalchemy import Column, Table, Text

from ground.columns import Id, Instant
from master_data.tables import METADATA

worker = Table(
    "worker",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("unheard_since", Instant),
    Column("process", Text),
    Column("ended_at", Instant),
    Column("emptied_at", Instant),
)
