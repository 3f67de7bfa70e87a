"""Connections opened and kept: connector built, secrets unsealed, mappings compiled."""

from collections.abc import Mapping
from dataclasses import replace

import structlog

from connectors import registry
from connectors.errors import BadManifest
from connectors.registry import ConnectionConfig
from ground.env import Env
from hub.connections import store
from hub.connections.model import StoredConnection
from hub.connections.service import KEY_FIELD, place, webhook_secrets
from hub.errors import KeyTrouble
from hub.mapping_versions.shelf import Shelf
from hub.wiring import OpenConnection, Vault
from mappings import MappingError

__all__ = ["ConnectionDirectory"]

_log = structlog.get_logger(__name__)


class ConnectionDirectory:
    """All connections of one hub by id; a connector lives as long as its configuration."""

    def __init__(self, env: Env, vault: Vault) -> None:
        self._env = env
        self._vault = vault
        self._open: dict[str, OpenConnection] = {}
        self._broken: dict[str, int] = {}
        self._shelf = Shelf(env.db)

    def connections(self) -> Mapping[str, OpenConnection]:
        """Return all that could be opened, as of the last refresh."""
        return self._open

    def refresh(self) -> None:
        """Open what is new or configured anew; one that cannot be opened is logged and left out."""
        fresh: dict[str, OpenConnection] = {}
        for stored in self._env.db.read(store.all_connections):
            opened = self._renewed(stored)
            if opened is not None:
                fresh[stored.id] = opened
        self._open = fresh

    def _renewed(self, stored: StoredConnection) -> OpenConnection | None:
        known = self._open.get(stored.id)
        if known is not None and known.version == stored.version:
            health, skew_ms, kept = stored.health.value, stored.skew_ms, stored.kept
            return replace(known, health=health, skew_ms=skew_ms, kept=kept)
        if self._broken.get(stored.id) == stored.version:
            return None
        try:
            return self._opened(stored)
        except (BadManifest, KeyTrouble, MappingError) as error:
            self._broken[stored.id] = stored.version
            _log.error("connection.not_opened", connection=stored.id, reason=str(error))
            return None

    def _opened(self, stored: StoredConnection) -> OpenConnection:
        kind = registry.find(stored.system)
        key = ""
        if stored.secret_cipher is not None:
            key = self._vault.unseal(place(stored.id, KEY_FIELD), stored.secret_cipher)
        config = ConnectionConfig(
            base_url=stored.base_url, secret=lambda _name: key, settings=stored.settings
        )
        return OpenConnection(
            id=stored.id,
            system=stored.system,
            title=stored.title,
            state=stored.state.value,
            health=stored.health.value,
            rank=stored.rank,
            skew_ms=stored.skew_ms,
            settings=stored.settings,
            kept=stored.kept,
            version=stored.version,
            connector=kind.build(config, self._env.http, self._env.clock),
            webhook_secrets=webhook_secrets(self._vault, stored),
            mappings=self._shelf.in_force(stored.id, kind.mappings),
            version_of=self._shelf.versions_of(stored.id),
        )
