"""What is held because a value has no row in a value map, and the row that releases it."""

from dataclasses import dataclass, replace

from ground.database import Connection
from hub.connections import store as connections
from hub.errors import MappingMoved, NotPublishable
from hub.mapping_versions import store
from hub.mapping_versions.model import Laws, LawsState, MappingRef, StoredVersion, VersionState
from hub.publishing.checking import app_schema, remarks_of, try_laws
from hub.publishing.model import Preview
from hub.publishing.preview import preview
from hub.publishing.service import announce, digest_of, in_force, in_state, list_versions, switch_to
from hub.wiring import Hub
from mappings import DocumentRefused
from mappings.edit import add_row, with_version
from mappings.ops import Code
from master_data import store as golden_store
from master_data.model import split_path

__all__ = ["Held", "Row", "add_value", "held_values", "released_by"]


@dataclass(frozen=True, slots=True)
class Held:
    """One reason why fields of records are held: at which path, of how many records."""

    path: str
    reason: str
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row for a value map: app <-> golden; `canonical`: written for the golden value."""

    table: str
    app: Code
    golden: str
    canonical: bool = False


def held_values(hub: Hub, ref: MappingRef) -> list[Held]:
    """Return why fields of this mapping's records are held, the most frequent reason first."""

    def read(connection: Connection) -> dict[tuple[str, str], int]:
        ids = store.held_crossrefs(connection, ref)
        counts: dict[tuple[str, str], int] = {}
        for each in golden_store.crossrefs_of(connection, ids):
            if (each.connection, each.object_type) != (ref.connection, ref.object_type):
                continue
            for key in {(split_path(path)[0], why) for path, why in each.held.items()}:
                counts[key] = counts.get(key, 0) + 1
        return counts

    counts = hub.db.read(read)
    return sorted(
        (Held(path, why, many) for (path, why), many in counts.items()),
        key=lambda each: (-each.records, each.path, each.reason),
    )


def released_by(hub: Hub, ref: MappingRef, row: Row) -> Preview:
    """Say what a row would release, and what would be written for it; nothing is done.

    Raises DocumentRefused if there is no such value map, NotPublishable if the row is not sound.
    """
    text = _with_row(hub, ref, in_force(hub, ref).text, row)
    held = hub.db.read(lambda c: store.held_crossrefs(c, ref))
    return preview(hub, ref, text, _next(hub, ref), only=held)


def add_value(hub: Hub, ref: MappingRef, row: Row, *, by: str) -> tuple[StoredVersion, Preview]:
    """Publish the mapping in force with one more row; what waited for it goes on.

    A draft gets the row too, and the next number. Raises DocumentRefused, NotPublishable,
    MappingMoved.
    """
    released = released_by(hub, ref, row)
    before = in_force(hub, ref)
    text = _with_row(hub, ref, before.text, row)
    laws = try_laws(
        text, ref.object_type, app_schema(hub.connection(ref.connection), ref.object_type)
    )
    if laws.state is not LawsState.GREEN:
        raise NotPublishable([f"a law is broken: {laws.why}"])
    shipped = list_versions(hub, ref)[-1]

    def switch(connection: Connection) -> None:
        connections.locked(connection, ref.connection)
        known = store.versions_of(connection, ref)
        if not known:
            store.insert(connection, [shipped])
            known = [shipped]
        active = in_state(known, VersionState.ACTIVE)
        if active is None or active.number != before.number:
            raise MappingMoved(str(ref))
        draft = in_state(known, VersionState.DRAFT)
        number = draft.number if draft else store.next_number(connection, ref)
        if draft is not None:
            store.remove(connection, draft)
        written = with_version(text, number)
        note = f"{row.table}: {row.app} is {row.golden}"
        new = replace(
            before,
            number=number,
            state=VersionState.DRAFT,
            text=written,
            digest=digest_of(written),
            author=by,
            note=note,
            revision=1,
            laws=laws,
            created_at=hub.db.now(connection),
        )
        store.insert(connection, [new])
        switch_to(hub, connection, [replace(active, state=VersionState.RETIRED)], new, by)
        if draft is not None:
            store.insert(connection, [_renumbered(draft, row)])

    hub.db.write(switch)
    return announce(hub, ref), released


def _renumbered(draft: StoredVersion, row: Row) -> StoredVersion:
    """Return the draft with the row, after the version that is published before it."""
    try:
        text = add_row(draft.text, row.table, row.app, row.golden, canonical=row.canonical)
        text = with_version(text, draft.number + 1)
    except DocumentRefused:  # the draft has no such value map, or is no mapping yet
        text = draft.text
    return replace(
        draft,
        number=draft.number + 1,
        text=text,
        digest=digest_of(text),
        revision=draft.revision + 1,
        laws=Laws(LawsState.DUE) if draft.laws else None,
    )


def _with_row(hub: Hub, ref: MappingRef, text: str, row: Row) -> str:
    text = add_row(text, row.table, row.app, row.golden, canonical=row.canonical)
    schema = app_schema(hub.connection(ref.connection), ref.object_type)
    remarks = remarks_of(text, ref.object_type, schema)
    if remarks:
        raise NotPublishable([str(each) for each in remarks])
    return text


def _next(hub: Hub, ref: MappingRef) -> int:
    return list_versions(hub, ref)[0].number + 1
