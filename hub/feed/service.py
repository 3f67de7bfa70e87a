"""Reads the feed below the commit horizon, so that nothing appears behind a reader, and tells it.

A post is sent until it is taken: at least once, in order, each signed as Standard Webhooks say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from ground import strict_json
from ground.database import Connection
from ground.door import DoorError
from ground.instants import to_microseconds
from ground.notices.answers import judge
from ground.notices.rules import Attempt, Outcome, probe_delay, reason_to_disable, retry_delay
from ground.notices.signing import new_secret, sign
from hub.errors import BadCursor, UnknownSubscriber
from hub.feed import store
from hub.feed.model import Change, Place, State, Subscriber
from hub.lists.rules import read_cursor, write_cursor
from hub.sealing.audit import Deed, note
from hub.sealing.store import horizon
from hub.wiring import Hub

__all__ = [
    "NOW",
    "Stretch",
    "change_secret",
    "read",
    "resume",
    "subscribe",
    "tell_due",
    "unsubscribe",
]

NOW = "now"
_AT_ONCE, _PAGES, _SUBSCRIBERS = 100, 10, 4
_DEADLINE = 5.0
_SECRETS = 2
_MOVE_ON_AFTER = 60_000_000  # microseconds
_log = structlog.get_logger(__name__)
_Change = Callable[[Subscriber, datetime], Subscriber]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some changes in order, and the cursor behind the last of them."""

    changes: list[Change]
    cursor: str | None


def read(hub: Hub, cursor: str | None, limit: int, entities: Sequence[str] = ()) -> Stretch:
    """Return what follows a cursor; None: from the beginning; `now`: nothing, and where now is.

    Raises BadCursor.
    """
    return hub.db.read(lambda c: _read(hub, c, cursor, limit, entities))


def _read(
    hub: Hub, connection: Connection, cursor: str | None, limit: int, entities: Sequence[str]
) -> Stretch:
    until = horizon(connection, hub.db.now(connection))
    if cursor == NOW:
        return Stretch([], _write(Place(to_microseconds(until) + 1, "", 0)))
    after = _place(cursor) if cursor else None
    found = store.changes(connection, after, until, limit, entities)
    if len(found) == limit:
        return Stretch(found, _write(store.place_of(found[-1])))
    end = Place(to_microseconds(until) + 1, "", 0)  # all up to there is seen
    ahead = after is not None and after.at >= end.at
    return Stretch(found, cursor if ahead else _write(end))


def _write(place: Place) -> str:
    return write_cursor([str(place.at), place.golden_id, str(place.version)])


def _place(cursor: str) -> Place:
    at, golden_id, version = read_cursor(cursor, 3)
    if not (at.isdecimal() and version.isdecimal()):
        raise BadCursor
    return Place(int(at), golden_id, int(version))


def subscribe(
    hub: Hub, url: str, entities: Sequence[str], start: str | None, by: str
) -> tuple[Subscriber, str]:
    """Tell an address of changes from a cursor on; return who is told, and the secret, once.

    Raises BadCursor.
    """
    secret, subscriber_id = new_secret(hub.env.rng), hub.env.ids.new("su")
    if start:
        start = read(hub, start, 1).cursor if start == NOW else _write(_place(start))

    def work(connection: Connection) -> Subscriber:
        now = hub.db.now(connection)
        made = Subscriber(
            id=subscriber_id,
            url=url,
            secrets=[hub.vault.seal(_place_of_secret(subscriber_id), secret)],
            entities=list(entities),
            state=State.ACTIVE,
            cursor=start,
            due_at=now,
            failures=0,
            failing_since=None,
            answer=None,
            told_at=None,
            created_at=now,
        )
        store.add(connection, made)
        note(hub, connection, Deed(by, "subscriber.added", made.id, {"url": url}))
        return made

    return hub.db.write(work), secret


def unsubscribe(hub: Hub, subscriber_id: str, by: str) -> None:
    """Tell an address no more. Raises UnknownSubscriber."""

    def work(connection: Connection) -> None:
        if not store.remove(connection, subscriber_id):
            raise UnknownSubscriber(subscriber_id)
        note(hub, connection, Deed(by, "subscriber.removed", subscriber_id))

    hub.db.write(work)


def change_secret(hub: Hub, subscriber_id: str, by: str) -> str:
    """Return a new secret; posts are signed with it and with the one before, until the next."""
    secret = new_secret(hub.env.rng)
    sealed = hub.vault.seal(_place_of_secret(subscriber_id), secret)

    def change(found: Subscriber, now: datetime) -> Subscriber:
        del now
        return replace(found, secrets=[sealed, *found.secrets][:_SECRETS])

    _change(hub, subscriber_id, change, Deed(by, "subscriber.secret_changed", subscriber_id))
    return secret


