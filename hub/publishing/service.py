"""Versions of mappings: draft, publish, roll back. One mapping has at most one draft."""

import difflib
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from connectors import registry
from ground.database import Connection
from hub.connections import store as connections
from hub.errors import (
    MappingMoved,
    NotPublishable,
    UnknownMappingVersion,
    UnknownObjectType,
)
from hub.mapping_versions import store
from hub.mapping_versions.model import (
    Laws,
    LawsState,
    MappingRef,
    Remapping,
    StoredVersion,
    VersionState,
)
from hub.mapping_versions.shelf import SHIPPED
from hub.publishing.checking import check_text, ring_remarks
from hub.publishing.model import Checked
from hub.wiring import Hub
from mappings.edit import with_version

__all__ = [
    "announce",
    "diff",
    "digest_of",
    "discard",
    "draft_of",
    "find_draft",
    "find_version",
    "in_force",
    "in_state",
    "list_versions",
    "publish",
    "roll_back",
    "save_draft",
    "switch_to",
    "text_of",
]

_log = structlog.get_logger(__name__)


def list_versions(hub: Hub, ref: MappingRef) -> list[StoredVersion]:
    """Return all versions of a mapping, the newest first; the shipped one is always among them.

    Raises UnknownConnection, UnknownObjectType.
    """
    found = hub.db.read(lambda c: store.versions_of(c, ref))
    return found or [_shipped(hub, ref)]


def find_version(hub: Hub, ref: MappingRef, number: int) -> StoredVersion:
    """Return one version. Raises UnknownMappingVersion."""
    found = hub.db.read(lambda c: store.version(c, ref, number))
    if found is not None:
        return found
    newest = list_versions(hub, ref)[0]
    if newest.number != number:
        raise UnknownMappingVersion(str(ref), number)
    return newest


def in_force(hub: Hub, ref: MappingRef) -> StoredVersion:
    """Return the version in force."""
    found = hub.db.read(lambda c: store.version_in(c, ref, VersionState.ACTIVE))
    found = found or in_state(list_versions(hub, ref), VersionState.ACTIVE)
    if found is None:
        raise UnknownMappingVersion(str(ref), 0)
    return found


def draft_of(hub: Hub, ref: MappingRef) -> StoredVersion | None:
    """Return the draft of a mapping, if there is one."""
    found = hub.db.read(lambda c: store.version_in(c, ref, VersionState.DRAFT))
    if found is None:
        in_force(hub, ref)  # raises for a mapping that does not exist
    return found


def find_draft(hub: Hub, ref: MappingRef) -> StoredVersion:
    """Return the draft. Raises UnknownMappingVersion."""
    draft = draft_of(hub, ref)
    if draft is None:
        raise UnknownMappingVersion(str(ref), None)
    return draft


def text_of(hub: Hub, ref: MappingRef, text: str | None, number: int | None) -> tuple[str, int]:
    """Return a sound text to preview and its number: a given text, a version, else the draft.

    Raises NotPublishable with what the checker says; UnknownMappingVersion.
    """
    if text is None:
        found = find_draft(hub, ref) if number is None else find_version(hub, ref, number)
        text, number = found.text, found.number
    checked = check_text(hub, ref, text)
    if checked.remarks:
        raise NotPublishable([str(each) for each in checked.remarks])
    return text, number or list_versions(hub, ref)[0].number + 1


def diff(hub: Hub, ref: MappingRef, one: int, other: int) -> list[str]:
    """Return the lines of a unified diff between two versions."""
    before = find_version(hub, ref, one)
    after = find_version(hub, ref, other)
    lines = before.text.splitlines(), after.text.splitlines()
    names = f"version {one}", f"version {other}"
    return list(difflib.unified_diff(*lines, *names, lineterm=""))


