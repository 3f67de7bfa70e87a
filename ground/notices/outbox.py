"""Who is told, and announcing a change in the record's own transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Row, Select, delete, select, update

from ground.env import Env
from ground.notices.signing import new_secret
from ground.notices.tables import EndpointState, NoticeState, NoticeTables
from ground.statements import insert_many

_SECRETS_KEPT = 2


@dataclass(frozen=True, slots=True)
class Change:
    """A record of a collection (`object`) that has `version` since `at`; `actor` made it so."""

    object: str
    id: str
    version: int
    at: datetime
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One that is told. No `topics` means every collection; `reason` says why it is not active.

    Of what `except_by` changed it is not told.
    """

    id: str
    url: str
    topics: Sequence[str]
    state: EndpointState
    reason: str | None
    created_at: datetime
    created_by: str
    except_by: str | None
    failing_since: datetime | None
    delivered_at: datetime | None


class Vault(Protocol):
    """Keeps secrets at rest. `place` is bound to what is sealed."""

    def seal(self, place: str, secret: str) -> str:
        """Return the sealed text."""
        ...

    def unseal(self, place: str, sealed: str) -> str:
        """Return the secret."""
        ...


class Outbox:
    """The endpoints of one app and what waits for them. Without `vault` secrets lie open."""

    def __init__(self, tables: NoticeTables, vault: Vault | None = None) -> None:
        self.tables = tables
        self._vault = vault

    def announce(self, connection: Connection, changes: Iterable[Change]) -> int:
        """Note the changes for every endpoint that wants them, in two statements.

        Called in the transaction that changes the records. Returns how many rows it wrote; of one
        record the highest version should come last.
        """
        endpoints = connection.execute(self._listening()).all()
        if not endpoints:
            return 0
        rows = [
            {
                "endpoint_id": endpoint.id,
                "object": change.object,
                "record_id": change.id,
                "version": change.version,
                "at": change.at,
                "actor": change.actor,
            }
            for change in changes
            for endpoint in endpoints
            if _wants(endpoint, change)
        ]
        key = ("endpoint_id", "object", "record_id")
        return insert_many(connection, self.tables.pending, rows, on_conflict=key)

    # Endpoints

    def add(  # noqa: PLR0913  each is a property of the endpoint
        self,
        connection: Connection,
        env: Env,
        url: str,
        *,
        topics: Sequence[str],
        by: str,
        except_by: str | None = None,
    ) -> tuple[str, str]:
        """Add an endpoint; return its id and its secret, which is never shown again.

        With `except_by` it is not told of what this actor changes: one that writes here itself has
        the answers to its writes. The caller has asked `env.http.check(url)` before, outside the
        transaction.
        """
        endpoint_id, secret = env.ids.new("ep"), new_secret(env.rng)
        now = env.db.now(connection)
        row = {
            "id": endpoint_id,
            "url": url,
            "topics": sorted(set(topics)),
            "secrets": [self._seal(endpoint_id, secret)],
            "created_at": now,
            "created_by": by,
            "except_by": except_by,
            "state": EndpointState.ACTIVE,
            "failures": 0,
            "next_at": now,
        }
        insert_many(connection, self.tables.endpoints, [row])
        return endpoint_id, secret

    def endpoints(self, connection: Connection) -> list[Endpoint]:
        """Return all endpoints, the oldest first."""
        table = self.tables.endpoints
        rows = connection.execute(select(table).order_by(table.c.created_at, table.c.id))
        return [_endpoint(row) for row in rows]

    def remove(self, connection: Connection, endpoint_id: str) -> bool:
        """Forget an endpoint, what waits for it and what was sent; tell whether it was there."""
        for table in (self.tables.pending, self.tables.notices):
            connection.execute(delete(table).where(table.c.endpoint_id == endpoint_id))
        table = self.tables.endpoints
        gone = connection.execute(delete(table).where(table.c.id == endpoint_id))
        return gone.rowcount > 0

    def enable(self, connection: Connection, env: Env, endpoint_id: str) -> bool:
        """Send again, at once and with what was kept; tell whether the endpoint is there."""
        table, now = self.tables.endpoints, env.db.now(connection)
        fresh = {
            "state": EndpointState.ACTIVE,
            "reason": None,
            "failures": 0,
            "failing_since": None,
            "next_at": now,
        }
        found = connection.execute(update(table).where(table.c.id == endpoint_id).values(fresh))
        return found.rowcount > 0

    def rotate(self, connection: Connection, env: Env, endpoint_id: str) -> str:
        """Return a new secret; until the next rotation notices are signed with the old one too.

        Raises LookupError.
        """
        table = self.tables.endpoints
        stored = connection.execute(
            select(table.c.secrets).where(table.c.id == endpoint_id).with_for_update()
        ).scalar_one_or_none()
        if stored is None:
            raise LookupError(endpoint_id)
        secret = new_secret(env.rng)
        secrets = [self._seal(endpoint_id, secret), *stored][:_SECRETS_KEPT]
        connection.execute(update(table).where(table.c.id == endpoint_id).values(secrets=secrets))
        return secret

    def secrets(self, endpoint_id: str, stored: Sequence[str]) -> list[str]:
        """Return an endpoint's secrets as it knows them, the newest first."""
        if self._vault is None:
            return list(stored)
        return [self._vault.unseal(_place(endpoint_id), each) for each in stored]

    def prune(self, connection: Connection, before: datetime) -> int:
        """Forget notices that were delivered before; dead ones stay until the endpoint goes."""
        table = self.tables.notices
        old = delete(table).where(
            table.c.state == NoticeState.DELIVERED, table.c.settled_at < before
        )
        return connection.execute(old).rowcount

    def _listening(self) -> Select[*tuple[Any, ...]]:
        table = self.tables.endpoints
        return (
            select(table.c.id, table.c.topics, table.c.except_by)
            .where(table.c.state != EndpointState.GONE)
            .order_by(table.c.id)
        )

    def _seal(self, endpoint_id: str, secret: str) -> str:
        return secret if self._vault is None else self._vault.seal(_place(endpoint_id), secret)


def _wants(endpoint: Row[*tuple[Any, ...]], change: Change) -> bool:
    if change.actor is not None and change.actor == endpoint.except_by:
        return False
    return not endpoint.topics or change.object in endpoint.topics


def _place(endpoint_id: str) -> str:
    return f"endpoint/{endpoint_id}/secret"


def _endpoint(row: Row[*tuple[Any, ...]]) -> Endpoint:
    return Endpoint(
        id=row.id,
        url=row.url,
        topics=tuple(row.topics),
        state=EndpointState(row.state),
        reason=row.reason,
        created_at=row.created_at,
        created_by=row.created_by,
        except_by=row.except_by,
        failing_since=row.failing_since,
        delivered_at=row.delivered_at,
    )
