"""Rows of connections, and of the secrets by which their notices are believed."""

from sqlalchemy import Column, Integer, Table, Text

from ground.columns import Id, Instant, Json
from master_data.tables import METADATA

connection = Table(
    "connection",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("system", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("skew_ms", Integer),
    Column("settings", Json, nullable=False),
    Column("secret_cipher", Text),
    Column("webhook_secrets_cipher", Text),
    Column("kept", Json),
    Column("version", Integer, nullable=False),
    Column("health", Text, nullable=False),
    Column("health_reason", Text),
    Column("failing_since", Instant),
    Column("failures", Integer, nullable=False),
    Column("next_probe_at", Instant),
    Column("approved_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

webhook_secret = Table(
    "webhook_secret",
    METADATA,
    Column("connection", Text, primary_key=True),
    Column("mark", Text, primary_key=True),
    Column("added_at", Instant, nullable=False),
    Column("last_used_at", Instant),
)

link_fuse = Table(
    "link_fuse",
    METADATA,
    Column("connection", Text, primary_key=True),
    Column("golden_id", Id, nullable=False),
    Column("links", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("blown_at", Instant),
    Column("allowed_until", Instant),
)
