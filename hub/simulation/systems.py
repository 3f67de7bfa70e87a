"""The systems around the hub: in-memory twins that keep the contract, and break what they may.

Each is a process of its own: a request under way is carried out there even if its sender died.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import (
    Absent,
    Capabilities,
    Change,
    ChangePage,
    Deletes,
    Health,
    ManagedField,
    OutcomeUnknown,
    Record,
    SourceState,
    TryLater,
    Write,
    WriteResult,
    Written,
)
from connectors.errors import BatchRefused, RetryLater
from connectors.kit.faults import MakeStale, Operation, RefuseRecord
from connectors.kit.memory import MemorySystem, Row
from connectors.kit.memory_connector import MemoryConnector
from hub.simulation.kernel import Kernel, SimulatedClock, Task
from hub.simulation.profile import Profile, Traits

__all__ = ["DEADLINE", "Fate", "HubWrite", "SimulatedConnector", "SimulatedSystem"]

DEADLINE = 15.0
"""Seconds the hub waits for an answer, as SafeHttp does."""
_LAG = 3.0
_BUSY_AFTER = 2.0


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one request."""

    status: str = "ok"
    late: float = 0.0


@dataclass(frozen=True, slots=True)
class HubWrite:
    """One write of the hub as the system carried it out."""

    at: float
    object_type: str
    external_id: str
    key: str
    created: bool
    values: Record


@dataclass(eq=False, slots=True)
class _Reply:
    task: Task
    result: Any = None
    error: Exception | None = None
    state: str = "open"
    """`open`, `given`, or `late`: nobody waits any more."""


