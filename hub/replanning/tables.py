"""Rows of connections whose golden records are still to be planned for, page by page."""

from sqlalchemy import Column, Integer, Table, Text

from ground.columns import Instant, Json
from master_data.tables import METADATA

replanning = Table(
    "replanning",
    METADATA,
    Column("connection", Text, primary_key=True),
    Column("after", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("began_at", Instant),
    Column("planned", Integer),
    Column("ramp", Json),
    Column("held", Text),
)
