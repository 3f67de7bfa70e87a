"""Questions that change nothing: health, changes since a cursor, records by id."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from connectors.budget import Lane
from connectors.contract import (
    Absent,
    Change,
    ChangeKind,
    ChangePage,
    Health,
    Json,
    Record,
    SourceState,
)
from connectors.declarative.client import Call, Client
from connectors.declarative.paths import at, instant_at, text_at
from connectors.errors import CursorLost, NotUnderstood
from connectors.manifest import Manifest, fill
from ground.env import Clock

__all__ = ["changes", "check", "read"]


def check(client: Client, clock: Clock) -> Health:
    """Return who answers; the skew is taken against the middle of the call."""
    rule = client.manifest.check
    before = clock.now()
    document = client.ask(Call(method="GET", path=rule.path)).document
    after = clock.now()
    if not isinstance(document, dict):
        raise NotUnderstood("the answer to a check is no JSON object")
    theirs = instant_at(document, rule.time)
    ours = before + (after - before) / 2
    return Health(
        system=text_at(document, rule.system),
        version=text_at(document, rule.version),
        skew=(theirs - ours).total_seconds() if theirs is not None else None,
    )


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where a reading of the feed stands.

    `seen` is the newest stamp any reading has seen, `since` what this reading, or the next one,
    asks for. Inside a reading `token` leads to its next page and `began` is when it began.
    """

    seen: datetime | None = None
    since: str | None = None
    token: str | None = None
    began: datetime | None = None

    def dump(self) -> str:
        parts = {
            "seen": self.seen.isoformat() if self.seen else None,
            "since": self.since,
            "next": self.token,
            "began": self.began.isoformat() if self.began else None,
        }
        return json.dumps(parts)

    @classmethod
    def load(cls, text: str | None) -> "_Cursor":
        if text is None:
            return cls()
        try:
            parts = json.loads(text)
            seen, began = (_instant(parts[name]) for name in ("seen", "began"))
            return cls(seen, parts["since"], parts["next"], began)
        except (ValueError, TypeError, KeyError) as error:
            raise CursorLost(text) from error


def changes(
    client: Client, clock: Clock, object_type: str, cursor: str | None, limit: int
) -> ChangePage:
    """Return one page of the feed.

    A row may become visible late, with a stamp that the reading has passed by already. So the next
    reading goes back behind the newest stamp by the overlap and by the time this one took.
    """
    rule = client.manifest.changes
    place = _Cursor.load(cursor)
    began = place.began or clock.now()
    since = place.since or rule.start
    answer = client.ask(_page_call(client.manifest, object_type, since, place.token, limit))
    rows = _rows(answer.document, rule.items)
    found = [_change(client.manifest, object_type, row) for row in rows]
    stamps = [place.seen, *(one.changed_at for one in found)]
    seen = max((stamp for stamp in stamps if stamp is not None), default=None)
    token = text_at(answer.document, rule.next)
    if token is not None and token == place.token:
        raise NotUnderstood("the page token does not move on")
    if token is not None:
        return ChangePage(found, _Cursor(seen, since, token, began).dump(), more=True)
    if seen is None:
        return ChangePage(found, None, more=False)
    back = timedelta(seconds=rule.overlap)
    if place.token is not None:
        back += clock.now() - began
    return ChangePage(found, _Cursor(seen, _text(seen - back)).dump(), more=False)


def _page_call(
    manifest: Manifest, object_type: str, since: str, token: str | None, limit: int
) -> Call:
    rule = manifest.changes
    size = str(min(limit, rule.most))
    query = {name: fill(text, limit=size) for name, text in rule.query.items()}
    query[rule.since] = since
    if token is not None:
        query[rule.after] = token
    path = manifest.objects[object_type].path
    return Call(method="GET", path=path, query=query, lane=Lane.BACKGROUND)


def read(
    client: Client, object_type: str, external_ids: Sequence[str]
) -> dict[str, SourceState | Absent]:
    """Return the present states, asking for as many at a time as the system takes."""
    most = client.manifest.read.most
    found: dict[str, SourceState | Absent] = {one: Absent() for one in external_ids}
    wanted = list(found)
    for start in range(0, len(wanted), most):
        for state in _read_part(client, object_type, wanted[start : start + most]):
            if state.external_id in found:
                found[state.external_id] = state
    return found


def _read_part(client: Client, object_type: str, part: list[str]) -> list[SourceState]:
    rule = client.manifest.read
    path = client.manifest.objects[object_type].path
    query = {name: fill(text, count=str(len(part))) for name, text in rule.query.items()}
    query[rule.ids] = rule.separator.join(part)
    document = client.ask(Call(method="GET", path=path, query=query)).document
    tombstone = client.manifest.changes.tombstone
    return [
        state_of(client.manifest, object_type, row)
        for row in _rows(document, rule.items)
        if tombstone is None or at(row, tombstone) is None
    ]


def state_of(manifest: Manifest, object_type: str, record: Record) -> SourceState:
    """Return a record with what the hub needs of it; raises `NotUnderstood` without an id."""
    rule = manifest.record
    external_id = text_at(record, rule.id)
    if external_id is None:
        raise NotUnderstood(f"a record of {object_type} has no {rule.id}")
    return SourceState(
        object_type=object_type,
        external_id=external_id,
        record=record,
        version=text_at(record, rule.version),
        changed_at=instant_at(record, rule.changed_at),
        client_key=text_at(record, rule.client_key),
    )


def _change(manifest: Manifest, object_type: str, row: Record) -> Change:
    state = state_of(manifest, object_type, row)
    tombstone = manifest.changes.tombstone
    gone = tombstone is not None and at(row, tombstone) is not None
    gone_at = instant_at(row, tombstone) if gone else None
    return Change(
        object_type=object_type,
        external_id=state.external_id,
        kind=ChangeKind.DELETED if gone else ChangeKind.CHANGED,
        version=state.version,
        changed_at=state.changed_at or gone_at,
        client_key=state.client_key,
        record=None if gone else row,
        actor=text_at(row, manifest.record.actor),
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _rows(document: Json, path: str) -> list[Record]:
    rows = at(document, path)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise NotUnderstood(f"there is no list of records at {path!r}")
    return cast("list[Record]", rows)
