"""Rows of the hierarchy: the golden record that another one names as the one above it."""

from sqlalchemy import Column, Index, Table

from ground.columns import Id
from master_data.tables import METADATA

golden_parent = Table(
    "golden_parent",
    METADATA,
    Column("golden_id", Id, primary_key=True),
    Column("parent_id", Id, nullable=False),
    Index("ix_golden_parent_parent", "parent_id", "golden_id"),
)
