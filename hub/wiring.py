"""`Hub`: what every service of the hub takes as its first argument."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Protocol

from connectors.contract import Connector
from ground.database import Connection, Database
from ground.env import Bell, Env
from hub.claims import Claims
from hub.errors import UnknownConnection, UnknownObjectType
from hub.paces import Paces
from hub.settings import HubSettings
from mappings import CompiledMapping
from master_data.index.counting import Tally
from master_data.index.scorers import Scorers

__all__ = ["Directory", "Doorbell", "Hub", "OpenConnection", "Vault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenConnection:
    """A connection ready for use, as its row was when the directory last looked."""

    id: str
    system: str
    title: str
    state: str
    health: str
    """`ok`, or what stops it; a failing connection is left alone until a probe succeeds."""
    rank: int
    skew_ms: int | None
    settings: Mapping[str, Any]
    version: int
    connector: Connector
    webhook_secrets: tuple[str, ...] = field(repr=False)
    kept: Mapping[str, Any] | None = None
    """Object type -> managed fields as the system was last told; None: never."""
    mappings: Mapping[str, CompiledMapping]
    """By object type: the versions in force."""
    version_of: Callable[[str, int], CompiledMapping] | None = field(default=None, repr=False)
    """Returns any version of a mapping: (object type, number); None: there is one of each."""

    def with_mapping(self, object_type: str, mapping: CompiledMapping) -> "OpenConnection":
        """Return the connection as it would be with another mapping in force."""
        return replace(self, mappings={**self.mappings, object_type: mapping})


class Directory(Protocol):
    """The open connections, kept as fresh as `refresh` is called."""

    def connections(self) -> Mapping[str, OpenConnection]:
        """Return all by id, without touching the database."""
        ...

    def refresh(self) -> None:
        """Look at the rows and open anew what changed."""
        ...


class Vault(Protocol):
    """Seals secrets for rest; a seal opens only for the place it was made for."""

    def seal(self, place: str, secret: str) -> str:
        """Return the sealed text."""
        ...

    def unseal(self, place: str, sealed: str) -> str:
        """Return the secret. Raises SecretUnreadable."""
        ...


class Doorbell(Protocol):
    """Tells that there may be something to do; never blocks, never fails."""

    def ring(self) -> None:
        """Ring all bells."""
        ...

    def listen(self) -> Bell:
        """Return a new bell that rings from now on."""
        ...

    def leave(self, bell: Bell) -> None:
        """Ring this bell no more."""
        ...


@dataclass(frozen=True, slots=True)
class Hub:
    """One running hub. `env.db` is the hub's own database; `portal` is None in a bare worker."""

    env: Env
    settings: HubSettings
    directory: Directory
    doorbell: Doorbell
    vault: Vault
    portal: Any = None
    scorers: Scorers = field(default_factory=Scorers, repr=False, compare=False)
    tally: Tally = field(default_factory=Tally, repr=False, compare=False)
    claims: Claims = field(default_factory=Claims, repr=False, compare=False)
    paces: Paces = field(default_factory=Paces, repr=False, compare=False)

    @property
    def workable(self) -> list[str]:
        """Return the connections that may be read and decided on: not paused, not failing."""
        return self._healthy({"onboarding", "live"})

    @property
    def writable(self) -> list[str]:
        """Return the connections that may be written to: live, not failing."""
        return self._healthy({"live"})

    def _healthy(self, states: set[str]) -> list[str]:
        known = self.directory.connections().values()
        return [each.id for each in known if each.state in states and each.health == "ok"]

    def ahead(self, connection: Connection) -> timedelta:
        """Return how far the database's time is ahead of this host's clock.

        Rows carry the database's time: all processes share it, whatever their hosts' clocks say.
        """
        return self.db.now(connection) - self.env.clock.now()

    @property
    def titles(self) -> dict[str, str]:
        """Return connection id -> what people call it."""
        return {each.id: each.title for each in self.directory.connections().values()}

    def who(self) -> dict[str, str]:
        """Return id -> name of the users and keys that sign what is done here."""
        found: dict[str, str] = self.portal.names() if self.portal is not None else {}
        return found

    @property
    def db(self) -> Database:
        """Return the hub's database."""
        return self.env.db

    def connection(self, connection_id: str) -> OpenConnection:
        """Return an open connection; looks at the rows once if it is not known."""
        found = self.directory.connections().get(connection_id)
        if found is None:
            self.directory.refresh()
            found = self.directory.connections().get(connection_id)
        if found is None:
            raise UnknownConnection(connection_id)
        return found

    def connector(self, connection_id: str) -> Connector:
        """Return the connector of a connection."""
        return self.connection(connection_id).connector

    def mapping(self, connection_id: str, object_type: str, version: int = 0) -> CompiledMapping:
        """Return the compiled mapping of an object type of a connection.

        A record is read and written by the `version` it was read by last, until it is brought to
        the one in force; 0 is the one in force.
        """
        opened = self.connection(connection_id)
        found = opened.mappings.get(object_type)
        if found is None:
            raise UnknownObjectType(connection_id, object_type)
        if version in {0, found.version} or opened.version_of is None:
            return found
        return opened.version_of(object_type, version)
