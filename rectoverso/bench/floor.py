"""The floor: the least that a durable relay can do, to hold the product against.

It takes a request, commits its body to SQLite together with others, answers 202, posts the body on
and notes that it arrived. No signature, no mapping, no order, no golden record. Given only a
port the process is the target instead: it counts what arrives.
"""

import asyncio
import sqlite3
import sys
from pathlib import Path

import uvicorn
from starlette.types import Receive, Scope, Send

from rectoverso.bench.wire import Line, open_line, request

_SENDERS = 32
_HOST = "127.0.0.1"


class Relay:
    """Inbox in SQLite, one committing thread, so many senders."""

    def __init__(self, path: Path, target: int) -> None:
        self._target = target
        self._inbox: list[tuple[bytes, asyncio.Future[None]]] = []
        self._arrived: list[int] = []
        self._wake = asyncio.Event()
        self._work: asyncio.Queue[tuple[int, bytes]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("CREATE TABLE inbox (id INTEGER PRIMARY KEY, body BLOB, done INTEGER)")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = await _read(receive)
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._inbox.append((body, stored))
        self._wake.set()
        await stored
        await _answer(send, 202, b"")

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        tasks = [self._commit(), *(self._send() for _ in range(_SENDERS))]
        self._tasks = [asyncio.create_task(task) for task in tasks]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _commit(self) -> None:
        """Store what came and what arrived since the last commit, in one transaction."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            inbox, self._inbox = self._inbox, []
            arrived, self._arrived = self._arrived, []
            bodies = [body for body, _ in inbox]
            ids = await asyncio.to_thread(self._store, bodies, arrived)
            for number, (body, stored) in zip(ids, inbox, strict=True):
                self._work.put_nowait((number, body))
                if not stored.done():  # whoever asked may have gone away
                    stored.set_result(None)

    def _store(self, bodies: list[bytes], arrived: list[int]) -> list[int]:
        self._db.execute("BEGIN IMMEDIATE")
        insert = "INSERT INTO inbox (body, done) VALUES (?, 0)"
        ids = [self._db.execute(insert, (body,)).lastrowid or 0 for body in bodies]
        marks = [(number,) for number in arrived]
        self._db.executemany("UPDATE inbox SET done = 1 WHERE id = ?", marks)
        self._db.execute("COMMIT")
        return ids

    async def _send(self) -> None:
        line: Line | None = None
        while True:
            number, body = await self._work.get()
            wanted = request("POST", _HOST, "/", {"Content-Type": "application/json"}, body)
            while True:
                try:
                    line = line or await open_line(_HOST, self._target)
                    await line.ask(wanted)
                    break
                except OSError:  # the target closes a line that was idle for long
                    line = None
                    await asyncio.sleep(0.01)
            self._arrived.append(number)
            self._wake.set()


class Sink:
    """Counts what arrives; GET tells how many."""

    def __init__(self) -> None:
        self._count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        if scope["method"] == "POST":
            await _read(receive)
            self._count += 1
        await _answer(send, 200, str(self._count).encode())


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def main(arguments: list[str]) -> None:
    """Serve as relay (PORT FILE TARGET_PORT) or as sink (PORT)."""
    port = int(arguments[0])
    is_sink = len(arguments) == 1
    app = Sink() if is_sink else Relay(Path(arguments[1]), int(arguments[2]))
    config = uvicorn.Config(
        app,
        host=_HOST,
        port=port,
        http="httptools",
        lifespan="off" if is_sink else "on",
        log_config=None,
        access_log=False,
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main(sys.argv[1:])
