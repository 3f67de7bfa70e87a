"""`/conflicts`: what waits for a person, and the person's answer."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from hub.conflicts import store
from hub.conflicts.model import Conflict
from hub.conflicts.rules import Choice, Kind, choices_of
from hub.errors import UnknownConflict
from hub.golden.store import titles_of
from hub.lists import store as lists
from hub.lists.store import Listed
from hub.resolutions.reviewing import review, take_back
from hub.resolutions.service import Resolution, resolve, resolve_all
from hub.resolutions.undo import undo
from hub.rest.api import After, Limit, ListOf, filter_of
from hub.wiring import Hub
from portal import Principal, require

__all__ = ["router"]

OnlyKind = Annotated[str | None, filter_of("kind", "Conflicts of this kind.")]
OnlyState = Annotated[str | None, filter_of("state", "`open` or `closed`.")]
OnlyGolden = Annotated[str | None, filter_of("golden_id", "Conflicts of this golden record.")]


class ConflictOut(BaseModel):
    """One question; `choices` are the answers it takes, `version` what an answer must have seen.

    `title`: the record's name; `other`: of a possible duplicate, that of the record `subject`.
    """

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: str
    entity: str
    golden_id: str
    subject: str
    connection: str | None
    rule: str
    why: str
    rivals: list[dict[str, Any]]
    events: list[str]
    version: int
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    resolution: dict[str, Any] | None
    choices: list[str] = []
    title: str = ""
    other: str = ""

    @staticmethod
    def of(found: object, titles: Mapping[str, str]) -> "ConflictOut":
        """Return a conflict with its choices; `titles`: golden id -> name."""
        shown = ConflictOut.model_validate(found)
        shown.title = titles.get(shown.golden_id, "")
        shown.other = titles.get(shown.subject, "")
        shown.choices = [] if shown.closed_at else [c.value for c in choices_of(Kind(shown.kind))]
        return shown


class CauseOut(BaseModel):
    """Open conflicts that one repair ends; `why` and `example` are those of one of them."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: str
    connection: str | None
    why: str
    count: int
    oldest_at: datetime
    example: str


class CauseAnswerIn(BaseModel):
    """One answer to all conflicts of a cause: `retry` after the repair, or `dismiss`."""

    model_config = ConfigDict(extra="forbid")

    choice: Choice
    reason: str = Field(default="", max_length=2000)


class CauseAnswerOut(BaseModel):
    """How many were settled; `left`: there are more, ask again; `review`: takes them back."""

    model_config = ConfigDict(from_attributes=True)

    settled: int
    left: bool
    review: str


class ResolutionIn(BaseModel):
    """A person's answer to a conflict as it was at version `seen`."""

    model_config = ConfigDict(extra="forbid")

    choice: Choice
    seen: int
    value: Any = None
    reason: str = Field(default="", max_length=2000)


class SeenIn(BaseModel):
    """A conflict as it was at version `seen`."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(max_length=40)
    seen: int


class ReviewIn(BaseModel):
    """One answer to many conflicts."""

    model_config = ConfigDict(extra="forbid")

    conflicts: list[SeenIn] = Field(min_length=1, max_length=200)
    choice: Choice
    reason: str = Field(default="", max_length=2000)


class ReviewedOut(BaseModel):
    """What became of one conflict; `problem` says why it is as it was."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    problem: str | None


class ReviewsOut(ListOf[ReviewedOut]):
    """What became of many; `review`: its id takes them back at once, null if nothing was done."""

    review: str | None


