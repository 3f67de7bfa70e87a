"""Two systems that cost next to nothing: a shop that tells and books that are told.

They speak the interface of the built-in apps, so the hub knows them by the shipped manifests. What
is brought to the books is noted with the time of `perf_counter`, which all processes share here.
"""

import base64
import json
import sys
from collections.abc import Callable
from http import HTTPStatus
from time import perf_counter
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from starlette.types import Receive, Scope, Send

from ground.env import SystemClock

SECRET = "whsec_" + base64.b64encode(b"a secret for the road of a bench").decode()
_HOST = "127.0.0.1"
_Document = dict[str, Any]


class Peer:
    """Records in memory by collection; upsert by external_ref; versions count up."""

    def __init__(self) -> None:
        self._records: dict[str, dict[str, _Document]] = {}
        self._ids: dict[tuple[str, str], str] = {}
        self.arrivals: list[tuple[str, float]] = []

    def meta(self) -> _Document:
        """Return who this is."""
        return {"system": "bench", "version": "1", "time": _now()}

    def read(self, collection: str, query: str) -> _Document:
        """Return the records of these ids; the feed of changes is empty, for notices tell all."""
        asked = parse_qs(query).get("ids", [""])[0].split(",")
        known = self._records.get(collection, {})
        return {"items": [known[each] for each in asked if each in known], "next": None}

    def write(self, collection: str, items: list[_Document]) -> _Document:
        """Create or change each item's record."""
        at = perf_counter()
        results = [self._write(collection, item) for item in items]
        self.arrivals += [(result["record"].get("name", ""), at) for result in results]
        return {"results": results}

    def _write(self, collection: str, item: _Document) -> _Document:
        known = self._records.setdefault(collection, {})
        place = (collection, item.get("external_ref", ""))
        own_id = str(item.get("id") or self._ids.get(place) or f"{collection[:2]}_{len(known)}")
        status = HTTPStatus.OK if own_id in known else HTTPStatus.CREATED
        self._ids[place] = own_id
        new = {"id": own_id, "version": 0, "external_ref": place[1]}
        record = known.setdefault(own_id, new)
        record |= item["values"]
        record |= {"version": record["version"] + 1, "updated_at": _now(), "updated_by": "hub"}
        return {"status": status, "id": own_id, "version": record["version"], "record": record}


class Peers:
    """Serves both peers under /shop and /books, and what arrived under /arrivals?from=N."""

    def __init__(self) -> None:
        self._peers = {"shop": Peer(), "books": Peer()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        answer = json.dumps(self._answer(scope, body)).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(answer)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _answer(self, scope: Scope, body: bytes) -> object:
        parts = scope["path"].strip("/").split("/")
        query = scope["query_string"].decode()
        if parts[0] == "arrivals":
            return self._peers["books"].arrivals[int(query.partition("=")[2]) :]
        peer, collection = self._peers[parts[0]], parts[3]
        answers: dict[str, Callable[[], object]] = {
            "meta": peer.meta,
            "endpoints": lambda: {"id": "ep_1", "secret": SECRET},
            "managed-fields": dict,
        }
        if collection in answers:
            return answers[collection]()
        if scope["method"] == "POST":
            return peer.write(collection, json.loads(body)["items"])
        return peer.read(collection, query)


def _now() -> str:
    return SystemClock().now().isoformat()


if __name__ == "__main__":
    uvicorn.Server(
        uvicorn.Config(
            Peers(),
            host=_HOST,
            port=int(sys.argv[1]),
            http="httptools",
            lifespan="off",
            log_config=None,
            access_log=False,
        )
    ).run()
