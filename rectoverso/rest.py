"""The built-in apps over HTTP, as the command line and the demo see them.

Waits for a server that is down or busy, up to a patience; what was refused is raised at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from ground import strict_json
from ground.door import DoorError, SafeHttp
from ground.env import Clock
from rectoverso.errors import NotPossible, NotReachable

BULK = 100
PAGE = 500
_BUSY = frozenset({429, 500, 502, 503, 504})
_MAX_ANSWER = 64 * 1024 * 1024
_LONGEST_PAUSE = 2.0


class Refused(NotPossible):
    """The server answered and refused; `status` and `problem` are its answer."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = problem
        detail = problem.get("detail") or problem.get("title") or "no reason given"
        super().__init__(f"The server refused with {status}: {detail}.".replace("..", "."))


@dataclass(frozen=True, slots=True)
class Rest:
    """One server and one key. `waiting` hears, once per outage, that the server is awaited.

    `deadline`: seconds until an answer has to be there.
    """

    http: SafeHttp
    clock: Clock
    url: str
    key: str = field(repr=False)
    patience: float = 60.0
    deadline: float = 60.0
    waiting: Callable[[str], None] = lambda _reason: None

    def told(self, waiting: Callable[[str], None]) -> "Rest":
        """Return the same server, with somebody who hears that it is awaited."""
        return replace(self, waiting=waiting)

    def within(self, deadline: float) -> "Rest":
        """Return the same server for a question that takes it long."""
        return replace(self, deadline=deadline)

    def get(
        self, path: str, query: Mapping[str, str] | Sequence[tuple[str, str]] | None = None
    ) -> Any:  # noqa: ANN401  JSON
        """Return the answer's document."""
        return self._call("GET", f"{path}?{urlencode(query)}" if query else path, None)

    def find(self, path: str) -> dict[str, Any] | None:
        """Return a record; None if there is none."""
        try:
            record: dict[str, Any] = self.get(path)
        except Refused as refused:
            if refused.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        return record

    def post(self, path: str, document: object) -> Any:  # noqa: ANN401  JSON
        """Send a document; the server makes doing it twice harmless, so it may be sent again."""
        return self._call("POST", path, strict_json.dumps(document))

    def put(self, path: str, document: object) -> Any:  # noqa: ANN401  JSON
        """Put a document in its place."""
        return self._call("PUT", path, strict_json.dumps(document))

    def patch(self, path: str, document: object) -> Any:  # noqa: ANN401  JSON
        """Replace fields of a record."""
        return self._call("PATCH", path, strict_json.dumps(document))

    def delete(self, path: str) -> None:
        """Remove what is there."""
        self._call("DELETE", path, None)

    def every(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """Yield the items of all pages of a list."""
        asked = {"limit": str(PAGE), **(query or {})}
        while True:
            page = self.get(path, asked)
            yield from page["items"]
            if page["next"] is None:
                return
            asked = {**asked, "after": page["next"]}

    def known(self, path: str, references: Sequence[str]) -> dict[str, str]:
        """Return external reference -> id of those that are there already."""
        query = {"filter[external_ref][in]": ",".join(references)}
        return {item["external_ref"]: item["id"] for item in self.every(path, query)}

    def bulk(self, path: str, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Write up to BULK records; return one result per item, in order."""
        results: list[dict[str, Any]] = self.post(f"{path}/bulk", {"items": list(items)})["results"]
        return results

    def _call(self, method: str, path: str, body: bytes | None) -> Any:  # noqa: ANN401  JSON
        until = self.clock.monotonic() + self.patience
        pause = 0.1
        told = False
        while True:
            reason = None
            try:
                return self._once(method, path, body)
            except DoorError as error:
                reason = f"{self.url} does not answer ({type(error).__name__})"
            except _Busy as error:
                reason = f"{self.url} is busy ({error})"
            if self.clock.monotonic() > until:
                raise NotReachable(f"{reason}; start it with `rectoverso up` and run this again.")
            if not told:
                self.waiting(reason)
                told = True
            self.clock.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)

    def _once(self, method: str, path: str, body: bytes | None) -> Any:  # noqa: ANN401  JSON
        headers = {"authorization": f"Bearer {self.key}", "accept": "application/json"}
        if body is not None:
            headers["content-type"] = "application/json"
        answer = self.http.request(
            method,
            self.url + path,
            headers=headers,
            body=body,
            deadline=self.deadline,
            max_body=_MAX_ANSWER,
        )
        if answer.status in _BUSY:
            raise _Busy(answer.status)
        document = strict_json.loads(answer.body, max_bytes=_MAX_ANSWER) if answer.body else None
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise Refused(answer.status, document if isinstance(document, dict) else {})
        return document


class _Busy(Exception):
    """The server asks to come back later."""
