"""Creates under way in systems that keep no client key: known again by what was sent."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from hub.effects import store as effects
from hub.effects.rules import in_normal_form, shows
from hub.projection.board import Place
from hub.wiring import Hub
from master_data import store as golden_store
from master_data.merge import Reading
from master_data.model import Base, Crossref

__all__ = ["CreatesUnderWay"]

_Sent = list[tuple[str, str, dict[str, Any]]]


@dataclass(slots=True)
class CreatesUnderWay:
    """Those of one batch, read once per connection and object type."""

    hub: Hub
    _sent: dict[tuple[str, str], _Sent] = field(default_factory=dict)

    def shown_by(
        self, place: Place, readings: Mapping[str, Reading], waited_for: AbstractSet[str | None]
    ) -> Crossref | None:
        """Return the create whose values an unlinked record shows, if its system keeps no key.

        `waited_for`: golden ids whose creates it was known to show, before people edited it.
        """
        if not self.are_keyless(place):
            return None
        connection_id, object_type, _ = place
        values = {path: reading.value for path, reading in readings.items()}
        for crossref_id, golden_id, sent in self._of(connection_id, object_type):
            if golden_id in waited_for or shows(sent, values):
                return self.hub.db.read(
                    lambda c: golden_store.crossrefs_by_id(c, [crossref_id]).get(crossref_id)  # noqa: B023 - read at once
                )
        return None

    def agreed(self, own: Crossref, readings: Mapping[str, Reading]) -> dict[str, Base]:
        """Return what a create that comes back before its answer shows of what was sent in it."""
        created = self._of(own.connection, own.object_type)
        sent = next((sent for crossref_id, _, sent in created if crossref_id == own.id), {})
        return {
            path: Base(reading.words, sent[path])
            for path, reading in readings.items()
            if path in sent
            and (reading.value == sent[path] or in_normal_form(sent[path], reading.value))
        }

    def are_keyless(self, place: Place) -> bool:
        """Say whether the system of a record keeps no client key."""
        return not self.hub.connector(place[0]).capabilities.client_key

    def _of(self, connection_id: str, object_type: str) -> _Sent:
        key = connection_id, object_type
        if key not in self._sent:
            self._sent[key] = self.hub.db.read(lambda c: effects.creates_in_flight(c, *key))
        return self._sent[key]
