"""Rows of hashed tombstones: no name, no external id."""

from sqlalchemy import Column, Table, Text

from ground.columns import Id, Instant
from master_data.tables import METADATA

erasure = Table(
    "erasure",
    METADATA,
    Column("mark", Text, primary_key=True),
    Column("golden_id", Id, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
)
