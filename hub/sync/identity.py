"""Which golden record a source record belongs to. Pure but for the board it reads."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from hub.conflicts.model import OpenConflict, Rival
from hub.projection.board import Board, Place
from hub.projection.views import Sight
from master_data.blocking import MatchKeys, match_keys
from master_data.matching import Candidate, Link, candidates_of, identify
from master_data.model import (
    ConnectionId,
    Crossref,
    CrossrefId,
    CrossrefState,
    Flat,
    Golden,
    GoldenId,
    GoldenState,
)

POSSIBLE_DUPLICATE = "possible_duplicate"


@dataclass(frozen=True, slots=True)
class Found:
    """The golden record and the crossref of a state, existing or new, and why."""

    golden: Golden
    crossref: Crossref
    why: str = ""
    suspects: tuple[Candidate, ...] = ()


def keys_of(entity: str, sight: Sight) -> MatchKeys:
    """Return the match keys of a state as it came."""
    return match_keys(entity, _body(sight))


def find_golden(
    board: Board, entity: str, place: Place, sight: Sight, new_id: Callable[[str], str]
) -> Found:
    """Link an unlinked record to the best golden record, or make one."""
    connection, object_type, _ = place
    body = _body(sight)
    keys = match_keys(entity, body)
    hits = board.key_candidates(keys.all, entity)
    ids = {golden_id for found in hits.values() for golden_id in found}
    candidates = candidates_of(
        hits,
        {each: board.taken(each, connection, object_type) for each in ids},
        {each: board.goldens[each].body.get("kind") for each in ids},
    )
    identity = identify(keys, candidates, body.get("kind"))
    if isinstance(identity, Link):
        golden = board.goldens[identity.golden_id]
        suspects = tuple(
            each
            for each in identity.also
            if frozenset((each.golden_id, golden.id)) not in board.apart
        )
        _take_place(board, golden, place)
        planned = board.idle_create(golden.id, connection, object_type)
        if planned is not None:  # its fence sends the create back, to be an update or nothing
            return Found(golden, adopt(planned, place[2]), identity.why, suspects)
    else:
        state = GoldenState.UNCONFIRMED if identity.suspects else GoldenState.ACTIVE
        golden = Golden(GoldenId(new_id("gr")), entity, 0, state, {})
        suspects = identity.suspects
    crossref = replace(unlinked(place, entity), id=CrossrefId(new_id("xr")), golden_id=golden.id)
    return Found(golden, crossref, identity.why, suspects)


def _take_place(board: Board, golden: Golden, place: Place) -> None:
    """Let a record that is gone step back for the new one of its system."""
    for mate in board.crossrefs_of(golden.id):
        mine = (mate.connection, mate.object_type) == place[:2]
        if mine and mate.is_primary and mate.state is CrossrefState.GONE:
            board.put_crossref(mate.with_(is_primary=False))


def unlinked(place: Place, entity: str) -> Crossref:
    """Return the crossref of a record that belongs to no golden record yet."""
    connection, object_type, external_id = place
    return Crossref(
        id=CrossrefId(""),
        connection=ConnectionId(connection),
        object_type=object_type,
        entity=entity,
        golden_id=GoldenId(""),
        external_id=external_id,
        state=CrossrefState.LIVE,
    )


def adopt(crossref: Crossref, external_id: str) -> Crossref:
    """Return our own create that came back, or a record that is there again, as live."""
    return replace(crossref, external_id=external_id, state=CrossrefState.LIVE)


def duplicate_conflicts(found: Found) -> tuple[OpenConflict, ...]:
    """Return one conflict per suspect."""
    return tuple(
        OpenConflict(
            kind=POSSIBLE_DUPLICATE,
            entity=found.golden.entity,
            golden_id=found.golden.id,
            subject=suspect.golden_id,
            connection=found.crossref.connection,
            rule="match",
            why=found.why,
            rivals=tuple(Rival(key, suspect.golden_id, 0) for key in suspect.keys),
        )
        for suspect in found.suspects
    )


def _body(sight: Sight) -> Flat:
    return {path: reading.value for path, reading in sight.readings.items() if reading.value}
