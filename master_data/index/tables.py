"""Rows of the index. A golden record has one form and a row for each of its keys."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, Table, Text

from ground.columns import Id, Instant, Json
from master_data.tables import METADATA

__all__ = ["METADATA", "blocking_key", "match_form", "match_statistics", "match_threshold"]

match_form = Table(
    "match_form",
    METADATA,
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("golden_id", Id, nullable=False),
    Column("entity", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("form", Json, nullable=False),
    Index("ux_match_form_golden", "golden_id", unique=True),
)

blocking_key = Table(
    "blocking_key",
    METADATA,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

match_statistics = Table(
    "match_statistics",
    METADATA,
    Column("entity", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("records", BigInteger, nullable=False),
    Column("counts", Json, nullable=False),
)

match_threshold = Table(
    "match_threshold",
    METADATA,
    Column("entity", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("link", Float, nullable=False),
    Column("review", Float, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
