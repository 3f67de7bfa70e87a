"""Rows of conflicts: what the hub will not decide alone."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from ground.columns import Id, Instant, Json
from master_data.tables import METADATA

OPEN = text("closed_at is null")

conflict = Table(
    "conflict",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("golden_id", Id, nullable=False),
    Column("subject", Text, nullable=False),
    Column("connection", Text),
    Column("rule", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("rivals", Json, nullable=False),
    Column("events", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("closed_by", Text),
    Column("resolution", Json),
    Column("cause", Text),
    Index(
        "ux_conflict_open",
        "golden_id",
        "kind",
        "subject",
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    ),
    Index("ix_conflict_recent", "opened_at", "id", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_conflict_golden", "golden_id"),
    Index("ix_conflict_cause", "cause", "id", sqlite_where=OPEN, postgresql_where=OPEN),
)
