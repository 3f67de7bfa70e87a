"""The notices of the in-memory twin: the shape the built-in apps send."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.contract import Json, Record
from connectors.declarative.signature import sign_standard
from connectors.kit.memory import MemorySystem, Row

__all__ = ["Notice", "notice_document", "take_notice"]


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it would come over the wire."""

    headers: dict[str, str]
    body: bytes


def take_notice(system: MemorySystem, url: str, *, most: int = 100) -> Notice | None:
    """Take the oldest untold changes as one signed notice to `url`; None if there are none."""
    told, system.untold = system.untold[:most], system.untold[most:]
    rows = [(name, row) for name, key in told if (row := system.rows[name].get(key)) is not None]
    if not rows:
        return None
    body = json.dumps(notice_document(rows))
    now = system.clock.now()
    stamp = int(now.timestamp())
    notice_id = f"no_{rows[-1][1].id}_{rows[-1][1].version}"
    signature = sign_standard(system.endpoints[url], notice_id, stamp, body.encode())
    headers = {
        "webhook-id": notice_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signature,
    }
    return Notice(headers, body.encode())


def notice_document(rows: Sequence[tuple[str, Row]]) -> dict[str, Json]:
    """Return what a notice about these rows, with their object types, says."""
    return {"type": "records.changed", "changes": [_told(*row) for row in rows]}


def _told(object_type: str, row: Row) -> Record:
    return {
        "object": object_type,
        "id": row.id,
        "version": row.version,
        "kind": "deleted" if row.deleted else "changed",
        "at": row.changed_at.isoformat(),
        "external_ref": row.client_key,
        "actor": row.actor,
        "record": None if row.deleted else row.record(),
    }
