"""Gives one answer to many conflicts that a person looked at; each stands for itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.conflicts.rules import Choice
from hub.errors import ConflictMoved, ToldApart, UnknownConflict, WrongChoice, WrongMerge
from hub.resolutions.model import Resolution
from hub.resolutions.service import resolve
from hub.wiring import Hub

__all__ = ["Reviewed", "review"]

_REFUSALS = (ConflictMoved, ToldApart, UnknownConflict, WrongChoice, WrongMerge)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What became of one conflict; `problem`: why it is still open."""

    id: str
    problem: str | None


def review(
    hub: Hub, seen: Sequence[tuple[str, int]], choice: Choice, by: str, reason: str = ""
) -> list[Reviewed]:
    """Settle conflicts as they were seen, (id, version), one after the other."""
    done = []
    for conflict_id, version in seen:
        problem = None
        try:
            answer = Resolution(choice=choice, seen=version, by=by, reason=reason)
            resolve(hub, conflict_id, answer)
        except _REFUSALS as error:
            problem = str(error)
        done.append(Reviewed(conflict_id, problem))
    return done
