"""`POST /hub/webhooks/{connection}` as a bare ASGI route: the one door that must be fast."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog

from ground import strict_json
from hub.events.model import Acceptance
from hub.webhooks.group_commit import GroupCommit
from hub.webhooks.rules import STATUS, Refusal, connection_of, refuse_by_headers
from hub.webhooks.service import NoticeRefused, read_notice
from hub.wiring import Hub

__all__ = ["PREFIX", "WebhookRoute"]

PREFIX = "/hub/webhooks/"
_log = structlog.get_logger(__name__)
_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_TEXT = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
_PROBLEM = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
_RETRY_SOON = (b"retry-after", b"1")
_CLOSE = (b"connection", b"close")


class WebhookRoute:
    """Takes notices of all connections of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._group = GroupCommit(hub.db, hub.settings.max_pending)

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Answer one request: 202 only when the notice is durable."""
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        refusal = refuse_by_headers(scope["method"], headers, self._hub.settings.max_body)
        if refusal is None and self._group.is_full:
            refusal = Refusal.BUSY
        if refusal is not None:
            await _refuse(send, refusal, unread=True)
            return
        try:
            body = await self._read_body(receive)
        except NoticeRefused as refused:
            await _refuse(send, refused.refusal, unread=True)
            return
        if body is not None:
            await self._take(connection_of(scope["path"]), headers, body, send)

    async def _read_body(self, receive: _Receive) -> bytes | None:
        """Return the whole body; None if the sender went away."""
        chunks: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._hub.settings.body_seconds):
                more = True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    chunks.append(message.get("body", b""))
                    size += len(chunks[-1])
                    if size > self._hub.settings.max_body:
                        raise NoticeRefused(Refusal.TOO_LARGE)
                    more = message.get("more_body", False)
        except TimeoutError:
            raise NoticeRefused(Refusal.TOO_SLOW) from None
        return b"".join(chunks)

    async def _take(
        self, connection_id: str, headers: dict[str, str], body: bytes, send: _Send
    ) -> None:
        try:
            notice = read_notice(self._hub, connection_id, headers, body)
        except NoticeRefused as refused:
            await _refuse(send, refused.refusal)
            return
        try:
            acceptance = await self._group.store(notice)
        except Exception as error:  # noqa: BLE001 - whatever it was: not stored, so not accepted
            _log.warning("notice.put_off", connection=connection_id, error=type(error).__name__)
            await _refuse(send, Refusal.BUSY)
            return
        if acceptance is Acceptance.CONTRADICTED:
            _log.warning("notice.contradicted", connection=connection_id)
            await _refuse(send, Refusal.CONTRADICTED)
            return
        answer = b'{"notice":"%s"}' % (
            notice.id.encode() if acceptance is Acceptance.NEW else b"known"
        )
        await _answer(send, STATUS[acceptance], _TEXT, answer)


async def _refuse(send: _Send, refusal: Refusal, *, unread: bool = False) -> None:
    status = STATUS[refusal]
    headers = list(_PROBLEM)
    if unread:
        headers.append(_CLOSE)
    if refusal is Refusal.BUSY:
        headers.append(_RETRY_SOON)
    document = {"type": "about:blank", "title": refusal.value, "status": status}
    await _answer(send, status, headers, strict_json.dumps(document))


async def _answer(
    send: _Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
