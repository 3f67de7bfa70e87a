"""From changed records to the bytes of one notice."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection

from ground import strict_json
from ground.notices.outbox import Change

MOST_CHANGES = 100
_MOST_BYTES = 768 * 1024  # receivers take 1 MiB

Record: TypeAlias = Mapping[str, Any]
"""A record as the REST interface shows it: version, updated_at, updated_by, external_ref,
deleted_at and the rest."""

LoadRecords: TypeAlias = Callable[[Connection, str, Sequence[str]], Mapping[str, Record | None]]
"""(connection, object, ids) -> the records as they are now, tombstones too; None or absent is
erased."""


@dataclass(frozen=True, slots=True)
class Notice:
    """The bytes to send and the changes in them."""

    body: bytes
    changes: Sequence[Change]


def build(connection: Connection, changes: Sequence[Change], load: LoadRecords) -> Notice:
    """Return a notice of the first changes, as many as one may carry, with their state of now."""
    records = _load(connection, changes, load)
    taken: list[Change] = []
    parts: list[bytes] = []
    size = 0
    for change in changes:
        part = strict_json.dumps(_document(change, records.get((change.object, change.id))))
        size += len(part) + 1
        if taken and size > _MOST_BYTES:
            break
        taken.append(change)
        parts.append(part)
    body = b'{"type":"records.changed","changes":[' + b",".join(parts) + b"]}"
    return Notice(body, taken)


def _load(
    connection: Connection, changes: Iterable[Change], load: LoadRecords
) -> dict[tuple[str, str], Record]:
    by_object: dict[str, list[str]] = {}
    for change in changes:
        by_object.setdefault(change.object, []).append(change.id)
    return {
        (name, record_id): record
        for name, ids in by_object.items()
        for record_id, record in load(connection, name, ids).items()
        if record is not None
    }


def _document(change: Change, record: Record | None) -> dict[str, Any]:
    """Return one change; what the record says of itself is newer than what was announced."""
    now = record or {}
    deleted_at = now.get("deleted_at")
    gone = record is None or deleted_at is not None
    return {
        "object": change.object,
        "id": change.id,
        "version": now.get("version", change.version),
        "kind": "deleted" if gone else "changed",
        "at": deleted_at or now.get("updated_at") or change.at,
        "external_ref": now.get("external_ref"),
        "actor": now.get("updated_by") or change.actor,
        "record": None if gone else record,
    }
