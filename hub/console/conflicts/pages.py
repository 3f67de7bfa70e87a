"""Pages of conflicts: what waits for a person, and a plain answer to each."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, Response
from starlette.requests import Request

from ground import strict_json
from ground.instants import from_microseconds
from hub.clusters.model import Intent
from hub.clusters.service import preview_merge
from hub.conflicts import store
from hub.conflicts.model import Conflict
from hub.conflicts.rules import Choice, Kind, choices_of
from hub.console.life.pages import shown_preview
from hub.console.rules import SYSTEM_TONES, readable, words
from hub.errors import (
    CannotUndo,
    ConflictMoved,
    ToldApart,
    UnknownConflict,
    WrongChoice,
    WrongMerge,
)
from hub.golden.model import Explained
from hub.golden.sentences import name_systems, source_name
from hub.golden.service import explain
from hub.golden.store import titles_of
from hub.lists import store as lists
from hub.lists.store import Listed
from hub.resolutions import store as reviews
from hub.resolutions.service import Resolution, resolve, resolve_all
from hub.resolutions.undo import can_undo, undo
from hub.wiring import Hub
from master_data.fields import entity_schema
from master_data.model import Value
from portal import (
    Column,
    ColumnKind,
    Filter,
    Grid,
    PageForm,
    Portal,
    Principal,
    Toast,
    can,
    require,
)

Read = Annotated[Principal, Depends(require("hub.conflicts.read"))]
Resolve = Annotated[Principal, Depends(require("hub.conflicts.resolve"))]

_PAGE = 50
_TO_REVIEW = {"kind": Kind.POSSIBLE_DUPLICATE.value, "state": "open"}
_KINDS = [(kind.value, words(kind.value).capitalize()) for kind in Kind]
_TONES = {
    Kind.RIVAL_VALUES.value: "accent",
    Kind.POSSIBLE_DUPLICATE.value: "violet",
    Kind.UNMAPPED_VALUE.value: "warn",
    Kind.REFUSED_WRITE.value: "bad",
    Kind.LOOP.value: "bad",
    Kind.UNDELIVERED.value: "bad",
    Kind.DELETE_AGAINST_CHANGE.value: "warn",
}

CONFLICTS = Grid(
    "/hub/conflicts",
    columns=(
        Column(
            "title", "Record", ColumnKind.AVATAR, href=lambda row: f"/hub/conflicts/{row['id']}"
        ),
        Column("kind", "Kind", ColumnKind.BADGE, tones=_TONES, labels=dict(_KINDS)),
        Column("about", "About"),
        Column("why", "Why", extra=True),
        Column("opened_at", "Open since", ColumnKind.AGO),
    ),
    filters=(
        Filter("kind", "Kind", _KINDS),
        Filter("state", "State", [("open", "Open"), ("closed", "Settled")], param="state"),
    ),
    csv=False,
)


class AnswerForm(PageForm):
    """A person's answer: a rival by its number, or a value of the person's own."""

    choice: Choice
    seen: int
    rival: str = ""
    own: str = ""
    reason: str = ""
    cause: str = ""
    """Given: the answer is for every open conflict of this cause."""


Answer = Annotated[AnswerForm, Form()]


def router(hub: Hub, portal: Portal) -> APIRouter:
    """Return the routes of conflicts."""
    routes = APIRouter(prefix="/conflicts", include_in_schema=False)
    _reading(routes, hub, portal)
    _answering(routes, hub, portal)
    return routes


def _reading(routes: APIRouter, hub: Hub, portal: Portal) -> None:
    @routes.get("")
    def conflicts(request: Request, principal: Read) -> HTMLResponse:
        """List conflicts, the newest first; possible duplicates may be answered together."""
        query = request.query_params
        filters = {"kind": query.get("filter[kind]") or None, "state": query.get("state") or "open"}
        found = hub.db.read(
            lambda c: lists.conflicts(c, Listed(filters, query.get("after"), _PAGE))
        )
        ids = [each for row in found.items for each in (row["golden_id"], _place(row["subject"]))]
        titles = hub.db.read(lambda c: titles_of(c, ids))
        rows = [
            dict(row)
            | {
                "about": titles.get(_place(row["subject"]))
                or _about(row["entity"], row["subject"]),
                "why": name_systems(row["why"], hub.titles),
                "title": titles.get(row["golden_id"], row["golden_id"]),
            }
            for row in found.items
        ]
        reviewed = can(principal, "hub.conflicts.resolve") and filters == _TO_REVIEW
        grid = replace(CONFLICTS, selectable=reviewed)
        context = {
            "grid": grid.view(query, rows, found.next),
            "seen": [f"{row['id']}:{row['version']}" for row in found.items] if reviewed else [],
            "last": _last(hub, query.get("last")),
            "reviewed": _reviewed(hub, query.get("reviewed"), principal),
        }
        return portal.page(request, "hub/conflicts.html", context, block="grid")

    @routes.get("/{conflict_id}")
    def conflict(request: Request, conflict_id: str, principal: Read) -> HTMLResponse:
        """Show one conflict with the answers it takes."""
        shown = _shown(hub, conflict_id, principal)
        shown["last"] = _last(hub, request.query_params.get("last"))
        return portal.page(request, "hub/conflict.html", shown)


def _answering(routes: APIRouter, hub: Hub, portal: Portal) -> None:
    @routes.post("/{conflict_id}/undo")
    def take_back(request: Request, conflict_id: str, principal: Resolve) -> Response:
        """Take an answer back: the question is open again."""
        try:
            undo(hub, conflict_id, principal.name)
        except CannotUndo as error:
            toast = Toast("Not taken back", str(error), bad=True)
        else:
            toast = Toast("Taken back")
        return portal.redirect(request, f"/hub/conflicts/{conflict_id}", toast=toast)

    @routes.post("/{conflict_id}")
    def answer(request: Request, conflict_id: str, form: Answer, principal: Resolve) -> Response:
        """Settle a conflict."""
        found = _found(hub, conflict_id)
        if form.cause:
            done = resolve_all(hub, form.cause, form.choice, principal.name, form.reason.strip())
            toast = Toast("Settled", str(done.settled))
            place = f"/hub/conflicts?reviewed={done.review}"
            return portal.redirect(request, place, toast=toast)
        try:
            resolution = Resolution(
                choice=form.choice,
                seen=form.seen,
                by=principal.name,
                reason=form.reason.strip(),
                value=_value(found, form),
            )
            resolve(hub, conflict_id, resolution)
        except (ConflictMoved, ToldApart, WrongChoice, WrongMerge) as error:
            shown = _shown(hub, conflict_id, principal) | {"refusal": str(error)}
            return portal.page(request, "hub/conflict.html", shown, status=409)
        toast = Toast("Settled", _about(found.entity, found.subject))
        return portal.redirect(request, f"{_next_open(hub)}?last={conflict_id}", toast=toast)


def _last(hub: Hub, conflict_id: str | None) -> dict[str, str] | None:
    """Return the conflict that was settled a moment ago, if its answer can be taken back."""
    found = hub.db.read(lambda c: store.conflict_by_id(c, conflict_id)) if conflict_id else None
    if found is None or not can_undo(found):
        return None
    title = hub.db.read(lambda c: titles_of(c, [found.golden_id])).get(found.golden_id, "")
    return {"id": found.id, "title": title, "about": _about(found.entity, found.subject)}


def _reviewed(hub: Hub, review_id: str | None, person: Principal) -> dict[str, Any] | None:
    """Return the answer that was given to many a moment ago, if it can be taken back."""
    found = hub.db.read(lambda c: reviews.review_by_id(c, review_id)) if review_id else None
    final = found is None or found.choice in {Choice.DELETE.value, Choice.RESTORE.value}
    if found is None or final or found.taken_back_at or not can(person, "hub.conflicts.resolve"):
        return None
    return {"id": found.id, "count": len(found.settled)}


def _next_open(hub: Hub) -> str:
    """Return the page of the next open conflict, so that settling goes on without a click."""
    page = hub.db.read(lambda c: lists.conflicts(c, Listed({"state": "open"}, None, 1)))
    return f"/hub/conflicts/{page.items[0]['id']}" if page.items else "/hub/conflicts"


def _found(hub: Hub, conflict_id: str) -> Conflict:
    found = hub.db.read(lambda c: store.conflict_by_id(c, conflict_id))
    if found is None:
        raise UnknownConflict(conflict_id)
    return found


def _value(conflict: Conflict, form: AnswerForm) -> Value:
    """Return the rival that was picked, or the person's own value. Raises WrongChoice."""
    if form.choice is not Choice.TAKE:
        return None
    if form.rival == "own":
        if any(isinstance(rival["value"], dict | list) for rival in conflict.rivals):
            try:
                return strict_json.loads(form.own.encode())
            except strict_json.StrictJsonError as error:
                raise WrongChoice(
                    conflict.kind, "write the value as JSON, like the others"
                ) from error
        return form.own.strip() or None
    numbers = {str(number): rival["value"] for number, rival in enumerate(conflict.rivals)}
    if form.rival not in numbers:
        raise WrongChoice(conflict.kind, "pick one of the values")
    return numbers[form.rival]


