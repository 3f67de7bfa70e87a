"""Kinds of conflicts, and what a person may answer to each. Pure."""

import re
from enum import StrEnum
from hashlib import sha256
from typing import assert_never

__all__ = ["REPAIRED", "Choice", "Kind", "cause_of", "choices_of"]

_NUMBER = re.compile(r"\d+")


class Kind(StrEnum):
    """Why the hub asks."""

    RIVAL_VALUES = "rival_values"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    UNMAPPED_VALUE = "unmapped_value"
    REFUSED_WRITE = "refused_write"
    LOOP = "loop"
    DELETE_AGAINST_CHANGE = "delete_against_change"
    UNDELIVERED = "undelivered"
    """Tried for three days, or it may have landed and nobody but a person can tell."""


class Choice(StrEnum):
    """What a person answers."""

    TAKE = "take"
    """One of the rival values, or a value of the person's own."""
    SAME = "same"
    DIFFERENT = "different"
    RETRY = "retry"
    """The cause is mended: judge or write it again."""
    DELETE = "delete"
    """The delete is meant: what the connection's policy says is done."""
    RESTORE = "restore"
    """The record is made again where it was deleted."""
    DISMISS = "dismiss"
    """Leave it as it is; the field stays held there."""


def choices_of(kind: Kind) -> tuple[Choice, ...]:
    """Return what may be answered to a kind of conflict."""
    match kind:
        case Kind.RIVAL_VALUES:
            return (Choice.TAKE,)
        case Kind.POSSIBLE_DUPLICATE:
            return (Choice.SAME, Choice.DIFFERENT)
        case Kind.UNMAPPED_VALUE | Kind.REFUSED_WRITE | Kind.LOOP | Kind.UNDELIVERED:
            return (Choice.RETRY, Choice.DISMISS)
        case Kind.DELETE_AGAINST_CHANGE:
            return (Choice.DELETE, Choice.RESTORE, Choice.DISMISS)
        case _:
            assert_never(kind)


REPAIRED = frozenset({Kind.UNMAPPED_VALUE, Kind.REFUSED_WRITE, Kind.UNDELIVERED})
"""Kinds whose cause is mended elsewhere, for many records at once; then all are tried again."""


def cause_of(kind: str, subject: str, why: str) -> str | None:
    """Name the cause of a conflict; those with the same name are ended by the same repair.

    `subject` is "connection:path". Numbers in the reason (ids, amounts, positions) and the element
    in the path do not count; quoted words do, for each unmapped word is a repair of its own.
    """
    if kind not in REPAIRED:
        return None
    place = subject.partition("[")[0]
    told = f"{kind}|{place}|{_NUMBER.sub('#', why)}"
    return "ca_" + sha256(told.encode()).hexdigest()[:24]
