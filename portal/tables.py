"""The portal's rows: users, their sessions, API keys, and failed sign-ins."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table

from ground.columns import Id, Instant, Json, metadata

METADATA = metadata()

users = Table(
    "users",
    METADATA,
    Column("id", Id, primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("role", String(20), nullable=False),
    Column("language", String(8), nullable=False),
    Column("theme", String(8), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("signed_in_at", Instant),
    Column("version", Integer, nullable=False),
)

sessions = Table(
    "sessions",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", Id, ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("started_at", Instant, nullable=False, index=True),
    Column("seen_at", Instant, nullable=False),
)

api_keys = Table(
    "api_keys",
    METADATA,
    Column("secret_hash", String(64), primary_key=True),
    Column("id", Id, nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("hint", String(16), nullable=False),
    Column("role", String(20), nullable=False),
    Column("scopes", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Id, nullable=False),
    Column("expires_at", Instant),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
)

failures = Table(
    "sign_in_failures",
    METADATA,
    Column("subject", String(80), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False, index=True),
)
