"""Rows of notices: who is told, what waits to be told, what was told."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from ground.columns import Id, Instant, Json

LONGEST_ANSWER = 200


class EndpointState(StrEnum):
    """Whether an endpoint is told."""

    ACTIVE = "active"
    DISABLED = "disabled"
    """It failed for days; changes are kept for it until it is enabled or removed."""
    GONE = "gone"
    """It answered 410; nothing is kept."""


class NoticeState(StrEnum):
    """How far a notice is."""

    OPEN = "open"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class NoticeTables:
    """The tables of one app."""

    endpoints: Table
    pending: Table
    notices: Table


def notice_tables(metadata: MetaData) -> NoticeTables:
    """Define the tables in an app's metadata."""
    return NoticeTables(_endpoints(metadata), _pending(metadata), _notices(metadata))


def _endpoints(metadata: MetaData) -> Table:
    return Table(
        "notice_endpoints",
        metadata,
        Column("id", Id, primary_key=True),
        Column("url", Text, nullable=False),
        Column("topics", Json, nullable=False),  # collections; none means all
        Column("secrets", Json, nullable=False),  # sealed, the newest first
        Column("created_at", Instant, nullable=False),
        Column("created_by", Id, nullable=False),
        Column("except_by", Id),  # an actor of whose changes it is not told
        Column("state", String(10), nullable=False),
        Column("reason", Text),
        Column("failures", Integer, nullable=False),  # one after the other
        Column("failing_since", Instant),
        Column("next_at", Instant, nullable=False),
        Column("delivered_at", Instant),
    )


def _pending(metadata: MetaData) -> Table:
    """One row per endpoint and record, whether it waits or is under way.

    While `notice_id` is set the record is in that notice with `notice_version`; a `version` above
    it is a newer change that waits for the notice to be settled.
    """
    table = Table(
        "notice_pending",
        metadata,
        _endpoint_id(primary_key=True),
        Column("object", String(40), primary_key=True),
        Column("record_id", String(120), primary_key=True),
        Column("version", Integer, nullable=False),
        Column("at", Instant, nullable=False),
        Column("actor", String(120)),
        Column("notice_id", Id),
        Column("notice_version", Integer),
    )
    waits = table.c.notice_id.is_(None)
    under_way = table.c.notice_id.is_not(None)
    _partial_index("ix_notice_pending_waits", waits, table.c.endpoint_id, table.c.at)
    _partial_index("ix_notice_pending_under_way", under_way, table.c.notice_id)
    return table


def _notices(metadata: MetaData) -> Table:
    table = Table(
        "notices",
        metadata,
        Column("id", Id, primary_key=True),
        _endpoint_id(primary_key=False),
        Column("state", String(10), nullable=False),
        Column("body", LargeBinary),  # given up once delivered
        Column("changes", Integer, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("due_at", Instant, nullable=False),
        Column("attempts", Integer, nullable=False),  # that were answered, or may have been
        Column("lease", Integer, nullable=False),  # rises with each claim: the fence
        Column("lease_until", Instant, nullable=False),
        Column("answer", String(LONGEST_ANSWER)),
        Column("settled_at", Instant),
    )
    is_open = table.c.state == NoticeState.OPEN
    _partial_index("ix_notices_open", is_open, table.c.endpoint_id, table.c.due_at)
    Index("ix_notices_settled", table.c.settled_at)
    return table


def _endpoint_id(*, primary_key: bool) -> Column[str]:
    key = ForeignKey("notice_endpoints.id", ondelete="CASCADE")
    return Column("endpoint_id", Id, key, primary_key=primary_key, nullable=False)


def _partial_index(name: str, where: ColumnElement[bool], *columns: Column[Any]) -> None:
    Index(name, *columns, sqlite_where=where, postgresql_where=where)
