"""From signed bytes to a notice with its events. Nothing of an unbelieved body is looked at."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from connectors.contract import BrokenItem, Change
from connectors.errors import BadSignature, NotUnderstood
from ground import strict_json
from hub.connections.rules import mark_of
from hub.events.model import NewEvent, NewNotice
from hub.events.rules import Outcome
from hub.webhooks.rules import Refusal
from hub.wiring import Hub, OpenConnection

__all__ = ["NoticeRefused", "ReadNotice", "read_notice"]

_LONGEST_EXTERNAL_ID = 500
_DECOY = "whsec_" + "A" * 43 + "="


class NoticeRefused(Exception):
    """The notice is not taken."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class ReadNotice:
    """A believed notice, and the mark of the secret it was signed with."""

    notice: NewNotice
    secret: str


def read_notice(
    hub: Hub, connection_id: str, headers: Mapping[str, str], body: bytes
) -> ReadNotice:
    """Verify and read a notice. Raises NoticeRefused."""
    connections = hub.directory.connections()
    opened = connections.get(connection_id)
    if opened is None:
        _verify_in_vain(hub, connections, headers, body)
        raise NoticeRefused(Refusal.UNSIGNED)
    notice_id, secret = _believe(hub, opened, headers, body)
    try:
        items = opened.connector.parse_notice(strict_json.loads(body))
    except strict_json.StrictJsonError:
        raise NoticeRefused(Refusal.MALFORMED) from None
    except NotUnderstood:
        raise NoticeRefused(Refusal.NOT_A_NOTICE) from None
    notice = NewNotice(
        id=hub.env.ids.new("no"),
        connection=connection_id,
        notice_id=notice_id or None,
        body=body.decode(),
        events=tuple(_event(hub, opened, position, item) for position, item in enumerate(items)),
    )
    return ReadNotice(notice, mark_of(secret))


def _believe(
    hub: Hub, opened: OpenConnection, headers: Mapping[str, str], body: bytes
) -> tuple[str, str]:
    """Return the notice's id and the secret that signed it; the newest secret is tried first."""
    now = hub.env.clock.now()
    for secret in opened.webhook_secrets or (_DECOY,):
        try:
            return opened.connector.verify(headers, body, (secret,), now), secret
        except BadSignature:
            continue
    raise NoticeRefused(Refusal.UNSIGNED)


def _verify_in_vain(
    hub: Hub,
    connections: Mapping[str, OpenConnection],
    headers: Mapping[str, str],
    body: bytes,
) -> None:
    """Do the work of a wrong signature, so that time does not tell which connections exist."""
    some = next(iter(connections.values()), None)
    if some is None:
        hmac.digest(_DECOY.encode(), body, hashlib.sha256)
        return
    try:
        some.connector.verify(headers, body, (_DECOY,), hub.env.clock.now())
    except BadSignature:
        return


def _event(hub: Hub, opened: OpenConnection, position: int, item: Change | BrokenItem) -> NewEvent:
    event_id = hub.env.ids.new("ev")
    reason = _broken(opened, item)
    if isinstance(item, BrokenItem):
        return NewEvent(
            id=event_id,
            connection=opened.id,
            object_type="",
            external_id=None,
            position=position,
            outcome=Outcome.REJECTED,
            detail={"reason": reason},
        )
    keep_state = opened.connector.capabilities.comparable_version and reason is None
    return NewEvent.of(
        item,
        event_id=event_id,
        connection=opened.id,
        position=position,
        state=item.record if keep_state else None,
        outcome=Outcome.REJECTED if reason else None,
        detail={"reason": reason} if reason else None,
    )


def _broken(opened: OpenConnection, item: Change | BrokenItem) -> str | None:
    if isinstance(item, BrokenItem):
        return item.reason
    if item.object_type not in opened.mappings:
        return f"{item.object_type} is not mapped for this connection"
    if not item.external_id or len(item.external_id) > _LONGEST_EXTERNAL_ID:
        return "the id of the record is empty or too long"
    return None
