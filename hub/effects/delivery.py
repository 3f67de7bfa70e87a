"""One claimed batch of effects of one connection, and how a record looks in golden's paths."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from connectors.contract import WriteResult
from hub.effects.freezing import Frozen, Nothing, Wait
from hub.projection.board import Board
from hub.projection.links import Links
from hub.projection.views import Sight, sight_of, view_of
from hub.wiring import Hub, OpenConnection
from mappings import CompiledMapping
from master_data.fields import entity_schema
from master_data.model import Crossref, Golden

MARGIN = timedelta(seconds=5)
LONGEST_CALL = timedelta(seconds=15)
"""A call of a dead process may go on for so long: the total deadline of the door."""
LONG = 1.0
"""Seconds after which a turn takes on no more: what it holds is settled, and free for others."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A person must tell what became of a write, or what is to become of it."""

    reason: str

    @classmethod
    def after(cls, error: Exception, what: str) -> "Ask":
        """Return the question after an error of our own."""
        return cls(f"{what}: {type(error).__name__}: {error}")


@dataclass(frozen=True, slots=True)
class Unsent:
    """Nothing was sent of it, for its turn did not come: it is given back as it was."""


Ending: TypeAlias = WriteResult | Ask | Unsent
"""What came of one write."""


@dataclass(slots=True)
class Delivery:
    """One claimed batch of one connection."""

    hub: Hub
    connection: OpenConnection
    token: str
    now: datetime
    until: datetime
    ahead: timedelta
    """How far the database's time, of which rows and leases are, is ahead of this host's clock."""
    began: float
    """When it began, by the clock that never goes back."""
    board: Board = field(default_factory=Board)
    frozen: list[Frozen] = field(default_factory=list)
    nothing: list[Nothing] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    broken: list[tuple[Frozen, Ask]] = field(default_factory=list)
    """Effects that could not be worked out, as nothing was sent of them, and why."""

    @property
    def last_call(self) -> datetime:
        """Return when a request may begin at the latest, by this host's clock.

        It is the end of the lease, less what a request may take.
        """
        return self.until - self.ahead - MARGIN

    @property
    def is_over(self) -> bool:
        """Say whether no further call may be begun."""
        clock = self.hub.env.clock
        return clock.monotonic() - self.began >= LONG or clock.now() >= self.last_call

    @property
    def time(self) -> datetime:
        """Return the database's time at this moment, without asking it."""
        return self.hub.env.clock.now() + self.ahead

    @property
    def made(self) -> list[Frozen | Nothing]:
        """Return what was worked out on the crossrefs, to be fenced together."""
        return [*self.frozen, *self.nothing]

    def mapping(self, crossref: Crossref) -> CompiledMapping:
        """Return the mapping version by which a record is written and read."""
        version = crossref.mapping_version
        return self.hub.mapping(self.connection.id, crossref.object_type, version)

    @property
    def links(self) -> Links:
        """Return the references of the connection."""
        return Links(self.hub.db, self.connection.id, self.board)


def begin(hub: Hub, connection: OpenConnection, ahead: timedelta) -> Delivery:
    """Return an empty batch with a lease from now on, in the database's time."""
    now = hub.env.clock.now() + ahead
    until = now + timedelta(seconds=hub.settings.lease)
    began = hub.env.clock.monotonic()
    return Delivery(hub, connection, hub.claims.token(hub.env.ids), now, until, ahead, began)


def look(
    delivery: Delivery, record: Mapping[str, Any], crossref: Crossref, golden: Golden
) -> Sight:
    """Return a record of the delivery's connection in golden's paths, by its mapping version."""
    mapping = delivery.mapping(crossref)
    schema = entity_schema(golden.entity)
    view = view_of(golden.body, crossref.elements, schema)
    inbound = mapping.to_golden(dict(record), view, delivery.links)
    return sight_of(inbound, crossref, golden.body, schema, delivery.hub.env.ids.new)