def save_draft(  # noqa: PLR0913 - what an editor sends
    hub: Hub,
    ref: MappingRef,
    text: str,
    *,
    author: str,
    note: str = "",
    seen: int | None = None,
) -> tuple[StoredVersion, Checked]:
    """Keep a text as the draft, sound or not; if it is sound, a worker tries its laws.

    `seen`: the revision of the draft on screen, 0: there was none; None: whatever there is. Raises
    MappingMoved.
    """
    checked = check_text(hub, ref, text)
    laws = Laws(LawsState.DUE) if checked.is_sound else None
    first = _shipped(hub, ref)

    def save(connection: Connection) -> StoredVersion:
        connections.locked(connection, ref.connection)
        versions = store.versions_of(connection, ref)
        if not versions:
            store.insert(connection, [first])
        known = in_state(versions, VersionState.DRAFT)
        if seen is not None and seen != (known.revision if known else 0):
            raise MappingMoved(str(ref))
        now = hub.db.now(connection)
        number = store.next_number(connection, ref)
        draft = known or _new(ref, number, text, now)
        numbered = with_version(text, draft.number) if checked.is_sound else text
        written = replace(
            draft,
            text=numbered,
            digest=digest_of(numbered),
            author=author,
            note=note,
            laws=laws,
            updated_at=now,
        )
        if known is None:
            store.insert(connection, [written])
            return written
        store.rewrite(connection, known, written)
        return replace(written, revision=known.revision + 1)

    draft = hub.db.write(save)
    hub.doorbell.ring()
    return draft, Checked(checked.remarks, draft.laws)


def discard(hub: Hub, ref: MappingRef, seen: int) -> None:
    """Drop the draft. Raises UnknownMappingVersion, MappingMoved."""

    def drop(connection: Connection) -> None:
        connections.locked(connection, ref.connection)
        versions = store.versions_of(connection, ref)
        store.remove(connection, _seen_draft(versions, ref, seen))

    hub.db.write(drop)


def publish(hub: Hub, ref: MappingRef, *, seen: int, by: str) -> StoredVersion:
    """Put the draft in force; records follow page by page.

    Raises UnknownMappingVersion without a draft, MappingMoved if it is not at revision `seen`,
    NotPublishable if the checker or the laws say no.
    """
    versions = list_versions(hub, ref)
    draft = _seen_draft(versions, ref, seen)
    checked = check_text(hub, ref, draft.text)
    rings = ring_remarks(ref, draft.text, _others(hub, ref)) if checked.is_sound else []
    reasons = [*map(str, checked.remarks), *map(str, rings), *_law_reasons(draft.laws)]
    if reasons:
        raise NotPublishable(reasons)

    def switch(connection: Connection) -> None:
        known = store.versions_of(connection, ref)
        wanted = _seen_draft(known, ref, seen)
        active = [replace(e, state=_RETIRED) for e in known if e.state is VersionState.ACTIVE]
        switch_to(hub, connection, active, wanted, by)

    hub.db.write(switch)
    return announce(hub, ref)


def roll_back(
    hub: Hub, ref: MappingRef, *, seen: int, by: str, to: int | None = None
) -> StoredVersion:
    """Put an earlier version in force again and withdraw what the later ones read anew.

    `to`: None is the one before; `seen`: the number in force on screen. Raises MappingMoved, and
    UnknownMappingVersion if no such version was in force before.
    """

    def switch(connection: Connection) -> None:
        known = store.versions_of(connection, ref)
        active = in_state(known, VersionState.ACTIVE)
        if active is not None and active.number != seen:
            raise MappingMoved(str(ref))
        wanted = _earlier(known, seen, to)
        if wanted is None:
            raise UnknownMappingVersion(str(ref), to or 0)
        gone = [
            replace(each, state=VersionState.WITHDRAWN)
            for each in known
            if wanted.number < each.number <= seen and each.state in _WAS_IN_FORCE
        ]
        switch_to(hub, connection, gone, wanted, by)

    hub.db.write(switch)
    return announce(hub, ref)


