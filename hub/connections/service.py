"""Configure connections, and note when one fails."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import structlog

from connectors import registry
from connectors.contract import Health
from connectors.errors import BadManifest, ConnectorError
from ground.database import Connection
from ground.strict_json import dumps, loads
from hub.connections import store
from hub.connections.model import NewConnection, StoredConnection
from hub.connections.rules import (
    State,
    Wellbeing,
    mark_of,
    next_probe,
    state_after,
    trouble_of,
)
from hub.errors import BadConnection, ConnectionExists, LastSecret, UnknownSecret, WrongState
from hub.replanning import store as replanning
from hub.wiring import Hub, OpenConnection, Vault

__all__ = [
    "KEY_FIELD",
    "WEBHOOK_SECRETS_FIELD",
    "act",
    "add_connection",
    "add_webhook_secret",
    "callable_now",
    "check_connection",
    "drop_webhook_secret",
    "go_on",
    "place",
    "report_failure",
    "report_success",
    "set_setting",
    "subscribe",
    "webhook_secrets",
]

KEY_FIELD = "secret"
WEBHOOK_SECRETS_FIELD = "webhook_secrets"
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_SECRETS_KEPT = 2
_log = structlog.get_logger(__name__)


def place(connection_id: str, field: str) -> str:
    """Name where a secret rests, so that its seal opens nowhere else."""
    return f"connection/{connection_id}/{field}"


def add_connection(hub: Hub, new: NewConnection) -> StoredConnection:
    """Store a connection with its secrets sealed. Raises BadConnection, ConnectionExists."""
    _check(new)
    secrets = [new.webhook_secret] if new.webhook_secret else []

    def insert(connection: Connection) -> StoredConnection:
        now = hub.db.now(connection)
        stored = StoredConnection(
            id=new.id,
            system=new.system,
            title=new.title or new.id,
            base_url=new.base_url.rstrip("/"),
            state=new.state,
            rank=new.rank,
            settings=new.settings,
            secret_cipher=hub.vault.seal(place(new.id, KEY_FIELD), new.key),
            webhook_secrets_cipher=_sealed_secrets(hub.vault, new.id, secrets),
            approved_at=now if new.state is State.LIVE else None,
            created_at=now,
            updated_at=now,
        )
        if not store.insert(connection, stored):
            raise ConnectionExists(new.id)
        store.keep_secrets(connection, new.id, [mark_of(each) for each in secrets], now)
        return stored

    stored = hub.db.write(insert)
    _log.info("connection.added", connection=new.id, system=new.system)
    _announce(hub)
    return stored


def _check(new: NewConnection) -> None:
    if not _SLUG.fullmatch(new.id):
        raise BadConnection("id", "use small letters, digits, - and _, at most 40")
    url = urlsplit(new.base_url)
    if url.scheme not in {"http", "https"} or not url.hostname or url.username:
        raise BadConnection("base_url", "give an http or https address without sign-in data")
    try:
        registry.find(new.system)
    except BadManifest as error:
        raise BadConnection("system", str(error)) from None


def check_connection(hub: Hub, connection_id: str) -> Health:
    """Ask the system who it is and how its clock goes; a probe of the breaker follows.

    Raises ConnectorError with the reason.
    """
    health = hub.connector(connection_id).check()

    def note(connection: Connection) -> None:
        columns: dict[str, Any] = {}
        if health.skew is not None:
            columns["skew_ms"] = round(health.skew * 1000)
        if store.locked(connection, connection_id).health is not Wellbeing.OK:
            columns["next_probe_at"] = hub.db.now(connection)
        if columns:
            store.set_columns(connection, connection_id, columns)

    hub.db.write(note)
    _announce(hub)
    return health


_LINKS_ALLOWED_FOR = timedelta(hours=1)
RAMP = (10, 1000)
"""After so many writes of an approved connection the hub waits and looks how they went."""


def act(
    hub: Hub, connection_id: str, action: str, *, ramp: Sequence[int] = RAMP
) -> StoredConnection:
    """Approve, pause or resume a connection. Raises WrongState.

    Approved, the hub writes there what golden says, by steps of the ramp; and to the others what
    this connection said while it was matched.
    """

    def change(connection: Connection) -> StoredConnection:
        stored = store.locked(connection, connection_id)
        state = state_after(action, stored.state, approved=stored.approved_at is not None)
        if state is None:
            raise WrongState(connection_id, stored.state, action)
        now = hub.db.now(connection)
        approved_at = now if action == "approve" else stored.approved_at
        if action == "resume":
            store.allow_links(connection, connection_id, now + _LINKS_ALLOWED_FOR)
        columns = {"state": state.value, "approved_at": approved_at}
        store.configure(connection, stored, now, columns)
        if state is State.LIVE:
            first = ramp if action == "approve" else ()
            for each in store.all_connections(connection):
                if each.id == connection_id:
                    replanning.request(connection, each.id, now, first)
                elif action == "approve" and each.state is State.LIVE:
                    replanning.request(connection, each.id, now, ramp)
        return replace(stored, state=state, version=stored.version + 1, approved_at=approved_at)

    stored = hub.db.write(change)
    _log.info("connection.state", connection=connection_id, state=stored.state)
    _announce(hub)
    return stored


def add_webhook_secret(hub: Hub, connection_id: str, secret: str) -> StoredConnection:
    """Sign notices with this secret from now on; the one before stays good, older ones go."""

    def change(connection: Connection) -> StoredConnection:
        stored = store.locked(connection, connection_id)
        known = [each for each in webhook_secrets(hub.vault, stored) if each != secret]
        return _set_secrets(hub, connection, stored, [secret, *known][:_SECRETS_KEPT])

    changed = hub.db.write(change)
    _announce(hub)
    return changed


def drop_webhook_secret(hub: Hub, connection_id: str, mark: str) -> StoredConnection:
    """End a rotation: notices signed with this secret are refused from now on.

    Raises UnknownSecret; LastSecret when no other one is left.
    """

    def change(connection: Connection) -> StoredConnection:
        stored = store.locked(connection, connection_id)
        known = webhook_secrets(hub.vault, stored)
        kept = [each for each in known if mark_of(each) != mark]
        if len(kept) == len(known):
            raise UnknownSecret(connection_id, mark)
        if not kept:
            raise LastSecret(connection_id)
        return _set_secrets(hub, connection, stored, kept)

    changed = hub.db.write(change)
    _log.info("connection.webhook_secret_dropped", connection=connection_id, mark=mark)
    _announce(hub)
    return changed


def _set_secrets(
    hub: Hub, connection: Connection, stored: StoredConnection, secrets: list[str]
) -> StoredConnection:
    now = hub.db.now(connection)
    sealed = _sealed_secrets(hub.vault, stored.id, secrets)
    store.configure(connection, stored, now, {"webhook_secrets_cipher": sealed})
    store.keep_secrets(connection, stored.id, [mark_of(each) for each in secrets], now)
    return replace(stored, webhook_secrets_cipher=sealed, version=stored.version + 1)


def go_on(hub: Hub, connection_id: str) -> None:
    """Let a load that was held at a step of its ramp go on, without further steps."""

    def change(connection: Connection) -> None:
        now = hub.db.now(connection)
        columns: dict[str, Any] = {"held": None, "ramp": [], "due_at": now}
        replanning.set_columns(connection, connection_id, columns)

    hub.connection(connection_id)
    hub.db.write(change)
    hub.doorbell.ring()


def set_setting(hub: Hub, connection_id: str, name: str, value: Any) -> StoredConnection:  # noqa: ANN401 - JSON
    """Change one setting of a connection. Raises UnknownConnection."""

    def change(connection: Connection) -> StoredConnection:
        stored = store.locked(connection, connection_id)
        settings = stored.settings | {name: value}
        store.configure(connection, stored, hub.db.now(connection), {"settings": settings})
        return replace(stored, settings=settings, version=stored.version + 1)

    changed = hub.db.write(change)
    _log.info("connection.setting", connection=connection_id, setting=name)
    _announce(hub)
    return changed


def subscribe(hub: Hub, connection_id: str) -> str:
    """Ask the system for notices, keep the secret they will be signed with, return their URL."""
    url = f"{hub.settings.public_url.rstrip('/')}/hub/webhooks/{connection_id}"
    secret = hub.connector(connection_id).subscribe(url)
    add_webhook_secret(hub, connection_id, secret)
    return url


def report_failure(hub: Hub, connection_id: str, error: ConnectorError) -> None:
    """Open the breaker of a connection; if it is open already, keep the time of its probe."""
    trouble = trouble_of(error)
    longest = hub.settings.probe_every

    def note(connection: Connection) -> bool:
        stored = store.locked(connection, connection_id)
        if stored.health is not Wellbeing.OK:
            return False
        now = hub.db.now(connection)
        probe = next_probe(now, failures=1, after=trouble.after, longest=longest)
        since = stored.failing_since if stored.was_failing(now) else now
        store.set_columns(
            connection,
            connection_id,
            {
                "health": trouble.health.value,
                "health_reason": trouble.reason,
                "failing_since": since,
                "failures": 1,
                "next_probe_at": probe,
            },
        )
        return True

    if hub.db.write(note):
        _log.warning("connection.failing", connection=connection_id, health=trouble.health.value)
        hub.directory.refresh()


def report_success(hub: Hub, connection_id: str) -> None:
    """Note that a connection answered; if it counts as failing, its probe is due now."""
    known = hub.directory.connections().get(connection_id)
    if known is None or known.health == Wellbeing.OK.value:
        return

    def note(connection: Connection) -> None:
        if store.locked(connection, connection_id).health is not Wellbeing.OK:
            now = hub.db.now(connection)
            store.set_columns(connection, connection_id, {"next_probe_at": now})

    hub.db.write(note)
    hub.doorbell.ring()


def callable_now(hub: Hub) -> list[OpenConnection]:
    """Return the connections that may be written to: live and not failing."""
    known = hub.directory.connections()
    return [known[connection_id] for connection_id in hub.writable if connection_id in known]


def webhook_secrets(vault: Vault, stored: StoredConnection) -> tuple[str, ...]:
    """Open the secrets by which notices of a connection are believed, the newest first."""
    if stored.webhook_secrets_cipher is None:
        return ()
    where = place(stored.id, WEBHOOK_SECRETS_FIELD)
    return tuple(loads(vault.unseal(where, stored.webhook_secrets_cipher).encode()))


def _sealed_secrets(vault: Vault, connection_id: str, secrets: list[str]) -> str | None:
    if not secrets:
        return None
    where = place(connection_id, WEBHOOK_SECRETS_FIELD)
    return vault.seal(where, dumps(secrets).decode())


def _announce(hub: Hub) -> None:
    hub.directory.refresh()
    hub.doorbell.ring()