def resume(hub: Hub, subscriber_id: str, by: str) -> Subscriber:
    """Try a subscriber again at once, also one that was disabled. Raises UnknownSubscriber."""

    def change(found: Subscriber, now: datetime) -> Subscriber:
        return replace(found, state=State.ACTIVE, due_at=now, failures=0, failing_since=None)

    return _change(hub, subscriber_id, change, Deed(by, "subscriber.resumed", subscriber_id))


def _change(hub: Hub, subscriber_id: str, change: _Change, deed: Deed) -> Subscriber:
    def work(connection: Connection) -> Subscriber:
        found = store.by_id(connection, subscriber_id)
        if found is None:
            raise UnknownSubscriber(subscriber_id)
        changed = change(found, hub.db.now(connection))
        store.save(connection, changed)
        note(hub, connection, deed)
        return changed

    return hub.db.write(work)


def tell_due(hub: Hub) -> bool:
    """Tell some subscribers what is new; return whether more waits."""
    found = hub.db.read(lambda c: store.due(c, hub.db.now(c), _SUBSCRIBERS))
    more = [_tell(hub, each) for each in found]
    return any(more)


def _tell(hub: Hub, each: Subscriber) -> bool:
    """Tell one subscriber up to 1,000 changes; return whether it may take more at once."""
    for _ in range(_PAGES):
        stretch = read(hub, each.cursor, _AT_ONCE, each.entities)
        if not stretch.changes:
            _move_on(hub, each, stretch.cursor)
            return False
        attempt = _post(hub, each, stretch)
        each = _settle(hub, each, stretch, attempt)
        if attempt.outcome is not Outcome.DELIVERED:
            return False
    return True


def _move_on(hub: Hub, each: Subscriber, cursor: str | None) -> None:
    """Note now and then that there was nothing up to here, so that it is not read again."""
    if cursor is None or cursor == each.cursor:
        return
    behind = _place(cursor).at - _place(each.cursor).at if each.cursor else _MOVE_ON_AFTER
    if behind >= _MOVE_ON_AFTER:
        hub.db.write(lambda c: store.settle(c, replace(each, cursor=cursor)), synced=False)


def _post(hub: Hub, each: Subscriber, stretch: Stretch) -> Attempt:
    body = strict_json.dumps(document_of(stretch))
    last = stretch.changes[-1]
    secrets = [hub.vault.unseal(_place_of_secret(each.id), sealed) for sealed in each.secrets]
    notice_id = f"{each.id}_{last.golden_id}_{last.version}"
    headers = sign(secrets, notice_id, hub.env.clock.now(), body)
    headers["content-type"] = "application/json"
    try:
        answer = hub.env.http.request(
            "POST", each.url, headers=headers, body=body, deadline=_DEADLINE
        )
    except DoorError as error:
        return judge(error)
    return judge(answer)


def document_of(stretch: Stretch) -> dict[str, object]:
    """Return a stretch as it is told."""
    return {
        "type": "golden.changed",
        "changes": [
            {
                "id": each.golden_id,
                "entity": each.entity,
                "version": each.version,
                "at": each.at,
                "state": each.state,
                "became": each.became,
                "erased": each.erased,
                "fields": each.fields,
            }
            for each in stretch.changes
        ],
        "next": stretch.cursor,
    }


def _settle(hub: Hub, each: Subscriber, stretch: Stretch, attempt: Attempt) -> Subscriber:
    now = hub.db.read(hub.db.now)
    if attempt.outcome is Outcome.DELIVERED:
        settled = replace(
            each,
            cursor=stretch.cursor,
            told_at=now,
            answer=attempt.answer,
            failures=0,
            failing_since=None,
        )
    else:
        settled = _failed(hub, each, attempt, now)
        _log.warning("feed.not_told", subscriber=each.id, outcome=attempt.outcome.value)
    hub.db.write(lambda c: store.settle(c, settled), synced=False)
    return settled


def _failed(hub: Hub, each: Subscriber, attempt: Attempt, now: datetime) -> Subscriber:
    failures, since = each.failures + 1, each.failing_since or now
    if attempt.outcome is Outcome.REFUSED:
        pause = retry_delay(failures, hub.env.rng)
    else:
        pause = probe_delay(failures, attempt.after, hub.env.rng)
    disable = reason_to_disable(since, now, attempt.answer)
    if attempt.outcome is Outcome.GONE:
        disable = "It answered 410: no more."
    return replace(
        each,
        state=State.DISABLED if disable else State.ACTIVE,
        answer=disable or attempt.answer,
        failures=failures,
        failing_since=since,
        due_at=now + pause,
    )


def _place_of_secret(subscriber_id: str) -> str:
    return f"subscriber/{subscriber_id}/secret"
