"""Turns stored versions, events, effects and conflicts into sentences. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from ground.instants import from_microseconds
from hub.conflicts.model import Conflict
from hub.effects.model import Effect
from hub.effects.rules import EffectState
from hub.events.model import Event
from hub.events.rules import Outcome
from hub.golden.model import FieldTold, Happening, Held, VersionRow
from master_data.fields import EntitySchema
from master_data.model import (
    Crossref,
    CrossrefState,
    Flat,
    Golden,
    Value,
    is_blank,
    split_path,
)

__all__ = ["replay", "tell_fields", "tell_timeline"]

_EVENT_TONES = {
    Outcome.APPLIED: "ok",
    Outcome.CONFLICT: "bad",
    Outcome.HELD: "warn",
    Outcome.WAITING: "warn",
    Outcome.REJECTED: "bad",
    Outcome.SUPERSEDED: "",
    Outcome.NO_OP: "",
}
_EFFECT_TITLES = {
    EffectState.PLANNED: ("Delivery planned", "accent"),
    EffectState.WAITING: ("Delivery waits for another record", "warn"),
    EffectState.SENT: ("Delivery sent", "accent"),
    EffectState.UNKNOWN: ("Delivery without an answer", "warn"),
    EffectState.CONFIRMED: ("Delivered", "ok"),
    EffectState.REJECTED: ("Refused by the system", "bad"),
    EffectState.SUPERSEDED: ("Nothing left to deliver", ""),
    EffectState.DEAD: ("Delivery given up", "bad"),
}


def replay(body: Flat, changes: Iterable[Mapping[str, Sequence[Value]]]) -> Flat:
    """Return a golden body after these changes (path -> [new, …]), the oldest first."""
    rebuilt = dict(body)
    for change in changes:
        for path, (new, *_) in change.items():
            if is_blank(new):
                rebuilt.pop(path, None)
            else:
                rebuilt[path] = new
    return rebuilt


def tell_fields(
    golden: Golden,
    schema: EntitySchema,
    versions: Mapping[int, VersionRow],
    crossrefs: Sequence[Crossref],
) -> tuple[FieldTold, ...]:
    """Explain every value of a golden record, in the order of its schema."""
    order = {path: number for number, path in enumerate(schema.specs)}
    paths = {*golden.body, *golden.held}
    return tuple(
        _field(golden, schema, versions, crossrefs, path)
        for path in sorted(paths, key=lambda each: (order.get(split_path(each)[0], 999), each))
    )


def _field(
    golden: Golden,
    schema: EntitySchema,
    versions: Mapping[int, VersionRow],
    crossrefs: Sequence[Crossref],
    path: str,
) -> FieldTold:
    row = versions.get(golden.provenance.get(path, 0))
    new, _, rule, why, source, rivals = _change(row, path)
    del new
    return FieldTold(
        path=path,
        title=schema.title_of(path),
        value=golden.body.get(path),
        source=source,
        rule=rule,
        why=why,
        version=row.version if row else None,
        at=row.at if row else None,
        event_id=row.event_id if row else None,
        in_conflict=path in golden.held,
        rivals=tuple((each[0], each[1], _moment(each[2])) for each in rivals),
        systems=tuple(_held(golden, each, path) for each in crossrefs if _shows(each, path)),
    )


def _change(row: VersionRow | None, path: str) -> Sequence[Value]:
    if row is None or path not in row.changes:
        return [None, None, "", "", None, []]
    return row.changes[path]


def _moment(micros: int) -> datetime:
    return from_microseconds(micros)


def _shows(crossref: Crossref, path: str) -> bool:
    return crossref.state is CrossrefState.LIVE and path in crossref.base


def _held(golden: Golden, crossref: Crossref, path: str) -> Held:
    base = crossref.base[path]
    agrees = base.golden == golden.body.get(path)
    reason = crossref.held.get(path) or crossref.held.get(split_path(path)[0], "")
    return Held(crossref.connection, base.words, agrees, reason)


def tell_timeline(
    schema: EntitySchema,
    versions: Iterable[VersionRow],
    events: Iterable[Event],
    effects: Iterable[Effect],
    conflicts: Iterable[Conflict],
) -> tuple[Happening, ...]:
    """Return what happened, the newest first."""
    told = [_version(schema, each) for each in versions]
    told += [_event(schema, each) for each in events]
    told += [_effect(schema, each) for each in effects]
    for each in conflicts:
        told += _conflict(schema, each)
    return tuple(sorted(told, key=lambda each: each.at, reverse=True))


def _version(schema: EntitySchema, row: VersionRow) -> Happening:
    who = (row.actor or "").removeprefix("person:") or row.connection or "the hub"
    if row.mapping_version is not None:
        of = f"mapping version {row.mapping_version}"
        who = f"{of} of {row.connection}" if who.startswith("remap(") else f"{who}, {of}"
    changes = tuple(
        (schema.title_of(path), change[0], change[1], change[3])
        for path, change in row.changes.items()
    )
    return Happening(
        at=row.at,
        kind="version",
        title=f"Golden version {row.version}",
        tone="accent" if changes else "",
        detail=f"by {who}",
        connection=row.connection,
        ref=row.event_id,
        changes=changes,
    )


def _event(schema: EntitySchema, event: Event) -> Happening:
    detail = event.detail or {}
    fields = detail.get("fields", {})
    lines = tuple(
        (schema.title_of(path), None, None, f"{outcome.replace('_', ' ')}: {why}")
        for path, (outcome, _, why) in fields.items()
        if outcome not in {"applied", "no_op"}
    )
    outcome = event.outcome.value.replace("_", " ") if event.outcome else "undecided"
    return Happening(
        at=event.received_at,
        kind="event",
        title=f"Heard from {event.connection}: {outcome}",
        tone=_EVENT_TONES[event.outcome] if event.outcome else "warn",
        detail=str(detail.get("reason") or ""),
        connection=event.connection,
        ref=event.id,
        changes=lines,
    )


def _effect(schema: EntitySchema, effect: Effect) -> Happening:
    title, tone = _EFFECT_TITLES[effect.state]
    frozen, answer = effect.frozen or {}, effect.answer or {}
    changes = tuple(
        (schema.title_of(path), value, None, "") for path, value in frozen.get("paths", {}).items()
    )
    return Happening(
        at=effect.settled_at or effect.sent_at or effect.planned_at,
        kind="effect",
        title=f"{title}: {effect.connection}",
        tone=tone,
        detail=f"{answer.get('reason') or effect.reason}{_by_mapping(frozen)}",
        connection=effect.connection,
        ref=effect.id,
        changes=changes if effect.state is not EffectState.SUPERSEDED else (),
    )


def _by_mapping(frozen: Mapping[str, Value]) -> str:
    number = frozen.get("mapping_version")
    return f", mapping version {number}" if number else ""


def _conflict(schema: EntitySchema, conflict: Conflict) -> list[Happening]:
    subject = conflict.subject.rpartition(":")[2]
    name = schema.title_of(subject)
    opened = Happening(
        at=conflict.opened_at,
        kind="conflict",
        title=f"Conflict: {conflict.kind.replace('_', ' ')}",
        tone="bad",
        detail=f"{name}: {conflict.why}",
        connection=conflict.connection,
        ref=conflict.id,
    )
    if conflict.closed_at is None:
        return [opened]
    resolution = conflict.resolution or {}
    closed = Happening(
        at=conflict.closed_at,
        kind="conflict",
        title="Conflict settled",
        tone="ok",
        detail=f"by {conflict.closed_by}: {resolution.get('choice') or resolution.get('why', '')}",
        ref=conflict.id,
        changes=((name, resolution.get("value"), None, str(resolution.get("reason") or "")),)
        if "value" in resolution
        else (),
    )
    return [opened, closed]
