"""An in-memory system that keeps the whole contract: versions, client keys, tombstones, faults.

Calls of one thread at a time; its time is the clock it is given. People of that system act by
`create`, `edit` and `remove`; the hub acts by a `MemoryConnector`. Records look as those of the
built-in apps: id, version, external_ref, created_at, updated_at, updated_by beside the values, and
list elements that are objects carry an id.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast

from connectors.contract import Json, ManagedField, Record, Write
from connectors.kit.faults import FaultPlan
from ground.env import Clock

__all__ = ["EditRefused", "MemorySystem", "Row"]

HUB = "hub"
PERSON = "person"
_OWN = frozenset({"id", "version", "external_ref", "created_at", "updated_at", "updated_by"})


class EditRefused(Exception):
    """The system refuses an edit; `fields` names the fields it refuses."""

    def __init__(self, reason: str, fields: Mapping[str, str]) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fields = dict(fields)


@dataclass(frozen=True, slots=True)
class Row:
    """One record of the twin."""

    id: str
    version: int
    values: Record
    client_key: str | None
    created_at: datetime
    changed_at: datetime
    actor: str
    deleted: bool = False

    def record(self) -> Record:
        """Return it as the system's API shows it."""
        own: Record = {
            "id": self.id,
            "version": self.version,
            "external_ref": self.client_key,
            "created_at": _stamp(self.created_at),
            "updated_at": _stamp(self.changed_at),
            "updated_by": self.actor,
        }
        return own | _copy(self.values)


@dataclass(slots=True)
class _Late:
    due: datetime
    land: Callable[[], object]


