"""Gives one answer to many conflicts that a person looked at, and takes it back as one."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.conflicts import store as conflicts
from hub.conflicts.rules import Choice
from hub.errors import (
    CannotUndo,
    ConflictMoved,
    ToldApart,
    UnknownConflict,
    UnknownReview,
    WrongChoice,
    WrongMerge,
)
from hub.resolutions import store
from hub.resolutions.model import Resolution, Review
from hub.resolutions.service import note_review, resolve
from hub.resolutions.undo import undo
from hub.wiring import Hub

__all__ = ["Reviewed", "Reviews", "find_review", "review", "take_back"]

_REFUSALS = (ConflictMoved, ToldApart, UnknownConflict, WrongChoice, WrongMerge)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What became of one conflict; `problem`: why it is as it was."""

    id: str
    problem: str | None


@dataclass(frozen=True, slots=True)
class Reviews:
    """What became of many. `id`: by which they are taken back at once; None: nothing was done."""

    id: str | None
    done: list[Reviewed]


def review(
    hub: Hub, seen: Sequence[tuple[str, int]], choice: Choice, by: str, reason: str = ""
) -> Reviews:
    """Settle conflicts as they were seen, (id, version), one after the other."""
    done, settled = [], []
    for conflict_id, version in seen:
        problem = None
        try:
            answer = Resolution(choice=choice, seen=version, by=by, reason=reason)
            settled.append((conflict_id, resolve(hub, conflict_id, answer).version))
        except _REFUSALS as error:
            problem = str(error)
        done.append(Reviewed(conflict_id, problem))
    return Reviews(note_review(hub, settled, choice, by) if settled else None, done)


def find_review(hub: Hub, review_id: str) -> Review:
    """Return an answer that was given to many. Raises UnknownReview."""
    found = hub.db.read(lambda c: store.review_by_id(c, review_id))
    if found is None:
        raise UnknownReview(review_id)
    return found


def take_back(hub: Hub, review_id: str, by: str) -> list[Reviewed]:
    """Take one answer to many back, the last first; what stands on it stays, with its reason.

    Raises UnknownReview; CannotUndo when it was taken back already.
    """
    found = find_review(hub, review_id)
    if found.taken_back_at is not None:
        raise CannotUndo("these answers were taken back already")
    done = [_take_back(hub, str(each), version, by) for each, version in reversed(found.settled)]
    if any(each.problem is None for each in done):
        hub.db.write(lambda c: store.mark_taken_back(c, review_id, hub.db.now(c)))
    return done


def _take_back(hub: Hub, conflict_id: str, version: str | int, by: str) -> Reviewed:
    now = hub.db.read(lambda c: conflicts.conflict_by_id(c, conflict_id))
    if now is None or now.version != version:
        return Reviewed(conflict_id, "it was answered anew since, or its record was erased")
    try:
        undo(hub, conflict_id, by)
    except (CannotUndo, UnknownConflict) as error:
        return Reviewed(conflict_id, str(error))
    return Reviewed(conflict_id, None)
