"""What is wrong with the values of a record, field by field, in words that say what to do."""

from dataclasses import dataclass, field

LONGEST_NAME = 60
"""Of an unknown field's name so much is said back."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field and what to do about it; `field` is a path such as `addresses[0].country`."""

    field: str
    reason: str

    def document(self) -> dict[str, str]:
        """Return the JSON form used in problem bodies."""
        return {"field": self.field, "reason": self.reason}


@dataclass(slots=True)
class Findings:
    """Collects problems while values are cleaned.

    `lenient`: values that only look wrong (a number nobody can dial, an unknown tax id) are kept as
    given. A machine passes on what another system holds; a person can correct what they typed.
    """

    lenient: bool = False
    problems: list[FieldProblem] = field(default_factory=list)

    def refuse(self, at: str, reason: str) -> None:
        """Note a value that cannot be stored."""
        self.problems.append(FieldProblem(at, reason))

    def doubt(self, at: str, reason: str) -> None:
        """Note a value that is stored only when it comes from a machine."""
        if not self.lenient:
            self.refuse(at, reason)
