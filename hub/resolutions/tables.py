"""Rows of answers that were given to many conflicts at once."""

from sqlalchemy import Column, Table, Text

from ground.columns import Id, Instant, Json
from master_data.tables import METADATA

review = Table(
    "review",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("choice", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("settled", Json, nullable=False),
    Column("taken_back_at", Instant),
)
