"""Rows of scores, of what to mend, and of days; none holds a value of a record."""

from sqlalchemy import Column, Index, Integer, Table, Text

from ground.columns import Id, Instant, Json
from master_data.tables import METADATA

quality = Table(
    "quality",
    METADATA,
    Column("golden_id", Id, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("score", Integer, nullable=False),
    Column("parts", Json, nullable=False),
    Column("findings", Json, nullable=False),
    Column("assessed_at", Instant, nullable=False),
    Index("ix_quality_worst", "entity", "score", "golden_id"),
    Index("ix_quality_oldest", "assessed_at"),
)

quality_finding = Table(
    "quality_finding",
    METADATA,
    Column("golden_id", Id, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("score", Integer, nullable=False),
    Index("ix_quality_finding_list", "entity", "rule", "path", "score", "golden_id"),
)

quality_day = Table(
    "quality_day",
    METADATA,
    Column("entity", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("records", Integer, nullable=False),
    Column("score", Integer, nullable=False),
    Column("findings", Json, nullable=False),
)
