"""What a delete in one system means for the others, and how many are too many. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = ["INACTIVE", "Answer", "Fuse", "Policy", "most_deletes", "policy_of"]

INACTIVE: Mapping[str, tuple[str, str]] = {
    "customer": ("lifecycle", "former"),
    "product": ("lifecycle", "obsolete"),
}
"""Entity -> (path, value) of a record that is not in use any more."""
_FEW = 5
_PART = 5


class Policy(StrEnum):
    """What a delete in a connection does; the setting `on_delete` of the connection."""

    UNLINK = "unlink"
    """Nothing elsewhere."""
    DEACTIVATE = "deactivate"
    """The golden record is marked as no longer in use."""
    DELETE = "delete"
    """Deleted elsewhere too."""
    RESTORE = "restore"
    """Made again where it was deleted."""


class Answer(StrEnum):
    """What a person says to a blown fuse."""

    ALLOW = "allow"
    """These deletes are meant: carry them out, and all that come within an hour."""
    RECHECK = "recheck"
    """Look again whether the records are gone; the fuse counts anew."""
    RESTORE = "restore"
    """They are not meant: make the records again."""


@dataclass(frozen=True, slots=True)
class Fuse:
    """How many deletes a connection had within the last hour, and what its fuse says."""

    counted: int
    most: int
    blown: bool = False
    allowed: bool = False

    def lets(self, more: int) -> bool:
        """Say whether `more` deletes may be carried out."""
        return self.allowed or (not self.blown and self.counted + more <= self.most)


def policy_of(settings: Mapping[str, Any], mapped: str) -> Policy:
    """Return the policy in a connection's settings, else its mapping's; what is none unlinks."""
    told = settings.get("on_delete", mapped)
    return Policy(told) if told in list(Policy) else Policy.UNLINK


def most_deletes(living: int, setting: int) -> int:
    """Return how many deletes an hour are believed: a fifth of the records, a few in any case."""
    return min(setting, max(_FEW, living // _PART))
