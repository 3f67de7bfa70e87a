"""Rows of chores: when each is due, and who has it until when."""

from sqlalchemy import Column, Table, Text

from ground.columns import Instant
from master_data.tables import METADATA

chore = Table(
    "chore",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("due_at", Instant, nullable=False),
    Column("token", Text),
    Column("mark", Text),
    Column("done_at", Instant),
    Column("error", Text),
)
