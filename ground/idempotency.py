"""Retried POSTs: the first answer is given again, by the four rules of Stripe.

    same key, same request       the first answer again, for a day at least
    same key, another request    409
    same key, still under way    409
    a request that failed        is not remembered, it may be sent again

The key is taken in the very transaction that does the work: a crash leaves both or neither.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    func,
    literal,
    select,
    update,
)

from ground.columns import Id, Instant, Json
from ground.refusals import Problem
from ground.statements import insert_many

KEPT = timedelta(hours=24)

_KEY = re.compile(r"[!-~]{1,255}")


class KeyRefused(Problem):
    """The Idempotency-Key is none."""

    def __init__(self) -> None:
        reason = "give 1 to 255 printable ASCII characters without spaces"
        super().__init__(
            HTTPStatus.BAD_REQUEST,
            "The Idempotency-Key cannot be used",
            f"Idempotency-Key: {reason}",
        )


class KeyReused(Problem):
    """The same key came with another request."""

    def __init__(self) -> None:
        super().__init__(
            HTTPStatus.CONFLICT,
            "The Idempotency-Key was used for another request",
            "Send a new request with a new key; a retry repeats method, address and body exactly.",
            type="urn:rectoverso:problem:idempotency-key-reused",
        )


class KeyInFlight(Problem):
    """The first request with this key is still under way."""

    def __init__(self) -> None:
        super().__init__(
            HTTPStatus.CONFLICT,
            "The first request with this Idempotency-Key is still under way",
            "Try again in a moment.",
            type="urn:rectoverso:problem:idempotency-key-in-flight",
            headers={"Retry-After": "1"},
        )


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request with its key, which is the principal's own; `digest` stands for all of it."""

    key: str
    principal: str
    digest: str


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """An answer as it is repeated; `replayed` tells the repetition from the first time."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    replayed: bool = False


def keyed(key: str, principal: str, *, method: str, path: str, body: bytes) -> Keyed:
    """Return the request; `path` with its query. Raises KeyRefused."""
    if not _KEY.fullmatch(key):
        raise KeyRefused
    whole = b"\n".join((method.upper().encode(), path.encode(), body))
    return Keyed(key, principal, hashlib.sha256(whole).hexdigest())


def answer_table(metadata: MetaData) -> Table:
    """Define the table of first answers in an app's metadata."""
    return Table(
        "first_answers",
        metadata,
        Column("principal", Id, primary_key=True),
        Column("key", String(255), primary_key=True),
        Column("digest", String(64), nullable=False),
        Column("status", Integer, nullable=False),
        Column("headers", Json, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("at", Instant, nullable=False, index=True),
    )


def once(
    connection: Connection,
    table: Table,
    request: Keyed,
    now: datetime,
    work: Callable[[], FirstAnswer],
) -> FirstAnswer:
    """Return what `work` answers, or what it answered the first time; raise KeyReused, KeyInFlight.

    `work` writes on the same connection. If it raises, nothing is remembered. `now` is the
    database's time; an answer older than a day is forgotten.
    """
    _take(connection, request)
    first = _first(connection, table, request, now)
    if first is not None:
        return first
    answer = work()
    row = {
        "principal": request.principal,
        "key": request.key,
        "digest": request.digest,
        "status": answer.status,
        "headers": dict(answer.headers),
        "body": answer.body,
        "at": now,
    }
    insert_many(connection, table, [row], on_conflict=("principal", "key"))
    return answer


def prune(connection: Connection, table: Table, now: datetime) -> int:
    """Forget answers of more than a day ago; return how many."""
    return connection.execute(delete(table).where(table.c.at < now - KEPT)).rowcount


def forget(connection: Connection, table: Table, beginning: bytes, instead: bytes) -> None:
    """Put other words into answers that begin so: what they told of is no longer there."""
    told = func.substr(table.c.body, 1, len(beginning)) == literal(beginning, LargeBinary)
    connection.execute(update(table).where(told).values(body=instead))


def _take(connection: Connection, request: Keyed) -> None:
    """Keep others with this key out until the transaction ends. SQLite has one writer anyway."""
    if connection.dialect.name != "postgresql":
        return
    whole = hashlib.sha256(f"{request.principal}\n{request.key}".encode()).digest()
    number = int.from_bytes(whole[:8], "big", signed=True)
    if not connection.execute(select(func.pg_try_advisory_xact_lock(number))).scalar_one():
        raise KeyInFlight


def _first(
    connection: Connection, table: Table, request: Keyed, now: datetime
) -> FirstAnswer | None:
    stored = connection.execute(
        select(table.c.digest, table.c.status, table.c.headers, table.c.body).where(
            table.c.principal == request.principal,
            table.c.key == request.key,
            table.c.at >= now - KEPT,
        )
    ).one_or_none()
    if stored is None:
        return None
    if stored.digest != request.digest:
        raise KeyReused
    return FirstAnswer(stored.status, stored.headers, bytes(stored.body), replayed=True)
