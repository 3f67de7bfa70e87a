"""Which golden record a source record belongs to, by what was found. Pure but for the board."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from hub.conflicts.model import OpenConflict, Rival
from hub.matching.model import Match
from hub.matching.telling import NOTHING, Told
from hub.projection.board import Board, Place
from hub.projection.views import Sight
from master_data.matching import Candidate, Link, identify
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
    """The golden record and the crossref of a state, existing or new, and who else it may be."""

    golden: Golden
    crossref: Crossref
    why: str = ""
    suspects: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Linked:
    """What came of looking for the golden record of an unlinked one."""

    suspects: tuple[OpenConflict, ...] = ()
    told: Told = NOTHING


def find_golden(
    board: Board,
    found: Sequence[Match],
    entity: str,
    place: Place,
    new_id: Callable[[str], str],
) -> Found:
    """Link an unlinked record to the best golden record, or make one."""
    connection, object_type, _ = place
    identity = identify(
        [
            Candidate(
                each.golden_id,
                each.weight,
                each.zone,
                board.taken(each.golden_id, connection, object_type),
                each.identifiers,
            )
            for each in found
        ]
    )
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


def duplicate_conflicts(found: Found, told: Mapping[str, str]) -> tuple[OpenConflict, ...]:
    """Return one conflict per suspect; `told`: golden id -> what speaks for it."""
    return tuple(
        OpenConflict(
            kind=POSSIBLE_DUPLICATE,
            entity=found.golden.entity,
            golden_id=found.golden.id,
            subject=suspect.golden_id,
            connection=found.crossref.connection,
            rule="match",
            why=told.get(suspect.golden_id, found.why),
            rivals=tuple(Rival(each, suspect.golden_id, 0) for each in suspect.identifiers),
        )
        for suspect in found.suspects
    )


def body_of(sight: Sight) -> Flat:
    """Return what a state says, as a golden record would hold it."""
    return {path: reading.value for path, reading in sight.readings.items() if reading.value}
