"""Signed notices as fast as they are answered: the accept road of the hub alone."""

import base64
import hmac
from collections.abc import Iterator
from datetime import datetime
from time import perf_counter
from typing import Any

from ground import strict_json
from ground.env import SystemClock
from rectoverso.bench.installation import HOST, Installation
from rectoverso.bench.wire import Line, closed_loop, request
from rectoverso.errors import NotPossible

_PATH = "/hub/webhooks/crm"
_ACCEPTED = 300  # below it an answer is an acceptance


def signed_notices(
    records: list[dict[str, Any]], secret: str, count: int, now: datetime
) -> Iterator[bytes]:
    """Yield requests, each a notice of one change of a known customer that changes nothing."""
    stamp = int(now.timestamp())
    bodies = [_body(record) for record in records]
    for number in range(count):
        body = bodies[number % len(bodies)]
        yield signed(_PATH, f"bench-{stamp}-{number}", secret, body, stamp)


def signed(path: str, name: str, secret: str, body: bytes, stamp: int | None = None) -> bytes:
    """Return the request of one notice, signed as of now or of `stamp` (seconds since 1970)."""
    stamp = int(SystemClock().now().timestamp()) if stamp is None else stamp
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.digest(key, f"{name}.{stamp}.".encode() + body, "sha256")
    headers = {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(stamp),
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }
    return request("POST", HOST, path, headers, body)


async def accepted_per_s(
    installation: Installation, records: list[dict[str, Any]], count: int, concurrency: int
) -> float:
    """Return how many notices a second are accepted, every one durable before its answer."""
    ready = list(signed_notices(records, installation.secret, count, SystemClock().now()))
    begin = perf_counter()
    await closed_loop(installation.address, ready, concurrency, post)
    return count / (perf_counter() - begin)


async def post(line: Line, request_bytes: bytes) -> None:
    """Send one request; anything but an acceptance ends the run."""
    status, answer = await line.ask(request_bytes)
    if status >= _ACCEPTED:
        raise NotPossible(f"A notice was answered with {status}: {answer[:200].decode()}")


def _body(record: dict[str, Any]) -> bytes:
    change = {
        "object": "customers",
        "id": record["id"],
        "version": record["version"],
        "kind": "changed",
        "at": record["updated_at"],
        "external_ref": record["external_ref"],
        "actor": None,
        "record": record,
    }
    return strict_json.dumps({"type": "records.changed", "changes": [change]})
