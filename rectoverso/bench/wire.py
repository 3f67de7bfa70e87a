"""A bare HTTP/1.1 client for load: it costs so little that what is measured is the server."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import TypeVar, cast

_T = TypeVar("_T")
_LENGTH = b"content-length:"


def request(
    method: str, host: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    """Return the bytes of a request."""
    fields = {"Host": host, "Content-Length": str(len(body)), **(headers or {})}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Line(asyncio.Protocol):
    """One connection; one request at a time. Answers must say their length."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None
        self._lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        """Collect an answer; hand it over once it is whole."""
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or self._answer is None:
            return
        head = self._buffer[:end].lower()
        start = head.find(_LENGTH)
        length = int(head[start + len(_LENGTH) :].split(b"\r\n", 1)[0]) if start >= 0 else 0
        if len(self._buffer) < end + 4 + length:
            return
        body = self._buffer[end + 4 : end + 4 + length]
        self._buffer = self._buffer[end + 4 + length :]
        if not self._answer.done():
            self._answer.set_result((int(head[9:12]), body))

    def connection_lost(self, _error: Exception | None) -> None:
        """Fail what waits."""
        self._lost = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the server closed the line"))

    async def ask(self, request_bytes: bytes) -> tuple[int, bytes]:
        """Send a request and return status and body of its answer. Raises ConnectionError."""
        if self._lost:
            raise ConnectionError("the server closed the line")
        assert self._transport is not None  # noqa: S101  open_line waits for it
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request_bytes)
        return await self._answer

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()


async def open_line(host: str, port: int) -> Line:
    """Connect."""
    _, line = await asyncio.get_running_loop().create_connection(Line, host, port)
    return line


async def closed_loop(
    address: tuple[str, int], jobs: Iterable[_T], concurrency: int, run: "Run[_T]"
) -> None:
    """Run all jobs over so many lines; each line begins its next job when one is answered."""
    queue: Iterator[_T] = iter(jobs)

    async def work() -> None:
        line = await open_line(*address)
        for job in queue:
            await run(line, job)
        line.close()

    await asyncio.gather(*(work() for _ in range(concurrency)))


Run = Callable[[Line, _T], Awaitable[None]]
