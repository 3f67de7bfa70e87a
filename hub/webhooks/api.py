"""`POST /hub/webhooks/{connection}` as a bare ASGI route: the one door that must be fast."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog

from ground import strict_json
from hub.connections import store as connections
from hub.events import store
from hub.events.model import Acceptance
from hub.webhooks.admission import Admission
from hub.webhooks.group_commit import GroupCommit
from hub.webhooks.rules import RETRY_AFTER, STATUS, Refusal, connection_of, refuse_by_headers
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
_CLOSE = (b"connection", b"close")
_USED_EVERY = 60.0


class WebhookRoute:
    """Takes notices of all connections of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._group = GroupCommit(hub.db, hub.settings.max_pending)
        self._used: dict[tuple[str, str], float] = {}
        self._admission = Admission(
            self._backlogs,
            most_bytes=hub.settings.max_pending_bytes,
            most_backlog=hub.settings.max_backlog,
        )

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Answer one request: 202 only when the notice is durable."""
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        connection_id = connection_of(scope["path"])
        refusal = refuse_by_headers(scope["method"], headers, self._hub.settings.max_body)
        refusal = refusal or self._too_much(connection_id)
        if refusal is not None:
            await _refuse(send, refusal, unread=True)
            return
        chunks: list[bytes] = []
        try:
            if await self._read_body(receive, chunks):
                await self._take(connection_id, headers, b"".join(chunks), send)
        except NoticeRefused as refused:
            await _refuse(send, refused.refusal, unread=True)
        finally:
            self._admission.give_back(sum(len(chunk) for chunk in chunks))

    def _too_much(self, connection_id: str) -> Refusal | None:
        if self._group.is_full:
            return Refusal.BUSY
        if self._group.is_full_for(connection_id):
            return Refusal.TOO_MANY
        return self._admission.refuse(connection_id)

    def _backlogs(self) -> dict[str, int]:
        known = list(self._hub.directory.connections())
        most = self._hub.settings.max_backlog
        return self._hub.db.read(lambda connection: store.backlogs(connection, known, most))

    async def _read_body(self, receive: _Receive, chunks: list[bytes]) -> bool:
        """Read the whole body into `chunks`; False if the sender went away."""
        size = 0
        try:
            async with asyncio.timeout(self._hub.settings.body_seconds):
                more = True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return False
                    chunks.append(message.get("body", b""))
                    size += len(chunks[-1])
                    if not self._admission.take(len(chunks[-1])):
                        raise NoticeRefused(Refusal.BUSY)
                    if size > self._hub.settings.max_body:
                        raise NoticeRefused(Refusal.TOO_LARGE)
                    more = message.get("more_body", False)
        except TimeoutError:
            raise NoticeRefused(Refusal.TOO_SLOW) from None
        return True

    async def _take(
        self, connection_id: str, headers: dict[str, str], body: bytes, send: _Send
    ) -> None:
        try:
            read = read_notice(self._hub, connection_id, headers, body)
        except NoticeRefused as refused:
            await _refuse(send, refused.refusal)
            return
        try:
            acceptance = await self._group.store(read.notice)
        except Exception as error:  # noqa: BLE001 - whatever it was: not stored, so not accepted
            _log.warning("notice.put_off", connection=connection_id, error=type(error).__name__)
            await _refuse(send, Refusal.BUSY)
            return
        if acceptance is Acceptance.CONTRADICTED:
            _log.warning("notice.contradicted", connection=connection_id)
            await _refuse(send, Refusal.CONTRADICTED)
            return
        self._note_secret(connection_id, read.secret)
        answer = b'{"notice":"%s"}' % (
            read.notice.id.encode() if acceptance is Acceptance.NEW else b"known"
        )
        await _answer(send, STATUS[acceptance], _TEXT, answer)

    def _note_secret(self, connection_id: str, mark: str) -> None:
        """Note once a minute, without waiting, that a secret is in use."""
        now = self._hub.env.clock.monotonic()
        if now - self._used.get((connection_id, mark), -_USED_EVERY) < _USED_EVERY:
            return
        self._used[connection_id, mark] = now
        db = self._hub.db
        db.submit(lambda c: connections.secret_used(c, connection_id, mark, db.now(c)))


async def _refuse(send: _Send, refusal: Refusal, *, unread: bool = False) -> None:
    status = STATUS[refusal]
    headers = list(_PROBLEM)
    if unread:
        headers.append(_CLOSE)
    if refusal in RETRY_AFTER:
        headers.append((b"retry-after", str(RETRY_AFTER[refusal]).encode()))
    document = {"type": "about:blank", "title": refusal.value, "status": status}
    await _answer(send, status, headers, strict_json.dumps(document))


async def _answer(
    send: _Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
