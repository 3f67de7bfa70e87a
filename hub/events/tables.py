"""Rows of notices as received and of the events in them."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from ground.columns import Id, Instant, Json
from master_data.tables import METADATA

UNDECIDED = text("decided_at is null")
DELETED = text("kind = 'deleted'")
OPEN = text("outcome in ('waiting', 'held', 'conflict')")

notice = Table(
    "notice",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("notice_id", Text),
    Column("received_at", Instant, nullable=False),
    Column("size", Integer, nullable=False),
    Column("event_count", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Index("ux_notice_once", "connection", "notice_id", unique=True),
)

event = Table(
    "event",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("object_type", Text, nullable=False),
    Column("external_id", Text),
    Column("lane", Text, nullable=False),
    Column("outcome", Text),
    Column("received_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("golden_id", Id),
    Column("notice_id", Id),
    Column("position", Integer),
    Column("kind", Text, nullable=False),
    Column("version", Text),
    Column("changed_at", Instant),
    Column("read_at", Instant),
    Column("client_key", Text),
    Column("actor", Text),
    Column("detail", Json),
    Column("state", Json),
    Index("ix_event_undecided", "lane", sqlite_where=UNDECIDED, postgresql_where=UNDECIDED),
    Index("ix_event_open", "lane", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_event_deleted", "lane", sqlite_where=DELETED, postgresql_where=DELETED),
    Index("ix_event_golden", "golden_id", "received_at"),
)