def _place(subject: str) -> str:
    """Return the path that a conflict is about; of a possible duplicate, the other record."""
    return subject.rpartition(":")[2]


def _about(entity: str, subject: str) -> str:
    path = _place(subject)
    return (
        "the record"
        if path.startswith("gr_") or path == "record"
        else entity_schema(entity).title_of(path)
    )


def _shown(hub: Hub, conflict_id: str, principal: Principal) -> dict[str, object]:
    found = _found(hub, conflict_id)
    told = explain(hub, found.golden_id)
    other, merging = None, None
    if found.kind == Kind.POSSIBLE_DUPLICATE.value and found.closed_at is None:
        other = explain(hub, found.subject)
        merging = _merging(hub, found)
    before, after = hub.db.read(lambda c: store.neighbours(c, found))
    titles = hub.titles
    return {
        "conflict": found,
        "why": name_systems(found.why, titles),
        "where": titles.get(found.connection, found.connection) if found.connection else "",
        "about": _about(found.entity, found.subject),
        "title": told.title,
        "collection": {"category": "categories"}.get(found.entity, found.entity + "s"),
        "kind": words(found.kind),
        "rivals": [
            {
                "number": number,
                "source": source_name(rival["source"], titles),
                "tone": SYSTEM_TONES.get(rival["source"], ""),
                "value": readable(rival["value"]),
                "at": from_microseconds(rival["at"]) if rival["at"] else None,
            }
            for number, rival in enumerate(found.rivals)
        ],
        "choices": [c.value for c in choices_of(Kind(found.kind))] if not found.closed_at else [],
        "may_resolve": can(principal, "hub.conflicts.resolve"),
        "compare": _compare(told, other) if other else [],
        "other": other,
        "merging": merging,
        "before": before,
        "after": after,
        "undoable": can_undo(found) and can(principal, "hub.conflicts.resolve"),
        "last": None,
        "refusal": "",
        "same_cause": _same_cause(hub, found),
    }


def _merging(hub: Hub, conflict: Conflict) -> dict[str, Any] | None:
    """Return what "same" would do; None where it is refused."""
    try:
        preview = preview_merge(hub, conflict.subject, conflict.golden_id, Intent(by="preview"))
    except (ToldApart, WrongMerge):
        return None
    return shown_preview(preview)


def _same_cause(hub: Hub, conflict: Conflict) -> int:
    """Return how many open conflicts one repair would end, this one included."""
    if conflict.cause is None or conflict.closed_at is not None:
        return 0
    cause = conflict.cause
    return hub.db.read(lambda c: store.count_of_cause(c, cause))


def _compare(mine: Explained, theirs: Explained) -> list[tuple[str, str, str]]:
    """Return (field, this record's value, the other's) for two records side by side."""
    sides: list[dict[str, str]] = [{}, {}]
    for side, told in zip(sides, (mine, theirs), strict=True):
        for each in told.fields:
            side[each.title] = "; ".join(filter(None, [side.get(each.title), readable(each.value)]))
    names = list(dict.fromkeys([*sides[0], *sides[1]]))
    return [(name, sides[0].get(name, ""), sides[1].get(name, "")) for name in names]
