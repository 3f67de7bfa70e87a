"""What persons decided of a field: an answer counts like an edit, a pin holds until it ends. Pure.

A decision is stored as {"value", "at", "by", "why"}; a pin has "pin": true and perhaps "until".
Times are UTC epoch microseconds.
"""

from collections.abc import Mapping

from master_data.model import Contribution, Value

PERSON = "person:"


def person_says(decision: Mapping[str, Value]) -> Contribution:
    """Return a person's decision as a contribution."""
    at = decision["at"]
    return Contribution(f"{PERSON}{decision['by']}", decision["value"], at, at, at, "")


def pin_decision(
    value: Value, *, by: str, at: int, why: str, until: int | None
) -> dict[str, Value]:
    """Return a pin as it is stored."""
    pin = {"value": value, "at": at, "by": by, "why": why, "pin": True}
    return pin if until is None else pin | {"until": until}


def is_pinned(decision: Mapping[str, Value] | None, at: int) -> bool:
    """Say whether a decision is a pin that holds at this time."""
    if not decision or not decision.get("pin"):
        return False
    until = decision.get("until")
    return until is None or at < until
