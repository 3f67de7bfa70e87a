"""Explains golden records: to pages, to the API and to the command line."""

from ground.database import Connection
from hub.conflicts import store as conflicts
from hub.effects import store as effects
from hub.events import store as events
from hub.golden import store
from hub.golden.model import Explained
from hub.golden.rules import tell_fields, tell_timeline
from hub.wiring import Hub
from master_data import store as golden_store
from master_data.errors import NoSuchGolden
from master_data.fields import entity_schema, title_of_record

__all__ = ["explain"]

_STEPS = 200


def explain(hub: Hub, golden_id: str) -> Explained:
    """Return a golden record with the reason of every value and all that happened to it.

    An id that was merged away leads to the record it became. Raises NoSuchGolden.
    """
    return hub.db.read(lambda c: _explain(c, golden_id))


def _explain(connection: Connection, golden_id: str) -> Explained:
    golden = golden_store.goldens_by_id(connection, [golden_id]).get(golden_id)
    if golden is None:
        raise NoSuchGolden(golden_id)
    schema = entity_schema(golden.entity)
    crossrefs = golden_store.crossrefs_of(connection, [golden.id])
    versions = store.versions_at(connection, golden.id, golden.provenance.values())
    about = conflicts.about(connection, golden.id)
    return Explained(
        golden=golden,
        title=title_of_record(golden.entity, golden.body),
        fields=tell_fields(golden, schema, versions, crossrefs),
        crossrefs=tuple(crossrefs),
        timeline=tell_timeline(
            schema,
            store.versions_of(connection, golden.id, _STEPS),
            events.events_of(connection, golden.id, _STEPS),
            effects.effects_of(connection, golden.id, _STEPS),
            about,
        ),
        conflicts=tuple(about),
    )
