"""Compares the records of a run with those before them: whom a person has to look at."""

from collections.abc import Sequence
from dataclasses import replace

from ground.database import Connection
from hub.bulk import store
from hub.bulk.model import Stretch, Suspicion
from hub.conflicts.model import NewConflict, OpenConflict, Rival
from hub.matching.model import Asked, Match
from hub.matching.telling import held_already, tell_pair
from hub.sync.identity import POSSIBLE_DUPLICATE, unlinked
from hub.wiring import Hub
from master_data.forms.goldens import kinds_of
from master_data.index.bulk import Pair, weigh_stretch
from master_data.likeness.keys import keys_of
from master_data.likeness.model import Zone
from master_data.model import Crossref, CrossrefId, GoldenId

__all__ = ["compare_stretch"]


def compare_stretch(hub: Hub, asked: Stretch) -> list[Suspicion]:
    """Return who of a stretch is perhaps the same as an earlier record of the run."""
    return hub.db.read(lambda c: _compare(hub, asked, c))


def _compare(hub: Hub, asked: Stretch, connection: Connection) -> list[Suspicion]:
    """Compare as `identify` does: all are records of one system, so each earlier one is taken."""
    entity = hub.mapping(asked.run.connection, asked.run.object_type).entity
    kinds = kinds_of(entity)
    hub.scorers.refresh(connection, kinds)
    records = max((hub.scorers.of(kind).statistics.records for kind in kinds), default=0)
    found = weigh_stretch(
        connection, hub.scorers.of, asked.folder, asked.first, asked.last, records
    )
    pairs = [pair for pair in found if pair.zone is Zone.LINK or pair.identifiers]
    blank = unlinked((asked.run.connection, asked.run.object_type, ""), entity)
    return _told(hub, connection, blank, pairs)


def _told(
    hub: Hub, connection: Connection, blank: Crossref, pairs: Sequence[Pair]
) -> list[Suspicion]:
    """Say of each suspected pair why, as a single decision would."""
    ids = store.crossref_ids(connection, {pair.golden_id for pair in pairs})
    suspicions = []
    for pair in pairs:
        own_id, crossref_id = GoldenId(pair.golden_id), CrossrefId(ids[pair.golden_id])
        crossref = replace(blank, id=crossref_id, golden_id=own_id)
        keys = dict(enumerate(keys_of(pair.kind, pair.form)))  # nobody asks how they are stored
        asked = Asked(crossref.entity, pair.kind, {}, pair.form, keys)
        match = Match(pair.other_id, pair.weight, pair.zone, pair.other, pair.identifiers)
        why, decision = tell_pair(
            asked,
            match,
            hub.scorers,
            crossref,
            hub.env.ids.new,
            came=Zone.REVIEW,
            why=held_already(crossref.connection),
        )
        conflict = OpenConflict(
            kind=POSSIBLE_DUPLICATE,
            entity=crossref.entity,
            golden_id=pair.golden_id,
            subject=pair.other_id,
            connection=crossref.connection,
            rule="match",
            why=why,
            rivals=tuple(Rival(each, pair.other_id, 0) for each in pair.identifiers),
        )
        new = NewConflict(hub.env.ids.new("cf"), conflict, None)
        suspicions.append(Suspicion(pair.golden_id, new, decision))
    return suspicions
