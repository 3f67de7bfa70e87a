"""Rows of the log of match decisions, and of keys that too many records have."""

from sqlalchemy import BigInteger, Column, Float, Index, Table, Text

from ground.columns import Id, Instant, Json
from master_data.tables import METADATA

match_decision = Table(
    "match_decision",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("golden_id", Id, nullable=False),
    Column("other_id", Id, nullable=False),
    Column("crossref_id", Id, nullable=False),
    Column("connection", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("weight", Float, nullable=False),
    Column("model", Text, nullable=False),
    Column("statistics", Text, nullable=False),
    Column("evidence", Json, nullable=False),
    Index("ix_match_decision_golden", "golden_id", "id"),
    Index("ix_match_decision_other", "other_id", "at"),
)

stop_key = Table(
    "stop_key",
    METADATA,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("entity", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("first_at", Instant, nullable=False),
)
