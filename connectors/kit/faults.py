"""Ways a system misbehaves, and a plan that says when."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = [
    "AnswerLost",
    "Down",
    "Fault",
    "FaultPlan",
    "LateCommit",
    "MakeStale",
    "NotSent",
    "Operation",
    "RefuseBatch",
    "RefuseRecord",
    "Throttle",
    "Unauthorised",
]


class Operation(StrEnum):
    """A call a fault may hit."""

    CHECK = "check"
    CHANGES = "changes"
    READ = "read"
    WRITE = "write"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class AnswerLost:
    """The write lands, its answer does not."""


@dataclass(frozen=True, slots=True)
class LateCommit:
    """The answer is lost and the write lands only `after` seconds."""

    after: float


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing reaches the system."""


@dataclass(frozen=True, slots=True)
class RefuseRecord:
    """The system refuses the values."""

    reason: str = "refused"
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MakeStale:
    """Somebody else writes first."""


@dataclass(frozen=True, slots=True)
class Down:
    """The system answers 503 to the whole request."""


@dataclass(frozen=True, slots=True)
class Throttle:
    """The system answers 429 to the whole request."""

    after: float | None = None


@dataclass(frozen=True, slots=True)
class Unauthorised:
    """The system answers 401 to the whole request."""


@dataclass(frozen=True, slots=True)
class RefuseBatch:
    """The system finds requests of more than `most` records too large."""

    most: int = 0


RecordFault = AnswerLost | LateCommit | NotSent | RefuseRecord | MakeStale
RequestFault = Down | Throttle | Unauthorised | RefuseBatch
Fault = RecordFault | RequestFault


@dataclass(slots=True)
class _Planned:
    fault: Fault
    operation: Operation | None
    times: int | None
    matching: Callable[[str], bool] | None

    def hits(self, operation: Operation, name: str) -> bool:
        """Tell whether this one is meant."""
        if self.operation is not None and self.operation != operation:
            return False
        return self.matching is None or self.matching(name)


class FaultPlan:
    """The faults still to come, first planned first played."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []

    def add(
        self,
        fault: Fault,
        *,
        operation: Operation | None = None,
        times: int | None = 1,
        matching: Callable[[str], bool] | None = None,
    ) -> None:
        """Plan a fault for the next `times` hits (None: until `clear`).

        `matching` is asked with the object type of a request, or the key or id of a record.
        """
        self._planned.append(_Planned(fault, operation, times, matching))

    def clear(self) -> None:
        """Let everything work again."""
        self._planned.clear()

    def for_request(self, operation: Operation, object_type: str) -> RequestFault | None:
        """Return the fault that hits a whole request now, using it up."""
        for planned in self._planned:
            fault = planned.fault
            if isinstance(fault, RequestFault) and planned.hits(operation, object_type):
                self._use(planned)
                return fault
        return None

    def for_record(self, operation: Operation, name: str) -> RecordFault | None:
        """Return the fault that hits one record now, using it up."""
        for planned in self._planned:
            fault = planned.fault
            if isinstance(fault, RecordFault) and planned.hits(operation, name):
                self._use(planned)
                return fault
        return None

    def _use(self, planned: _Planned) -> None:
        if planned.times is None:
            return
        planned.times -= 1
        if planned.times == 0:
            self._planned.remove(planned)
