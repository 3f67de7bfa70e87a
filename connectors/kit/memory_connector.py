"""The connector of the in-memory twin."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from connectors.contract import (
    Absent,
    BrokenItem,
    Capabilities,
    Change,
    ChangeKind,
    ChangePage,
    Delete,
    Deletes,
    GoneRecord,
    Health,
    Json,
    ManagedField,
    OutcomeUnknown,
    Record,
    Refused,
    SourceState,
    StaleRecord,
    TryLater,
    Write,
    WriteResult,
    Written,
)
from connectors.declarative.notices import parse_notice
from connectors.declarative.signature import verify_standard
from connectors.errors import (
    BatchRefused,
    CursorLost,
    NotAuthorised,
    NotSupported,
    RetryLater,
)
from connectors.kit.faults import (
    AnswerLost,
    Down,
    LateCommit,
    MakeStale,
    NotSent,
    Operation,
    RefuseBatch,
    RefuseRecord,
    Throttle,
    Unauthorised,
)
from connectors.kit.memory import EditRefused, MemorySystem, Row
from connectors.manifest import NoticeRule

__all__ = ["MemoryConnector"]

_OVERLAP = timedelta(seconds=5)


def _default_capabilities(system: MemorySystem) -> Capabilities:
    return Capabilities(
        object_types=system.object_types,
        comparable_version=True,
        client_key=True,
        bulk_write=100,
        bulk_read=100,
        read_lag=0.0,
        settles_within=10.0,
        notices=True,
        managed_fields=True,
        deletes=Deletes.TOMBSTONES,
    )


class MemoryConnector:
    """Speaks to a `MemorySystem` as a connector speaks to a real one."""

    def __init__(self, system: MemorySystem, capabilities: Capabilities | None = None) -> None:
        self.system = system
        self.capabilities = capabilities or _default_capabilities(system)

    def check(self) -> Health:
        """Return the twin's health; its clock is ours."""
        self._request(Operation.CHECK, "")
        return Health(system="memory", version="1", skew=0.0)

    def discover(self) -> dict[str, Record]:
        """Return schemas that allow every value."""
        return {name: {"type": "object"} for name in self.system.object_types}

    def changes(self, object_type: str, cursor: str | None, limit: int) -> ChangePage:
        """Return rows by (stamp, id), a finished cursor going back by the overlap."""
        self._request(Operation.CHANGES, object_type)
        place = _Place.load(cursor)
        rows = sorted(self.system.rows[object_type].values(), key=_rank)
        if self.capabilities.deletes is not Deletes.TOMBSTONES:
            rows = [row for row in rows if not row.deleted]
        rows = [row for row in rows if _rank(row) > (place.stamp, place.id)]
        page = rows[:limit]
        if not page:
            return ChangePage([], cursor, more=False)
        more = len(rows) > limit
        changes = [_change(object_type, row) for row in page]
        following = place.follow(page[-1], self.system.clock.now(), more=more)
        return ChangePage(changes, following.dump(), more)

    def read(
        self, object_type: str, external_ids: Sequence[str]
    ) -> dict[str, SourceState | Absent]:
        """Return the present states."""
        self._request(Operation.READ, object_type)
        found: dict[str, SourceState | Absent] = {}
        for external_id in external_ids:
            row = self.system.row(object_type, external_id)
            found[external_id] = (
                Absent() if row is None or row.deleted else _state(object_type, row)
            )
        return found

    def write(
        self, object_type: str, writes: Sequence[Write], not_after: datetime
    ) -> list[WriteResult]:
        """Write each record by itself."""
        self._request(Operation.WRITE, object_type, size=len(writes))
        if self.system.clock.now() > not_after:
            return [TryLater(None, "too late to begin") for _ in writes]
        return [self._write_one(object_type, write) for write in writes]

    def delete(
        self, object_type: str, deletes: Sequence[Delete], not_after: datetime
    ) -> list[WriteResult]:
        """Delete each record by itself."""
        if not self.capabilities.can_delete:
            raise NotSupported("delete")
        self._request(Operation.DELETE, object_type, size=len(deletes))
        if self.system.clock.now() > not_after:
            return [TryLater(None, "too late to begin") for _ in deletes]
        return [self._delete_one(object_type, delete) for delete in deletes]

    def verify(
        self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime
    ) -> str:
        """Check a Standard Webhooks signature."""
        return verify_standard(headers, body, secrets, now)

    def parse_notice(self, document: Json) -> list[Change | BrokenItem]:
        """Return what the notice says, shaped as the built-in apps shape it."""
        return parse_notice(NoticeRule(), self.system.object_types, document)

    def keep_fields(self, object_type: str, fields: Sequence[ManagedField]) -> None:
        """Replace the managed fields."""
        if not self.capabilities.managed_fields:
            raise NotSupported("managed fields")
        self.system.managed[object_type] = {one.field: one for one in fields}

    def subscribe(self, url: str) -> str:
        """Remember the address; the secret is made from its number."""
        if not self.capabilities.notices:
            raise NotSupported("notices")
        number = len(self.system.endpoints)
        secret = "whsec_" + base64.b64encode(f"twin-secret-{number:012d}".encode()).decode()
        return self.system.endpoints.setdefault(url, secret)

    def _request(self, operation: Operation, object_type: str, size: int = 0) -> None:
        self.system.settle()
        fault = self.system.faults.for_request(operation, object_type)
        match fault:
            case None:
                return
            case Down():
                raise RetryLater(None, "503")
            case Throttle(after):
                raise RetryLater(after, "429")
            case Unauthorised():
                raise NotAuthorised("401")
            case RefuseBatch(most):
                if size > most:
                    raise BatchRefused("413")
            case _:
                assert_never(fault)

    def _write_one(self, object_type: str, write: Write) -> WriteResult:
        name = write.external_id or write.key
        fault = self.system.faults.for_record(Operation.WRITE, name)
        match fault:
            case NotSent():
                return TryLater(None, "not sent")
            case RefuseRecord(reason, fields):
                return Refused(reason, dict(fields))
            case MakeStale():
                return StaleRecord()
            case LateCommit(after):
                self.system.land_later(after, lambda: self._carry_out(object_type, write))
                return OutcomeUnknown("no answer")
            case AnswerLost():
                self._carry_out(object_type, write)
                return OutcomeUnknown("no answer")
            case None:
                return self._carry_out(object_type, write)
            case _:
                assert_never(fault)

    def _carry_out(self, object_type: str, write: Write) -> WriteResult:
        if write.external_id is not None:
            row = self.system.row(object_type, write.external_id)
            if row is None or row.deleted:
                return GoneRecord()
            if write.expected_version not in (None, str(row.version)):
                return StaleRecord()
        made = write.external_id is None and not self.system.knows(object_type, write.key)
        try:
            row, changed = self.system.upsert(object_type, write)
        except EditRefused as refusal:
            return Refused(refusal.reason, refusal.fields)
        exclusive = made or write.expected_version is not None
        return Written(row.id, str(row.version), row.record(), exclusive, changed)

    def _delete_one(self, object_type: str, delete: Delete) -> WriteResult:
        fault = self.system.faults.for_record(Operation.DELETE, delete.external_id)
        if isinstance(fault, NotSent):
            return TryLater(None, "not sent")
        if isinstance(fault, RefuseRecord):
            return Refused(fault.reason, dict(fault.fields))
        row = self.system.row(object_type, delete.external_id)
        if row is not None and not row.deleted:
            if delete.expected_version not in (None, str(row.version)) or fault == MakeStale():
                return StaleRecord()
            self.system.remove(object_type, delete.external_id, actor="hub")
        return GoneRecord() if fault is None else OutcomeUnknown("no answer")


