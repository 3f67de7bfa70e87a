"""Rows of connections whose golden records are still to be planned for, page by page."""

from sqlalchemy import Column, Table, Text

from ground.columns import Instant
from master_data.tables import METADATA

replanning = Table(
    "replanning",
    METADATA,
    Column("connection", Text, primary_key=True),
    Column("after", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
)
