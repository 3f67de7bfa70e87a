"""Open conflicts follow what they are about when clusters change shape. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hub.clusters.model import Reshaped
from hub.conflicts.model import Conflict, NewConflict, OpenConflict, Rival
from hub.conflicts.rules import Kind
from master_data.clusters.model import Formed
from master_data.clusters.names import rename
from master_data.pins import person_says

__all__ = ["Carried", "carry"]


@dataclass(slots=True)
class Carried:
    """`closed`: conflicts that end here; `opened`: those that stand from now on."""

    closed: list[Conflict] = field(default_factory=list)
    opened: list[NewConflict] = field(default_factory=list)


def carry(
    reshaped: Reshaped,
    told: Sequence[Conflict],
    roots: Mapping[str, str],
    new_id: Callable[[str], str],
) -> Carried:
    """Say what becomes of the open conflicts of all records involved.

    `roots`: golden id -> the record it is part of now, of all that conflicts name.
    """
    carried = Carried()
    for formed in reshaped.formed:
        _carry_rivals(formed, told, carried, new_id)
    for conflict in told:
        match Kind(conflict.kind):
            case Kind.RIVAL_VALUES:
                if not _still_held(reshaped.formed, conflict):
                    carried.closed.append(conflict)
            case Kind.POSSIBLE_DUPLICATE:
                _carry_duplicate(conflict, roots, carried, new_id)
            case _:
                _carry_hold(reshaped.formed, conflict, carried, new_id)
    return carried


def _still_held(formed: Iterable[Formed], conflict: Conflict) -> bool:
    mine = [each.golden for each in formed if each.golden.id == conflict.golden_id]
    return any(conflict.subject in each.held for each in mine)


def _carry_rivals(
    formed: Formed, told: Sequence[Conflict], carried: Carried, new_id: Callable[[str], str]
) -> None:
    """Ask about each field that no rule decides, with the events that waited for it."""
    golden = formed.golden
    for path in sorted(golden.held):
        before = [
            each
            for each in told
            if each.kind == Kind.RIVAL_VALUES.value and _is_about(formed, each, path)
        ]
        new = OpenConflict(
            kind=Kind.RIVAL_VALUES.value,
            entity=golden.entity,
            golden_id=golden.id,
            subject=path,
            connection=None,
            rule=before[0].rule if before and path not in formed.ties else "manual",
            why=formed.ties.get(path) or (before[0].why if before else "it was in conflict before"),
            rivals=_rivals(formed, path),
        )
        events = sorted({event for each in before for event in each.events})
        carried.opened += _with_events(new, events, new_id)


def _is_about(formed: Formed, conflict: Conflict, path: str) -> bool:
    for home in formed.homes:
        if (
            conflict.golden_id == home.id
            and home.names.get(conflict.subject, conflict.subject) == path
        ):
            return True
    return conflict.subject == path


def _rivals(formed: Formed, path: str) -> tuple[Rival, ...]:
    said = [c.contributions[path] for c in formed.crossrefs if path in c.contributions]
    decision = formed.golden.decisions.get(path)
    if decision:
        said.append(person_says(decision))
    told = sorted(said, key=lambda each: (each.source, each.at))
    return tuple(Rival(each.source, each.value, each.at) for each in told)


def _carry_duplicate(
    conflict: Conflict, roots: Mapping[str, str], carried: Carried, new_id: Callable[[str], str]
) -> None:
    mine = roots.get(conflict.golden_id, conflict.golden_id)
    other = roots.get(conflict.subject, conflict.subject)
    if mine == other:
        carried.closed.append(conflict)
    elif mine != conflict.golden_id:
        _move(conflict, mine, conflict.subject, carried, new_id)


def _carry_hold(
    formed: Sequence[Formed],
    conflict: Conflict,
    carried: Carried,
    new_id: Callable[[str], str],
) -> None:
    """Let a held field, or a parked record, be asked about where its crossref is now."""
    path = conflict.subject.partition(":")[2]
    for each in formed:
        names = {name: to for home in each.homes for name, to in home.names.items()}
        here = rename({path: None}, names)
        for crossref in each.crossrefs:
            if crossref.connection != conflict.connection:
                continue
            held = next((p for p in (path, *here) if p in crossref.held), None)
            if held is None and not (path == "record" and crossref.parked):
                continue
            subject = f"{conflict.connection}:{held or path}"
            if (each.golden.id, subject) != (conflict.golden_id, conflict.subject):
                _move(conflict, each.golden.id, subject, carried, new_id)
            return
    if all(each.golden.id != conflict.golden_id for each in formed):
        _move(conflict, formed[0].golden.id, conflict.subject, carried, new_id)


def _move(
    conflict: Conflict,
    golden_id: str,
    subject: str,
    carried: Carried,
    new_id: Callable[[str], str],
) -> None:
    carried.closed.append(conflict)
    new = OpenConflict(
        kind=conflict.kind,
        entity=conflict.entity,
        golden_id=golden_id,
        subject=subject,
        connection=conflict.connection,
        rule=conflict.rule,
        why=conflict.why,
        rivals=tuple(Rival(r["source"], r["value"], r["at"]) for r in conflict.rivals),
    )
    carried.opened += _with_events(new, conflict.events, new_id)


def _with_events(
    new: OpenConflict, events: Sequence[str], new_id: Callable[[str], str]
) -> list[NewConflict]:
    """Return one conflict, told once for each event that waits for it."""
    if not events:
        return [NewConflict(new_id("cf"), new, None)]
    return [NewConflict(new_id("cf"), new, event) for event in events]
