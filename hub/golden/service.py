"""Explains golden records: to pages, to the API and to the command line."""

from dataclasses import dataclass
from datetime import datetime

from ground.database import Connection
from hub.conflicts import store as conflicts
from hub.effects import store as effects
from hub.events import store as events
from hub.golden import store
from hub.golden.model import Explained, VersionRow
from hub.golden.rules import replay, tell_fields, tell_timeline
from hub.hierarchy.service import hierarchy_of
from hub.matching.explaining import matches_of
from hub.wiring import Hub
from master_data import store as golden_store
from master_data.clusters import store as clusters
from master_data.errors import NoSuchGolden
from master_data.fields import entity_schema, title_of_record
from master_data.model import Flat

__all__ = ["AsOf", "as_of", "explain", "history"]

_STEPS = 200
_PAGE = 100


@dataclass(frozen=True, slots=True)
class AsOf:
    """A golden record as it was: its body at a version, and when that version was made."""

    golden_id: str
    entity: str
    version: int
    body: Flat
    title: str


def as_of(
    hub: Hub, golden_id: str, *, at: datetime | None = None, version: int | None = None
) -> AsOf:
    """Return a golden record as it was at a time or version, rebuilt from its provenance.

    An id that was merged away tells its own history. Raises NoSuchGolden, also before its first
    version.
    """

    def read(connection: Connection) -> AsOf:
        known = golden_store.goldens_as_stored(connection, [golden_id]).get(golden_id)
        if known is None:
            raise NoSuchGolden(golden_id)
        wanted = known.version if version is None else min(version, known.version)
        if at is not None:
            wanted = store.version_at(connection, golden_id, at)
        if wanted < 1:
            raise NoSuchGolden(golden_id)
        body = replay(*store.history_until(connection, golden_id, wanted))
        return AsOf(golden_id, known.entity, wanted, body, title_of_record(known.entity, body))

    return hub.db.read(read)


def history(hub: Hub, golden_id: str, *, before: int | None = None) -> list[VersionRow]:
    """Return up to 100 versions of a golden record below a number, the newest first."""
    return hub.db.read(lambda c: store.versions_of(c, golden_id, _PAGE, before))


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
    homes = {golden.id, *(each.id for each in clusters.homes_of(connection, golden.id))}
    matches = matches_of(connection, homes)
    named = {each for match in matches for each in (match.golden_id, match.other_id)}
    named |= {
        golden.body[path] for path, spec in schema.specs.items() if spec.ref and path in golden.body
    }
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
        matches=matches,
        titles=store.titles_of(connection, named),
        hierarchy=hierarchy_of(connection, golden.id),
    )