@dataclass(frozen=True, slots=True)
class _Place:
    """The next row comes after (stamp, id); `began` is when an unfinished reading began."""

    stamp: str = ""
    id: str = ""
    began: str | None = None

    def follow(self, last: Row, now: datetime, *, more: bool) -> "_Place":
        """Return the place behind a row; a finished reading goes back, as in the real engine."""
        began = datetime.fromisoformat(self.began) if self.began is not None else now
        if more:
            return _Place(*_rank(last), began.isoformat())
        return _Place(_stamp(last.changed_at - _OVERLAP - (now - began)))

    def dump(self) -> str:
        """Return it as a cursor."""
        return json.dumps([self.stamp, self.id, self.began])

    @classmethod
    def load(cls, cursor: str | None) -> "_Place":
        """Return the place a cursor stands for; raises `CursorLost`."""
        if cursor is None:
            return cls()
        try:
            stamp, external_id, began = json.loads(cursor)
            datetime.fromisoformat(stamp)
        except (ValueError, TypeError) as error:
            raise CursorLost(cursor) from error
        return cls(stamp, external_id, began)


def _rank(row: Row) -> tuple[str, str]:
    return _stamp(row.changed_at), row.id


def _stamp(instant: datetime) -> str:
    return instant.isoformat(timespec="microseconds")


def _state(object_type: str, row: Row) -> SourceState:
    version = str(row.version)
    return SourceState(object_type, row.id, row.record(), version, row.changed_at, row.client_key)


def _change(object_type: str, row: Row) -> Change:
    return Change(
        object_type=object_type,
        external_id=row.id,
        kind=ChangeKind.DELETED if row.deleted else ChangeKind.CHANGED,
        version=str(row.version),
        changed_at=row.changed_at,
        client_key=row.client_key,
        record=None if row.deleted else row.record(),
        actor=row.actor,
    )