def router(hub: Hub) -> APIRouter:
    """Return the routes over this hub."""
    routes = APIRouter(tags=["conflicts"])
    reader = Depends(require("hub.conflicts.read"))

    @routes.get("/conflicts", dependencies=[reader])
    def list_conflicts(
        kind: OnlyKind = None,
        state: OnlyState = None,
        golden_id: OnlyGolden = None,
        after: After = None,
        limit: Limit = 50,
    ) -> ListOf[ConflictOut]:
        """Return conflicts, the newest first."""
        filters = {"kind": kind, "state": state, "golden_id": golden_id}
        page = hub.db.read(lambda c: lists.conflicts(c, Listed(filters, after, limit)))
        titles = _titles(hub, page.items)
        return ListOf(
            items=[ConflictOut.of(dict(row), titles) for row in page.items], next=page.next
        )

    @routes.get("/conflicts/{conflict_id}", dependencies=[reader])
    def read_conflict(conflict_id: str) -> ConflictOut:
        """Return one conflict."""
        found = hub.db.read(lambda c: store.conflict_by_id(c, conflict_id))
        if found is None:
            raise UnknownConflict(conflict_id)
        return _told(hub, found)

    @routes.post("/conflicts/{conflict_id}/undo")
    def undo_resolution(
        conflict_id: str,
        person: Annotated[Principal, Depends(require("hub.conflicts.resolve"))],
    ) -> ConflictOut:
        """Take a person's answer back: the question is open again; 409 if that cannot be."""
        return _told(hub, undo(hub, conflict_id, person.id))

    @routes.post("/conflicts/{conflict_id}/resolve")
    def resolve_conflict(
        conflict_id: str,
        answer: ResolutionIn,
        person: Annotated[Principal, Depends(require("hub.conflicts.resolve"))],
    ) -> ConflictOut:
        """Settle a conflict; 409 if it changed since it was seen."""
        resolution = Resolution(
            choice=answer.choice,
            seen=answer.seen,
            by=person.id,
            reason=answer.reason,
            value=answer.value,
        )
        return _told(hub, resolve(hub, conflict_id, resolution))

    @routes.post("/conflicts/review")
    def review_conflicts(
        answer: ReviewIn,
        person: Annotated[Principal, Depends(require("hub.conflicts.resolve"))],
    ) -> ReviewsOut:
        """Give one answer to many conflicts; each is settled, or stays open, by itself."""
        seen = [(each.id, each.seen) for each in answer.conflicts]
        found = review(hub, seen, answer.choice, person.id, answer.reason)
        items = [ReviewedOut.model_validate(each) for each in found.done]
        return ReviewsOut(items=items, next=None, review=found.id)

    @routes.post("/reviews/{review_id}/undo")
    def undo_review(
        review_id: str,
        person: Annotated[Principal, Depends(require("hub.conflicts.resolve"))],
    ) -> ListOf[ReviewedOut]:
        """Take one answer to many back; what stands on it stays settled, with its reason."""
        done = take_back(hub, review_id, person.id)
        return ListOf(items=[ReviewedOut.model_validate(each) for each in done], next=None)

    _causes(routes, hub)
    return routes


def _told(hub: Hub, found: Conflict) -> ConflictOut:
    return ConflictOut.of(found, _titles(hub, [asdict(found)]))


def _titles(hub: Hub, rows: Iterable[Mapping[Any, Any]]) -> dict[str, str]:
    """Return the names of the golden records that conflicts are about."""
    ids = [each for row in rows for each in (row["golden_id"], row["subject"])]
    return hub.db.read(lambda c: titles_of(c, ids))


def _causes(routes: APIRouter, hub: Hub) -> None:
    @routes.get("/causes", dependencies=[Depends(require("hub.conflicts.read"))])
    def list_causes() -> ListOf[CauseOut]:
        """Return the causes of refused, unmapped and undelivered values, most frequent first."""
        found = hub.db.read(store.causes)
        return ListOf(items=[CauseOut.model_validate(each) for each in found], next=None)

    @routes.post("/causes/{cause_id}/resolve")
    def resolve_cause(
        cause_id: str,
        answer: CauseAnswerIn,
        person: Annotated[Principal, Depends(require("hub.conflicts.resolve"))],
    ) -> CauseAnswerOut:
        """Answer all conflicts of a cause, up to 2,000 at a time."""
        done = resolve_all(hub, cause_id, answer.choice, person.id, answer.reason)
        return CauseAnswerOut.model_validate(done)
