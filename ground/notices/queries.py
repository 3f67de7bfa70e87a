"""The statements of a Sender's turn, built once."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from ground.columns import Instant
from ground.notices.building import MOST_CHANGES
from ground.notices.tables import EndpointState, NoticeState, NoticeTables
from ground.statements import among

MOST_OPEN = 8
"""Notices of one endpoint that wait for a retry; beyond it no new ones are built."""

_NOW = bindparam("now", type_=Instant)
_OPEN: ColumnElement[str] = literal_column(f"'{NoticeState.OPEN}'")
"""Written out: a partial index is used only where its condition stands in the statement."""


class Queries:
    """Parameters: `now`, `endpoint`, `notice`, `most` and those named below."""

    def __init__(self, tables: NoticeTables) -> None:
        self._tables = tables
        endpoints = tables.endpoints
        self.ready = self._ready(endpoints.c.id).limit(1)
        """Whether an endpoint has something to claim."""
        self.lock_ready = (
            self._ready(endpoints.c.id, endpoints.c.url, endpoints.c.secrets, endpoints.c.failures)
            .order_by(endpoints.c.next_at, endpoints.c.id)
            .with_for_update(skip_locked=True, key_share=True)
        )
        """The endpoints that have; locked but for references to them."""
        self.times = self._times()
        """The next instants at which something may become ready."""
        self.counts = self._counts()
        """(under way, unsettled) notices of an endpoint."""
        self.due = self._due()
        """Notices of an endpoint to send again."""
        self.lease = self._lease()
        """Give `notice` to this process: the lease `given`, `until`."""
        self.fresh = self._fresh()
        """What waits for an endpoint, the oldest first."""
        self.mark = self._mark()
        """Put the records `ids` of `name` in `notice`."""

    def _ready(self, *columns: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - SQLAlchemy's columns
        endpoints, pending = self._tables.endpoints, self._tables.pending
        mine = self._open_of(endpoints.c.id)
        waits = and_(pending.c.endpoint_id == endpoints.c.id, pending.c.notice_id.is_(None))
        flying = select(func.count()).where(mine, self._tables.notices.c.lease_until > _NOW)
        unsettled = select(func.count()).where(mine)
        in_flight = case((endpoints.c.failures > 0, 1), else_=2)
        return select(*columns).where(
            endpoints.c.state == EndpointState.ACTIVE,
            endpoints.c.next_at <= _NOW,
            or_(
                exists().where(mine, self._is_due()),
                and_(exists().where(waits), unsettled.scalar_subquery() < MOST_OPEN),
            ),
            flying.scalar_subquery() < in_flight,
        )

    def _times(self) -> Select[*tuple[Any, ...]]:
        endpoints, notices = self._tables.endpoints, self._tables.notices
        free = case(
            (notices.c.due_at > notices.c.lease_until, notices.c.due_at),
            else_=notices.c.lease_until,
        )
        probe = select(func.min(endpoints.c.next_at)).where(
            endpoints.c.state == EndpointState.ACTIVE, endpoints.c.next_at > _NOW
        )
        retry = select(func.min(free)).where(notices.c.state == _OPEN, free > _NOW)
        return select(probe.scalar_subquery(), retry.scalar_subquery())

    def _counts(self) -> Select[*tuple[Any, ...]]:
        flying = case((self._tables.notices.c.lease_until > _NOW, 1))
        return select(func.count(flying), func.count()).where(self._open_of(bindparam("endpoint")))

    def _due(self) -> Select[*tuple[Any, ...]]:
        notices = self._tables.notices
        return (
            select(notices.c.id, notices.c.lease, notices.c.body)
            .where(self._open_of(bindparam("endpoint")), self._is_due())
            .order_by(notices.c.due_at, notices.c.id)
            .limit(bindparam("most"))
        )

    def _lease(self) -> Update:
        notices = self._tables.notices
        return (
            update(notices)
            .where(notices.c.id == bindparam("notice"))
            .values(lease=bindparam("given"), lease_until=bindparam("until", type_=Instant))
        )

    def _fresh(self) -> Select[*tuple[Any, ...]]:
        pending = self._tables.pending
        return (
            select(pending)
            .where(pending.c.endpoint_id == bindparam("endpoint"), pending.c.notice_id.is_(None))
            .order_by(pending.c.at, pending.c.object, pending.c.record_id)
            .limit(MOST_CHANGES)
            .with_for_update(skip_locked=True)
        )

    def _mark(self) -> Update:
        pending = self._tables.pending
        return (
            update(pending)
            .where(
                pending.c.endpoint_id == bindparam("endpoint"),
                pending.c.object == bindparam("name"),
                among(pending.c.record_id, "ids"),
            )
            .values(notice_id=bindparam("notice"), notice_version=pending.c.version)
        )

    def _open_of(self, endpoint_id: Any) -> Any:  # noqa: ANN401 - SQLAlchemy's clauses
        notices = self._tables.notices
        return and_(notices.c.endpoint_id == endpoint_id, notices.c.state == _OPEN)

    def _is_due(self) -> Any:  # noqa: ANN401
        notices = self._tables.notices
        return and_(notices.c.due_at <= _NOW, notices.c.lease_until <= _NOW)
