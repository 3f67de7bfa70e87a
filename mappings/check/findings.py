"""What a check found, and the place where checks put it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mappings import ops
from mappings.faults import closest
from mappings.shapes import Shape

MOST_SUGGESTIONS: Final = 12


class Reason(StrEnum):
    """Why a mapping is refused before any record moves: the closed list of questions asked."""

    NO_SUCH_FIELD = "no_such_field"
    KINDS_CLASH = "kinds_clash"
    UNITS_CLASH = "units_clash"
    UNKNOWN_CODE = "unknown_code"
    NOT_TOTAL = "not_total"
    TOO_LONG = "too_long"
    READ_ONLY = "read_only"
    REQUIRED = "required"
    UNFIT = "unfit"
    TWO_WRITERS = "two_writers"
    LIST_KEY = "list_key"
    NEVER_USED = "never_used"
    CYCLE = "cycle"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: where in the document (1-based), at which path, why, what to do."""

    line: int
    column: int
    path: str
    reason: Reason
    message: str

    def __str__(self) -> str:
        """Place, path and message in one line."""
        return f"line {self.line}, column {self.column}: {self.path}: {self.message}"


class Report:
    """What was found so far. Only the first typos are answered with a guess: guessing costs."""

    def __init__(self) -> None:
        self._findings: dict[Finding, None] = {}
        self._suggestions = MOST_SUGGESTIONS

    def add(self, place: ops.Place, path: str, reason: Reason, message: str) -> None:
        """Note a finding; the same one twice is one."""
        self._findings.setdefault(Finding(place.line, place.column, path, reason, message))

    def find(self, side: Shape, path: str, whose: str, place: ops.Place) -> Shape | None:
        """Return the place a path leads to; a finding with a guess if it leads nowhere."""
        found = side.at(path)
        if found is None:
            near = ""
            if self._suggestions:
                self._suggestions -= 1
                near = closest(path, side.paths())
            self.add(place, path, Reason.NO_SUCH_FIELD, f"the {whose} has no such field{near}")
        return found

    def findings(self) -> list[Finding]:
        """Return all, in the order of the lines."""
        return sorted(self._findings, key=lambda one: (one.line, one.column, one.path))
