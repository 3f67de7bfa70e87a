"""What checking and publishing a mapping says."""

from dataclasses import asdict, dataclass, field
from typing import Any

from hub.mapping_versions.model import Laws, MappingRef
from master_data.model import Value

__all__ = ["Checked", "FoundWrite", "Preview", "RecordChange", "Remark"]


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing wrong in a mapping document: where (1-based), at which path, what to do."""

    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        """Place, path and message in one line."""
        where = f"line {self.line}, column {self.column}"
        return f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checker says of a text, and what trying its laws said, if they were tried."""

    remarks: tuple[Remark, ...]
    laws: Laws | None = None

    @property
    def is_sound(self) -> bool:
        """Say whether the checker finds nothing."""
        return not self.remarks


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundWrite:
    """One write that would be made. `before`: what the record holds in these fields.

    `unsent`: golden paths that the mapping could not write, with the reason.
    """

    connection: str
    object_type: str
    external_id: str | None
    operation: str
    values: dict[str, Any]
    before: dict[str, Any]
    unsent: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """What would become of one golden record. `fields`: golden path -> (old, new).

    `failures`: paths whose words the mapping cannot carry, with the reason; `released`: paths held
    until now; `waits`: paths whose reference is not known; `begins`, `ceases`: to belong there.
    """

    golden_id: str
    title: str
    fields: dict[str, tuple[Value, Value]]
    writes: tuple[FoundWrite, ...]
    failures: dict[str, str]
    released: tuple[str, ...]
    waits: tuple[str, ...]
    begins: bool
    ceases: bool

    def to_json(self) -> dict[str, Any]:
        """Return what is shown of it."""
        return asdict(self) | {
            "fields": {path: {"old": old, "new": new} for path, (old, new) in self.fields.items()}
        }

    @property
    def is_something(self) -> bool:
        """Say whether anything would happen to it."""
        told = (self.fields, self.writes, self.failures, self.released, self.waits)
        return any(told) or self.begins or self.ceases


@dataclass(slots=True)
class Preview:
    """What publishing a mapping would do; `calls`: connection -> requests it takes."""

    ref: MappingRef
    number: int
    looked_at: int = 0
    waiting: int = 0
    """Writes that would wait for a record they refer to."""
    records: list[RecordChange] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)

    @property
    def writes(self) -> list[FoundWrite]:
        """Return the writes to all systems."""
        return [write for record in self.records for write in record.writes]

    @property
    def write_counts(self) -> dict[str, dict[str, int]]:
        """Return connection -> operation -> how many."""
        counts: dict[str, dict[str, int]] = {}
        for each in self.writes:
            mine = counts.setdefault(each.connection, {})
            mine[each.operation] = mine.get(each.operation, 0) + 1
        return counts

    @property
    def counts(self) -> dict[str, int]:
        """Return how many records change, begin, cease, fail, are released, wait."""
        return {
            "looked_at": self.looked_at,
            "changed": sum(bool(each.fields) for each in self.records),
            "begin": sum(each.begins for each in self.records),
            "cease": sum(each.ceases for each in self.records),
            "fail": sum(bool(each.failures) for each in self.records),
            "released": sum(bool(each.released) for each in self.records),
            "wait": self.waiting + sum(bool(each.waits) for each in self.records),
            "writes": len(self.writes),
        }
