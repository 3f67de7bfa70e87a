"""Kinds of conflicts, and what a person may answer to each. Pure."""

from enum import StrEnum
from typing import assert_never

__all__ = ["Choice", "Kind", "choices_of"]


class Kind(StrEnum):
    """Why the hub asks."""

    RIVAL_VALUES = "rival_values"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    UNMAPPED_VALUE = "unmapped_value"
    REFUSED_WRITE = "refused_write"
    LOOP = "loop"


class Choice(StrEnum):
    """What a person answers."""

    TAKE = "take"
    """One of the rival values, or a value of the person's own."""
    SAME = "same"
    DIFFERENT = "different"
    RETRY = "retry"
    """The cause is mended: judge or write it again."""
    DISMISS = "dismiss"
    """Leave it as it is; the field stays held there."""


def choices_of(kind: Kind) -> tuple[Choice, ...]:
    """Return what may be answered to a kind of conflict."""
    match kind:
        case Kind.RIVAL_VALUES:
            return (Choice.TAKE,)
        case Kind.POSSIBLE_DUPLICATE:
            return (Choice.SAME, Choice.DIFFERENT)
        case Kind.UNMAPPED_VALUE | Kind.REFUSED_WRITE | Kind.LOOP:
            return (Choice.RETRY, Choice.DISMISS)
        case _:
            assert_never(kind)
