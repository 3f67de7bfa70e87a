"""Rows of effects: one intended write to one crossref, from plan to answer."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from ground.columns import Id, Instant, Json
from master_data.tables import METADATA

PLANNED = text("state in ('planned', 'waiting')")
IN_FLIGHT = text("state in ('sent', 'unknown')")
OPEN = text("state in ('planned', 'waiting', 'sent', 'unknown')")

effect = Table(
    "effect",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("crossref_id", Id, nullable=False),
    Column("golden_id", Id, nullable=False),
    Column("connection", Text, nullable=False),
    Column("object_type", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("event_id", Id),
    Column("reason", Text, nullable=False),
    Column("waits_for", Text),
    Column("due_at", Instant, nullable=False),
    Column("token", Text),
    Column("attempts", Integer, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("settled_at", Instant),
    Column("frozen", Json),
    Column("answer", Json),
    Index(
        "ux_effect_planned",
        "crossref_id",
        unique=True,
        sqlite_where=PLANNED,
        postgresql_where=PLANNED,
    ),
    Index(
        "ux_effect_in_flight",
        "crossref_id",
        unique=True,
        sqlite_where=IN_FLIGHT,
        postgresql_where=IN_FLIGHT,
    ),
    Index(
        "ix_effect_due", "connection", "state", "due_at", sqlite_where=OPEN, postgresql_where=OPEN
    ),
    Index("ix_effect_lane", "lane", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_effect_waits_for", "waits_for", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_effect_golden", "golden_id", "planned_at"),
)
