"""What the contract suite needs of a system under test: seed, inspect, and the twin's own."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import pytest

from connectors.contract import (
    Change,
    Connector,
    Json,
    Record,
    SourceState,
    Write,
    WriteResult,
)
from connectors.kit.memory import MemorySystem
from connectors.kit.memory_connector import MemoryConnector
from connectors.kit.notices import notice_document
from ground.env import Clock

__all__ = ["Harness", "MemoryHarness", "follow", "need", "newest", "read_one", "write_now"]

_AT_MOST_PAGES = 1000


class Harness(Protocol):
    """A running system with one object type to play with, seen from inside and outside.

    `create`, `edit` and `remove` are what a person of that system does, never the hub.
    """

    connector: Connector
    clock: Clock
    object_type: str
    title: str
    """A text field that every record has and that may be edited."""

    def values(self, number: int) -> Record:
        """Return valid values of a new record, others for each number."""
        ...

    def bad_values(self) -> Record:
        """Return values the system refuses."""
        ...

    def create(self, values: Record) -> str:
        """Make a record and return its id."""
        ...

    def edit(self, external_id: str, values: Record) -> None:
        """Set fields; raises `memory.EditRefused`."""
        ...

    def remove(self, external_id: str) -> None:
        """Delete a record."""
        ...

    def inspect(self) -> list[Record]:
        """Return all living records."""
        ...

    def notice(self, external_ids: Sequence[str]) -> dict[str, Json]:
        """Return the document of a notice about the present state of these records."""
        ...


class MemoryHarness:
    """The in-memory twin under test."""

    object_type = "customers"
    title = "name"

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.system = MemorySystem(
            ("customers", "products"), clock, required={"customers": frozenset({"name"})}
        )
        self.connector: Connector = MemoryConnector(self.system)

    def values(self, number: int) -> Record:
        """Return a customer."""
        return {"name": f"Customer {number}", "addresses": [{"city": f"City {number}"}]}

    def bad_values(self) -> Record:
        """Return a customer without a name."""
        return {"name": ""}

    def create(self, values: Record) -> str:
        """Make a record."""
        return self.system.create(self.object_type, values).id

    def edit(self, external_id: str, values: Record) -> None:
        """Set fields."""
        self.system.edit(self.object_type, external_id, values)

    def remove(self, external_id: str) -> None:
        """Delete a record."""
        self.system.remove(self.object_type, external_id)

    def inspect(self) -> list[Record]:
        """Return all living records."""
        return [row.record() for row in self.system.living(self.object_type)]

    def notice(self, external_ids: Sequence[str]) -> dict[str, Json]:
        """Return the document of a notice."""
        rows = [self.system.rows[self.object_type][one] for one in external_ids]
        return notice_document([(self.object_type, row) for row in rows])


def follow(
    connector: Connector, object_type: str, cursor: str | None, *, limit: int = 100
) -> tuple[list[Change], str | None]:
    """Read the change feed to its end; return everything and the last cursor."""
    changes: list[Change] = []
    for _ in range(_AT_MOST_PAGES):
        page = connector.changes(object_type, cursor, limit)
        changes += page.changes
        cursor = page.cursor
        if not page.more:
            return changes, cursor
    raise AssertionError("the change feed has no end")


def write_now(harness: Harness, *writes: Write, within: float = 60.0) -> list[WriteResult]:
    """Write with time enough."""
    not_after: datetime = harness.clock.now() + timedelta(seconds=within)
    return harness.connector.write(harness.object_type, writes, not_after)


def need(harness: Harness, **capabilities: bool) -> None:
    """Skip the test unless the system declares these capabilities."""
    for name, wanted in capabilities.items():
        if getattr(harness.connector.capabilities, name) is not wanted:
            pytest.skip(f"not declared: {name}")


def read_one(harness: Harness, external_id: str) -> SourceState:
    """Return the present state of a record that is there."""
    state = harness.connector.read(harness.object_type, [external_id])[external_id]
    assert isinstance(state, SourceState)
    return state


def newest(harness: Harness, cursor: str | None) -> tuple[dict[str, Change], str | None]:
    """Return the last change of each record that the feed shows, and the new cursor."""
    changes, cursor = follow(harness.connector, harness.object_type, cursor)
    return {one.external_id: one for one in changes}, cursor