@dataclass(eq=False, slots=True)
class SimulatedSystem:
    """One system: its records, its habits, what it did and to whom it tells it."""

    kernel: Kernel
    profile: Profile
    traits: Traits
    memory: MemorySystem
    faulty: bool = True
    tell: Callable[[str, Row], None] = field(default=lambda _type, _row: None)
    writes: list[HubWrite] = field(default_factory=list)
    history: dict[tuple[str, str], list[Row]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the id of its connection."""
        return self.traits.name

    def has(self, trait: str) -> bool:
        """Say whether it has a habit."""
        return trait in self.traits.has

    def overwrote(self, place: tuple[str, str], app: str, since: float) -> bool:
        """Say whether the hub wrote something new over a field that it cannot know was edited.

        Only where a system takes writes whatever its record's version is; a write of the value that
        was there before the edit is not excused, for there was nothing to write.
        """
        if not {"no_version", "unguarded"} & self.traits.has:
            return False
        before = self._value_before(place, app, since)
        return any(
            (each.object_type, each.external_id) == place
            and each.at >= since
            and each.values.get(app, before) != before
            for each in self.writes
        )

    def _value_before(self, place: tuple[str, str], app: str, since: float) -> object:
        start = self.kernel.instant() - timedelta(seconds=self.kernel.seconds)
        rows = self.history.get(place, [])
        told = [each for each in rows if (each.changed_at - start).total_seconds() < since]
        return told[-1].values.get(app) if told else None

    def chance(self, fault: str) -> bool:
        """Say whether a fault happens now."""
        rate = self.profile.rates.get(fault, 0.0)
        return self.kernel.rng.random() < rate and self.faulty

    def tell_changes(self) -> None:
        """Remember and announce what changed since last asked."""
        changed, self.memory.untold = list(dict.fromkeys(self.memory.untold)), []
        for object_type, external_id in changed:
            row = self.memory.rows[object_type][external_id]
            self.history.setdefault((object_type, external_id), []).append(row)
            self.kernel.note(f"{self.name} {external_id} v{row.version} by {row.actor}")
            if not self.has("no_notices"):
                self.tell(object_type, row)

    def shown(self, row: Row, lag: float) -> Row | None:
        """Return the row as it was `lag` seconds ago; None if it was not there yet."""
        before = self.memory.clock.now() - timedelta(seconds=lag)
        told = self.history.get((_type_of(row), row.id), [row])
        return next((each for each in reversed(told) if each.changed_at <= before), None)

    def fate(self, operation: Operation) -> Fate:
        """Draw what becomes of a request."""
        late = self.kernel.rng.random()
        for status in ("throttled", "broken", "request_lost", "answer_lost"):
            if self.chance(status):
                return Fate(status)
        if self.chance("late_commit") and operation is Operation.WRITE:
            return Fate("late", late * (DEADLINE + self.traits.settles_within - 1.0))
        return Fate()

    def latency(self) -> float:
        """Draw how long a way takes in seconds."""
        slow = 10 * self.traits.latency if self.chance("slow") else 0.0
        return self.kernel.rng.random() * self.traits.latency + slow


def capabilities_of(system: SimulatedSystem) -> Capabilities:
    """Return what a system declares."""
    traits = system.traits
    versioned = not {"no_version", "opaque_version"} & traits.has
    return Capabilities(
        object_types=system.memory.object_types,
        comparable_version=versioned,
        client_key="no_client_key" not in traits.has,
        bulk_write=1 if "single_writes" in traits.has else 20,
        bulk_read=20,
        read_lag=_LAG if "stale_reads" in traits.has else 0.0,
        settles_within=traits.settles_within,
        notices="no_notices" not in traits.has,
        managed_fields=True,
        deletes=Deletes.NONE if "no_tombstones" in traits.has else Deletes.TOMBSTONES,
        guarded_write=not {"no_version", "unguarded"} & traits.has,
    )


class SimulatedConnector(MemoryConnector):
    """One hub process's connector to a system; each call travels there and back."""

    def __init__(self, system: SimulatedSystem, clock: SimulatedClock) -> None:
        super().__init__(system.memory, capabilities_of(system))
        self._at = system
        self._clock = clock

    def check(self) -> Health:
        """Ask how it is."""
        health: Health = self._ask(Operation.CHECK, super().check)
        return health

    def changes(self, object_type: str, cursor: str | None, limit: int) -> ChangePage:
        """Ask for a page of its feed; an index that is slow shows the newest rows later."""
        page: ChangePage = self._ask(
            Operation.CHANGES, lambda: MemoryConnector.changes(self, object_type, cursor, limit)
        )
        return replace(page, changes=[self._told(c) for c in page.changes if not self._hides(c)])

    def read(
        self, object_type: str, external_ids: Sequence[str]
    ) -> dict[str, SourceState | Absent]:
        """Ask for the present states, or those of a moment ago."""

        def answer() -> dict[str, SourceState | Absent]:
            found = MemoryConnector.read(self, object_type, external_ids)
            return {key: self._seen(object_type, key, each) for key, each in found.items()}

        states: dict[str, SourceState | Absent] = self._ask(Operation.READ, answer)
        return states

    def write(
        self, object_type: str, writes: Sequence[Write], not_after: datetime
    ) -> list[WriteResult]:
        """Send a batch; lost answers are unknown item by item."""
        if self._clock.now() >= not_after:
            return [TryLater(None, "too late to begin") for _ in writes]
        if len(writes) > 1 and self._at.chance("batch_refused"):
            raise BatchRefused("413")
        later = self._clock.now() + timedelta(days=1)

        def carry_out() -> list[WriteResult]:
            return [self._one(object_type, write, later) for write in writes]

        try:
            results: list[WriteResult] = self._ask(Operation.WRITE, carry_out)
        except _NoAnswer:
            return [OutcomeUnknown("no answer") for _ in writes]
        return results

    def keep_fields(self, object_type: str, fields: Sequence[ManagedField]) -> None:
        """Tell it its managed fields."""
        self._ask(Operation.WRITE, lambda: MemoryConnector.keep_fields(self, object_type, fields))

    def _one(self, object_type: str, write: Write, later: datetime) -> WriteResult:
        """Carry one write out as the system does it."""
        at, faults = self._at, self.system.faults
        if at.chance("refused"):
            faults.add(RefuseRecord("not now"), operation=Operation.WRITE)
        elif at.chance("stale_write") and write.external_id is not None:
            faults.add(MakeStale(), operation=Operation.WRITE)
        if not self.capabilities.guarded_write:
            write = replace(write, expected_version=None)
        known = set(self.system.rows[object_type])
        plain = write
        if at.has("no_client_key") and write.external_id is None:
            plain = replace(write, key=f"-{len(known)}")  # each create is a new record
        (result,) = super().write(object_type, [plain], later)
        faults.clear()
        if isinstance(result, Written):
            created = result.external_id not in known
            if created or result.changed:
                told = (object_type, result.external_id, write.key, created, dict(write.values))
                at.writes.append(HubWrite(at.kernel.seconds, *told))
            result = self._answer(result)
        at.tell_changes()
        return result

    def _answer(self, result: Written) -> Written:
        result = replace(result, record=self._plain(result.record))
        if self._at.has("no_version"):
            result = replace(result, version=None)
        if self._at.has("short_answer"):
            result = replace(result, record=None)
        return result

    def _seen(
        self, object_type: str, external_id: str, state: SourceState | Absent
    ) -> SourceState | Absent:
        at = self._at
        if at.has("stale_reads") and at.kernel.rng.random() < 0.5 and at.faulty:  # noqa: PLR2004
            row = self.system.rows[object_type].get(external_id)
            old = at.shown(row, _LAG * at.kernel.rng.random()) if row else None
            if old is not None and not old.deleted:
                state = SourceState(
                    object_type=object_type,
                    external_id=old.id,
                    record=old.record(),
                    version=str(old.version),
                    changed_at=old.changed_at,
                    client_key=old.client_key,
                )
        if not isinstance(state, SourceState):
            return state
        known = None if at.has("no_version") else state.version
        key = None if at.has("no_client_key") else state.client_key
        return replace(state, version=known, client_key=key, record=self._plain(state.record) or {})

    def _told(self, change: Change) -> Change:
        known = None if self._at.has("no_version") else change.version
        key = None if self._at.has("no_client_key") else change.client_key
        return replace(change, version=known, client_key=key, record=self._plain(change.record))

    def _hides(self, change: Change) -> bool:
        """Say whether an index that is slow does not know of a change yet."""
        at = self._at
        if not at.has("slow_index") or not at.faulty or change.changed_at is None:
            return False
        young = at.memory.clock.now() - change.changed_at < timedelta(seconds=_LAG)
        return young and at.kernel.rng.random() < 0.5  # noqa: PLR2004

    def _plain(self, record: Record | None) -> Record | None:
        """Return a record as this system shows it."""
        hidden = {"no_version": "version", "no_client_key": "external_ref"}
        names = {field for trait, field in hidden.items() if self._at.has(trait)}
        if record is None:
            return None
        return {name: value for name, value in record.items() if name not in names}

    def _ask(self, operation: Operation, carry_out: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Send a request and wait for its answer."""
        at, kernel = self._at, self._at.kernel
        fate = at.fate(operation)
        reply = _Reply(kernel.current)
        kernel.note(f"{operation} {at.name} {fate.status}")
        kernel.spawn(at.name, str(operation), lambda: _serve(at, fate, carry_out, reply))
        kernel.wait(DEADLINE)
        if reply.state == "open":
            reply.state = "late"
            if operation is Operation.WRITE:
                raise _NoAnswer(None, "no answer in time")
            raise RetryLater(None, "no answer in time")
        if reply.error is not None:
            raise reply.error
        return reply.result


class _NoAnswer(RetryLater):
    """The time for an answer is over."""


def _serve(at: SimulatedSystem, fate: Fate, carry_out: Callable[[], Any], reply: _Reply) -> None:
    """Carry a request out, in the system's own process."""
    kernel = at.kernel
    longest = DEADLINE + at.traits.settles_within - 1.0  # it keeps what it declares
    kernel.sleep(min(at.latency() + fate.late, longest))
    if fate.status == "request_lost":
        return
    if fate.status in {"throttled", "broken"}:
        after = _BUSY_AFTER if fate.status == "throttled" else None
        reply.error = RetryLater(after, fate.status)
    else:
        try:
            reply.result = carry_out()
        except RetryLater as error:
            reply.error = error
    kernel.sleep(at.latency())
    if fate.status not in {"answer_lost", "late"} and reply.state == "open":
        reply.state = "given"
        kernel.wake(reply.task)


def _type_of(row: Row) -> str:
    return row.id.rpartition("-")[0]


def normal_form(_object_type: str, values: Record) -> Record:
    """Make of texts what a careless system makes: capitals only."""
    shouted = {"name", "notes"}
    return {
        name: value.upper() if name in shouted and isinstance(value, str) else value
        for name, value in values.items()
    }