_RETIRED = VersionState.RETIRED
_WAS_IN_FORCE = (VersionState.ACTIVE, VersionState.RETIRED)


def _earlier(versions: list[StoredVersion], active: int, to: int | None) -> StoredVersion | None:
    """Return the retired version to go back to; withdrawn ones are no way back."""
    retired = [
        each for each in versions if each.state is VersionState.RETIRED and each.number < active
    ]
    if to is None:
        return max(retired, key=lambda each: each.number, default=None)
    return next((each for each in retired if each.number == to), None)


def announce(hub: Hub, ref: MappingRef) -> StoredVersion:
    """Let this process know what is in force now, wake all others, and return it."""
    hub.directory.refresh()
    hub.doorbell.ring()
    version = in_force(hub, ref)
    _log.info("mapping.in_force", mapping=str(ref), version=version.number)
    return version


def _others(hub: Hub, ref: MappingRef) -> dict[str, str]:
    """Return object type -> text in force of the connection's other mappings."""
    others = [MappingRef(ref.connection, each) for each in hub.connection(ref.connection).mappings]
    return {each.object_type: in_force(hub, each).text for each in others if each != ref}


def _law_reasons(laws: Laws | None) -> list[str]:
    match laws:
        case Laws(state=LawsState.GREEN):
            return []
        case Laws(state=LawsState.BROKEN, why=why):
            return [f"a law is broken: {why}"]
        case _:
            return ["its laws are not tried yet: wait a moment and publish again"]


# --- rows


def _shipped(hub: Hub, ref: MappingRef) -> StoredVersion:
    """Return the mapping that came with the connector, as version 1."""
    opened = hub.connection(ref.connection)
    texts = registry.find(opened.system).mappings if opened.system in registry.names() else {}
    if ref.object_type not in texts:
        raise UnknownObjectType(ref.connection, ref.object_type)
    created = hub.db.read(lambda c: connections.connection_by_id(c, ref.connection))
    now = created.created_at if created else hub.env.clock.now()
    new = _new(ref, SHIPPED, texts[ref.object_type], now)
    note = "came with the connector"
    return replace(new, state=VersionState.ACTIVE, note=note, published_at=now)


def _new(ref: MappingRef, number: int, text: str, now: datetime) -> StoredVersion:
    return StoredVersion(
        connection=ref.connection,
        object_type=ref.object_type,
        number=number,
        state=VersionState.DRAFT,
        text=text,
        digest=digest_of(text),
        author="",
        note="",
        revision=1,
        laws=None,
        created_at=now,
        updated_at=now,
        published_at=None,
        published_by=None,
    )


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def in_state(versions: Iterable[StoredVersion], state: VersionState) -> StoredVersion | None:
    """Return the version in a state of which there is one at most."""
    return next((each for each in versions if each.state is state), None)


def _seen_draft(versions: Iterable[StoredVersion], ref: MappingRef, seen: int) -> StoredVersion:
    draft = in_state(versions, VersionState.DRAFT)
    if draft is None:
        raise UnknownMappingVersion(str(ref), None)
    if draft.revision != seen:
        raise MappingMoved(str(ref))
    return draft


def switch_to(
    hub: Hub, connection: Connection, old: Sequence[StoredVersion], new: StoredVersion, by: str
) -> None:
    """Let `new` take the place of the versions in `old`, and records follow."""
    stored = connections.locked(connection, new.connection)
    now = hub.db.now(connection)
    for each in old:
        store.change(connection, each, {"state": each.state.value, "updated_at": now})
    columns = {"state": "active", "published_at": now, "published_by": by, "updated_at": now}
    if not store.change(connection, new, columns):
        raise MappingMoved(str(new.ref))
    until = now + timedelta(seconds=hub.settings.lease)
    wanted = Remapping(new.connection, new.object_type, new.number, "", until)
    store.request_remapping(connection, wanted, now)
    connections.configure(connection, stored, now, {})
