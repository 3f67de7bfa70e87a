"""Decides what values a record gets. Pure: no clock, no database."""

from collections.abc import Callable, Iterable, Mapping

from ground.records.elements import Elements, keep_ids
from ground.records.errors import Kept
from ground.records.findings import LONGEST_NAME, Findings
from ground.records.model import (
    EXTERNAL_REF,
    REF_FIELD,
    SERVER_OWNED,
    Field,
    Linked,
    ManagedField,
    RecordKind,
    Values,
)
from ground.strict_json import Json

_NO_SUCH_FIELD = "There is no such field; leave it out."
_SERVER_OWNED = "This is set by the system; leave it out."
_MISSING = "Fill this in."


def clean(kind: RecordKind, given: Mapping[str, Json], findings: Findings) -> Values:
    """Return the given fields in normal form; unknown and server-owned ones are refused."""
    cleaned: Values = {}
    for name, value in given.items():
        field = REF_FIELD if name == EXTERNAL_REF else kind.by_name.get(name)
        if field is None:
            reason = _SERVER_OWNED if name in SERVER_OWNED else _NO_SUCH_FIELD
            findings.refuse(name[:LONGEST_NAME], reason)
        elif field.given:
            findings.refuse(name, _SERVER_OWNED)
        else:
            cleaned[name] = (
                field.type.empty if value is None else field.type.clean(value, name, findings)
            )
    return cleaned


def empty_values(kind: RecordKind) -> Values:
    """Return the values of a record nobody filled in."""
    return {field.name: field.type.empty for field in kind.fields}


def merge(  # noqa: PLR0913 (one decision needs all of it)
    kind: RecordKind,
    before: Values | None,
    cleaned: Values,
    *,
    linked: Linked,
    new_id: Callable[[], str],
    findings: Findings,
) -> Values:
    """Return all values after `cleaned` replaced what it names; elements get their ids."""
    own = {name: value for name, value in cleaned.items() if name != EXTERNAL_REF}
    after = {**empty_values(kind), **(before or {}), **own}
    if kind.finish is not None:
        kind.finish(after, own.keys(), linked, findings)
    for name in own:
        field = kind.by_name[name]
        if isinstance(field.type, Elements):
            after[name] = keep_ids(
                _list(None if before is None else before.get(name)),
                _list(after[name]),
                new_id,
            )
        _check(field, before, after[name], findings)
    if before is None:
        for field in kind.fields:
            if field.name not in own:
                _check(field, before, after[field.name], findings)
    return after


def _check(field: Field, before: Values | None, value: Json, findings: Findings) -> None:
    noted = any(problem.field == field.name for problem in findings.problems)
    if field.required and value in (None, []) and not noted:
        findings.refuse(field.name, _MISSING)
    if field.immutable and before is not None and before[field.name] != value:
        findings.refuse(field.name, "This cannot be changed once set; make a new record.")


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def changed_fields(kind: RecordKind, before: Values | None, after: Values) -> frozenset[str]:
    """Return the names of fields whose value differs; new records differ from empty ones."""
    old = empty_values(kind) if before is None else before
    return frozenset(name for name, value in after.items() if old.get(name) != value)


def refuse_kept(
    changed: Iterable[str], managed: Mapping[str, ManagedField], author_id: str
) -> None:
    """Raise Kept for the first changed field that someone else keeps up."""
    if not managed:
        return
    for name in sorted(changed):
        kept = managed.get(name)
        if kept is not None and kept.set_by != author_id:
            raise Kept(name, kept.kept_by, kept.text)


def makes_a_circle(record_id: str, parent: Json, parents: Mapping[str, Json]) -> bool:
    """Tell whether `record_id` would be its own ancestor under `parent`."""
    seen = {record_id}
    above = parent
    while isinstance(above, str):
        if above in seen:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


def search_text(kind: RecordKind, values: Values) -> str:
    """Return what `q=` looks in: the texts of the searched fields, case folded."""
    found: list[str] = []
    for name, parts in kind.search_parts:
        value = values.get(name)
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list):
            found += _texts(value, parts)
    return " ".join(found).casefold()


def _texts(members: list[Json], parts: tuple[str, ...]) -> list[str]:
    found = []
    for member in members:
        if isinstance(member, str):
            found.append(member)
        elif isinstance(member, dict):
            found += [text for part in parts if isinstance(text := member[part], str)]
    return found
