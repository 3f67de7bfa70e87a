"""What the templates of a screen are given: rows of a list, a record, a form."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ground.records.model import ManagedField, Record, RecordKind, Values
from ground.records.rules import empty_values
from ground.strict_json import Json
from portal.app import Portal
from portal.grid import Grid, Query
from portal.model import Principal
from portal.record_pages.forms import changed, marks, read_marks
from portal.record_pages.offers import Options
from portal.record_pages.refusals import Refusal
from portal.record_pages.screens import Document, Facts, Screen, Word
from portal.record_pages.widgets import Drawing, draw
from portal.rules import can

__all__ = ["Draft", "asked", "document_of", "form_view", "found_choices", "record_view"]

_LIST_WORDS = ("q", "sort", "after", "limit")


def asked(screen: Screen, grid: Grid, query: Query) -> list[Word]:
    """Return the query words of a list as the collection takes them."""
    given = {name: value for name, value in query.multi_items() if value}
    taken = {*_LIST_WORDS, *(each.word for each in grid.filters)} - set(screen.own_words)
    words = [(name, value) for name, value in given.items() if name in taken]
    if "sort" not in given:
        words.append(("sort", grid.default_sort))
    return [*words, *screen.narrow(given)]


def document_of(record: Record) -> Document:
    """Return a record as the REST API shows it, times as text."""
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in record.document().items()
    }


def record_view(
    screen: Screen, portal: Portal, record: Record, principal: Principal
) -> dict[str, Any]:
    """Return what the page of a record is drawn from."""
    kept = kept_reasons(screen.collection.managed())
    writes = bool(screen.sections) and can(principal, screen.permission("write"))
    moves = [
        move
        for move in screen.moves
        if writes and move.fits(record.values) and not kept.keys() & move.values.keys()
    ]
    facts = Facts(screen.collection.kind, record.values, kept)
    return {
        "screen": screen,
        "title": screen.name(record.values),
        "path": f"{screen.path}/{record.id}",
        "version": record.version,
        "values": record.values,
        "edit_href": f"{screen.path}/{record.id}/edit" if writes else "",
        "moves": moves,
        "may_delete": bool(screen.sections) and can(principal, screen.permission("delete")),
        "history": {
            "version": record.version,
            "created_at": record.created_at,
            "updated_at": record.updated_at,
            "by": _name_of(portal, record.updated_by),
        },
        **screen.detail(record, facts),
    }


def kept_reasons(managed: Mapping[str, ManagedField]) -> dict[str, str]:
    """Return field -> why it is not changed here."""
    return {
        name: each.text or f"This field is kept by {each.kept_by}. Change it there."
        for name, each in managed.items()
    }


def _name_of(portal: Portal, author_id: str) -> str:
    """Return who a user or key is; "" for nobody known."""
    users = {each.id: each.name for each in portal.list_users()}
    keys = {} if author_id in users else {each.id: each.name for each in portal.list_keys()}
    return users.get(author_id) or keys.get(author_id, "")


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it will be drawn.

    record: the one it changes. seen: the marks of the values the person saw. now: what others
    wrote where this person wrote too. sought: what was searched for, by field.
    """

    values: Mapping[str, Json]
    record: Record | None = None
    version: int = 0
    seen: str = ""
    add: str = ""
    sought: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal = field(default_factory=Refusal)
    now: Mapping[str, Json] = field(default_factory=dict)
    overtaken: bool = False

    @classmethod
    def of(cls, kind: RecordKind, record: Record) -> "Draft":
        """Return a form on a record that nobody touched yet."""
        return cls(record.values, record, record.version, marks(kind, record.values))

    def over(self, kind: RecordKind, record: Record, mine: Values) -> "Draft":
        """Return the form over the record as it is now, with this person's changes in it."""
        theirs = changed(record.values, read_marks(self.seen))
        rivals = {
            name: value for name, value in theirs.items() if name in mine and mine[name] != value
        }
        fresh = Draft.of(kind, record)
        return replace(fresh, values=record.values | mine, now=rivals, overtaken=True)


def found_choices(
    screen: Screen, values: Mapping[str, Json], sought: Mapping[str, str], own: str = ""
) -> dict[str, Options]:
    """Return what each link with a finder leads to now, then what was found but the record `own`.

    What is chosen stays, also where it will be refused.
    """
    chosen = screen.choices(values)
    found: dict[str, Options] = {}
    for name, find in screen.finders.items():
        options = dict(chosen.get(name, ()))
        if sought.get(name):
            found_now = find(sought[name])
            options |= {key: text for key, text in found_now if key not in {own, *options}}
        found[name] = list(options.items())
    return found


def form_view(screen: Screen, portal: Portal, draft: Draft) -> dict[str, Any]:
    """Return what the form of a screen is drawn from."""
    kind, record = screen.collection.kind, draft.record
    values = empty_values(kind) | dict(draft.values)
    own = "" if record is None else record.id
    drawing = Drawing(
        kind=kind,
        values=values,
        is_new=record is None,
        errors=draft.refusal.errors,
        kept=kept_reasons(screen.collection.managed()),
        now=draft.now,
        choices={**screen.choices(values), **found_choices(screen, values, draft.sought, own)},
        sought={name: draft.sought.get(name, "") for name in screen.finders},
        add=draft.add,
    )
    action = screen.path if record is None else f"{screen.path}/{record.id}"
    return {
        "screen": screen,
        "title": "" if record is None else screen.name(record.values),
        "action": action,
        "back": action,
        "own": own,
        "blocks": draw(screen.sections, drawing),
        "errors": draft.refusal.lines,
        "version": draft.version,
        "seen": draft.seen,
        "overtaken": draft.overtaken,
        "changed_by": _name_of(portal, record.updated_by) if record and draft.overtaken else "",
    }