@dataclass(slots=True)
class MemorySystem:
    """Records by object type, and everything that can go wrong with them."""

    object_types: tuple[str, ...]
    clock: Clock
    fills: Mapping[str, Callable[[int], Record]] = field(default_factory=dict)
    """What the system fills in by itself on create, from the running number."""
    normal_form: Callable[[str, Record], Record] = field(default=lambda _type, values: values)
    """What the system makes of values before it keeps them."""
    required: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Fields that may not be blank."""
    faults: FaultPlan = field(default_factory=FaultPlan)
    managed: dict[str, dict[str, ManagedField]] = field(default_factory=dict)
    endpoints: dict[str, str] = field(default_factory=dict)
    """Notice address -> secret."""
    untold: list[tuple[str, str]] = field(default_factory=list)
    """(object type, id) of changes not yet taken as a notice, oldest first."""
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    _late: list[_Late] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make room for each object type."""
        for object_type in self.object_types:
            self.rows[object_type] = {}

    # what a person of that system does

    def create(
        self,
        object_type: str,
        values: Record,
        *,
        actor: str = PERSON,
        client_key: str | None = None,
    ) -> Row:
        """Make a record; raises `EditRefused`."""
        self.settle()
        self._check(object_type, values, actor, blank=self.required.get(object_type, frozenset()))
        number = self._next(object_type)
        now = self.clock.now()
        filled = self.fills[object_type](number) if object_type in self.fills else {}
        kept = filled | self._keep(object_type, values, {})
        row = Row(f"{object_type}-{number:06d}", 1, kept, client_key, now, now, actor)
        self._put(object_type, row)
        return row

    def edit(
        self, object_type: str, external_id: str, values: Record, *, actor: str = PERSON
    ) -> Row:
        """Set some fields of a record; equal values change nothing. Raises `EditRefused`."""
        self.settle()
        row = self.rows[object_type][external_id]
        if row.deleted:
            raise EditRefused("gone", {})
        kept = row.values | self._keep(object_type, values, row.values)
        differ = {name: value for name, value in kept.items() if row.values.get(name) != value}
        if not differ:
            return row
        self._check(object_type, differ, actor)
        changed = replace(
            row,
            version=row.version + 1,
            values=kept,
            changed_at=self.clock.now(),
            actor=actor,
        )
        self._put(object_type, changed)
        return changed

    def remove(self, object_type: str, external_id: str, *, actor: str = PERSON) -> Row:
        """Delete a record; a tombstone stays."""
        self.settle()
        row = self.rows[object_type][external_id]
        gone = replace(
            row,
            version=row.version + 1,
            deleted=True,
            changed_at=self.clock.now(),
            actor=actor,
        )
        self._put(object_type, gone)
        return gone

    def forget(self, object_type: str, external_id: str) -> None:
        """Delete a record without a trace, as a system without tombstones does."""
        del self.rows[object_type][external_id]

    # what anybody may look at

    def row(self, object_type: str, external_id: str) -> Row | None:
        """Return a record or tombstone, None if there never was one."""
        self.settle()
        return self.rows[object_type].get(external_id)

    def living(self, object_type: str) -> list[Row]:
        """Return all records that are not deleted, oldest first."""
        self.settle()
        return [row for row in list(self.rows[object_type].values()) if not row.deleted]

    def by_client_key(self, object_type: str, key: str) -> Row | None:
        """Return the record made with this client key."""
        return next((row for row in self.living(object_type) if row.client_key == key), None)

    def knows(self, object_type: str, key: str) -> bool:
        """Tell whether a living record has this client key."""
        return self.by_client_key(object_type, key) is not None

    # what the connector does

    def upsert(self, object_type: str, write: Write) -> tuple[Row, bool]:
        """Carry out a write of the hub; True if it changed something."""
        known = write.external_id
        if known is None:
            same = self.by_client_key(object_type, write.key)
            if same is None:
                values = write.values
                return self.create(object_type, values, actor=HUB, client_key=write.key), True
            known = same.id
        before = self.rows[object_type][known].version
        row = self.edit(object_type, known, write.values, actor=HUB)
        return row, row.version != before

    def land_later(self, seconds: float, land: Callable[[], object]) -> None:
        """Carry out `land` once the clock has gone on by `seconds`."""
        self._late.append(_Late(self.clock.now() + timedelta(seconds=seconds), land))

    def settle(self) -> None:
        """Carry out what is late and due."""
        now = self.clock.now()
        due = [late for late in self._late if late.due <= now]
        self._late = [late for late in self._late if late.due > now]
        for late in due:
            late.land()

    def _put(self, object_type: str, row: Row) -> None:
        self.rows[object_type][row.id] = row
        self.untold.append((object_type, row.id))

    def _next(self, series: str) -> int:
        self._numbers[series] = self._numbers.get(series, 0) + 1
        return self._numbers[series]

    def _check(
        self,
        object_type: str,
        values: Record,
        actor: str,
        blank: Iterable[str] = (),
    ) -> None:
        required = self.required.get(object_type, frozenset())
        wrong = {name: "is required" for name in required & values.keys() if _blank(values[name])}
        wrong |= {name: "is required" for name in blank if _blank(values.get(name))}
        if actor != HUB:
            kept = self.managed.get(object_type, {})
            wrong |= {name: kept[name].text for name in values.keys() & kept.keys()}
        if wrong:
            raise EditRefused("these values are refused", wrong)

    def _keep(self, object_type: str, values: Record, before: Record) -> Record:
        kept = {name: value for name, value in _copy(values).items() if name not in _OWN}
        kept = self.normal_form(object_type, kept)
        return {name: self._elements(value, before.get(name)) for name, value in kept.items()}

    def _elements(self, value: Json, before: Json) -> Json:
        """Give list elements ids: their own, that of an equal element before, or a new one."""
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            return value
        old = [one for one in before if isinstance(one, dict)] if isinstance(before, list) else []
        named = {one.get("id") for one in value if isinstance(one, dict)}
        spare = [one for one in old if one["id"] not in named]
        kept: list[Json] = []
        for one in value:
            element = cast("Record", one)
            own_id = element.get("id") or _take_equal(spare, element)
            kept.append({"id": own_id or f"el_{self._next('el'):06d}", **_content(element)})
        return kept


def _take_equal(spare: list[Record], element: Record) -> Json:
    same = next((one for one in spare if _content(one) == element), None)
    if same is None:
        return None
    spare.remove(same)
    return same["id"]


def _content(element: Record) -> Record:
    return {name: value for name, value in element.items() if name != "id"}


def _blank(value: Json) -> bool:
    return value is None or value in ("", [], {})


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _copy(values: Record) -> Record:
    copied: Record = json.loads(json.dumps(values))
    return copied
