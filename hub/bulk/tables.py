"""Rows of first readings in bulk: how far each is, and the keys of what it has read."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, text

from ground.columns import Id, Instant
from master_data.tables import METADATA

bulk_run = Table(
    "bulk_run",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("object_type", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("cursor", Text),
    Column("pages", Integer, nullable=False),
    Column("read", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("ordinary", Integer, nullable=False),
    Column("suspects", Integer, nullable=False),
    Column("mark", Integer, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Index(
        "ux_bulk_run_open",
        "connection",
        "object_type",
        unique=True,
        sqlite_where=text("ended_at is null"),
        postgresql_where=text("ended_at is null"),
    ),
)

bulk_page = Table(
    "bulk_page",
    METADATA,
    Column("run", Id, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("numbers", LargeBinary, nullable=False),
    Column("counts", LargeBinary, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    Column("identifying", LargeBinary, nullable=False),
)
