"""What can be wrong with a mapping, and with one value under a mapping.

MappingError
├── DocumentRefused      a mapping document; carries every fault with its line and column
├── ElementRefused       one element of a list cannot be carried; wraps the reason
└── CarryError           what stops one value
    ├── ValueRefused     this value cannot be carried; becomes a ValueProblem
    └── LinkMissing      this reference is not linked yet; becomes an Unresolved or an Unlinked
ElementRefused and CarryError are met while a record is carried, and become part of its result.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a mapping document: where (1-based), at which path of it, what to do."""

    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        """Place, path and message in one line."""
        where = f"line {self.line}, column {self.column}"
        return f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


class MappingError(Exception):
    """The root of everything this package raises."""


class DocumentRefused(MappingError):
    """A mapping document cannot be used; `faults` says why, in the order of the lines."""

    def __init__(self, name: str, faults: Sequence[Fault]) -> None:
        self.name = name
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.column)))
        super().__init__("\n".join(f"{name}, {fault}" for fault in self.faults))


class CarryError(MappingError):
    """What stops one value while a record is carried."""


class ValueRefused(CarryError):
    """A value that this rule cannot carry; the message says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class LinkMissing(CarryError):
    """A reference names a record that is not linked yet on the other side."""

    def __init__(self, entity: str, identity: str, missing: str) -> None:
        self.entity = entity
        self.identity = identity
        self.missing = missing
        super().__init__(f"{entity} {identity} is not linked yet")


class ElementRefused(MappingError):
    """One element of a list cannot be carried; names the inner field."""

    def __init__(self, field: str, reason: CarryError) -> None:
        self.reason = reason
        super().__init__(f"{field}: {reason}")
