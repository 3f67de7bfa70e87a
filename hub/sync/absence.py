"""What a record that is gone in its system means: a change of the field `exists`.

It was confirmed by a read. The fuse of its connection may hold it; else the connection's policy
says what happens elsewhere. Where somebody changed the record meanwhile and the change was not
delivered before the delete, a person decides.
"""

from dataclasses import dataclass, replace

from ground.instants import to_microseconds
from hub.conflicts.model import NewConflict, OpenConflict
from hub.conflicts.rules import Kind
from hub.deletes import store
from hub.deletes.model import Deletion
from hub.deletes.rules import INACTIVE, Fuse, Policy, policy_of
from hub.effects.rules import DELETE
from hub.events.model import Event
from hub.events.rules import Outcome
from hub.projection.board import Board
from hub.projection.planning import Plan
from hub.projection.rules import stale_paths
from hub.sync.model import Version
from hub.wiring import Hub, OpenConnection
from master_data.model import (
    Contribution,
    Crossref,
    CrossrefId,
    CrossrefState,
    Golden,
    GoldenState,
    Value,
)
from master_data.policies import Owner, default_policies

__all__ = ["Absence", "Absences", "again", "carry_out", "policy_for"]


@dataclass(frozen=True, slots=True)
class Absence:
    """What becomes of a delete. `replan`: others must hear of the golden record as it is now."""

    deletion: Deletion | None
    outcome: Outcome
    detail: dict[str, Value]
    versions: tuple[Version, ...] = ()
    conflicts: tuple[NewConflict, ...] = ()
    plans: tuple[Plan, ...] = ()
    replan: bool = False


class Absences:
    """Judges the deletes of one batch, counting against the fuses of their connections."""

    def __init__(self, hub: Hub, board: Board) -> None:
        self._hub = hub
        self._board = board
        self._fuses: dict[str, Fuse] = {}
        self._counted: dict[str, int] = {}

    def judge(self, crossref: Crossref, event: Event) -> Absence:
        """Say what becomes of one delete; nothing is changed but the board."""
        opened = self._hub.connection(crossref.connection)
        held = not self._lets(crossref.connection)
        deletion = Deletion(
            event_id=event.id,
            connection=crossref.connection,
            object_type=crossref.object_type,
            external_id=crossref.external_id or "",
            crossref_id=crossref.id,
            golden_id=crossref.golden_id,
            held=held,
        )
        if held:
            reason = "too many deletes at once; a person will decide"
            return Absence(deletion, Outcome.HELD, {"reason": reason})
        policy = policy_for(opened, crossref)
        golden = self._board.goldens[crossref.golden_id]
        if policy in (Policy.DEACTIVATE, Policy.DELETE) and _is_undelivered(
            golden, crossref, opened
        ):
            self._board.put_crossref(replace(crossref, state=CrossrefState.GONE))
            conflict = NewConflict(self._hub.env.ids.new("cf"), _against(crossref), event.id)
            detail: dict[str, Value] = {"reason": conflict.conflict.why}
            return Absence(deletion, Outcome.CONFLICT, detail, conflicts=(conflict,))
        made = carry_out(self._hub, self._board, crossref, policy, event)
        return replace(made, deletion=deletion)

    def _lets(self, connection_id: str) -> bool:
        if connection_id not in self._fuses:
            db, most = self._hub.db, self._hub.settings.delete_fuse
            self._fuses[connection_id] = db.read(
                lambda c: store.fuse_of(c, connection_id, most, db.now(c))
            )
        more = self._counted.get(connection_id, 0) + 1
        if not self._fuses[connection_id].lets(more):
            return False
        self._counted[connection_id] = more
        return True


def policy_for(opened: OpenConnection, crossref: Crossref) -> Policy:
    """Return what a delete there means: as the connection says, else as its mapping does."""
    mapping = opened.mappings.get(crossref.object_type)
    mapped = Policy.UNLINK if mapping is None else mapping.delete.gone_in_app
    return policy_of(opened.settings, mapped.value)


def carry_out(
    hub: Hub, board: Board, crossref: Crossref, policy: Policy, event: Event | None
) -> Absence:
    """Do what a policy says about a record that is gone; golden and crossrefs go on the board."""
    golden = board.goldens[crossref.golden_id]
    if policy is Policy.RESTORE:
        again(hub, board, crossref)
        told: dict[str, Value] = {"reason": "deleted there; it is made again"}
        return Absence(None, Outcome.APPLIED, told, replan=True)
    board.put_crossref(replace(crossref, state=CrossrefState.GONE))
    if policy is Policy.DEACTIVATE:
        version = _deactivate(hub, board, crossref, event)
        if version is not None:
            told = {"reason": "deleted there; no longer in use elsewhere"}
            return Absence(None, Outcome.APPLIED, told, (version,), replan=True)
    if policy is Policy.DELETE:
        plans = _deletes(hub, board, golden, crossref)
        gone = replace(golden, state=GoldenState.GONE, version=golden.version + 1)
        board.put_golden(gone)
        event_id = event.id if event else None
        version = Version(gone, {}, crossref.connection, event_id)
        told = {"reason": "deleted there; deleted elsewhere too"}
        return Absence(None, Outcome.APPLIED, told, (version,), plans=plans)
    told = {"reason": "deleted there; unlinked here, nobody else is touched"}
    return Absence(None, Outcome.APPLIED, told)


def again(hub: Hub, board: Board, crossref: Crossref) -> Crossref:
    """Let a record be made again: the old crossref stays gone, a new one is planned for."""
    board.put_crossref(replace(crossref, state=CrossrefState.GONE, is_primary=False))
    fresh = Crossref(
        id=CrossrefId(hub.env.ids.new("xr")),
        connection=crossref.connection,
        object_type=crossref.object_type,
        entity=crossref.entity,
        golden_id=crossref.golden_id,
        external_id=None,
        state=CrossrefState.CREATING,
    )
    board.put_crossref(fresh)
    return fresh


def _is_undelivered(golden: Golden, crossref: Crossref, opened: OpenConnection) -> bool:
    """Say whether somebody changed the record and the deleting system had not heard of it."""
    mapping = opened.mappings[crossref.object_type]
    return bool(stale_paths(golden, crossref, mapping.outbound_paths, mapping.list_paths))


def _against(crossref: Crossref) -> OpenConflict:
    return OpenConflict(
        kind=Kind.DELETE_AGAINST_CHANGE,
        entity=crossref.entity,
        golden_id=crossref.golden_id,
        subject=f"{crossref.connection}:record",
        connection=crossref.connection,
        rule="delete",
        why="deleted there while a change made elsewhere was on its way",
    )


def _deactivate(hub: Hub, board: Board, crossref: Crossref, event: Event | None) -> Version | None:
    """Mark the golden record; None where the entity has no such mark or another system keeps it."""
    golden = board.goldens[crossref.golden_id]
    path, value = INACTIVE.get(golden.entity, ("", ""))
    owner = default_policies().of(golden.entity, path) if path else None
    if not path or golden.body.get(path) == value:
        return None
    if isinstance(owner, Owner) and crossref.connection not in owner.connections:
        return None
    at = to_microseconds(event.received_at if event else hub.env.clock.now())
    said = Contribution(crossref.connection, value, at, at, at, event.id if event else "")
    stored = board.crossrefs[crossref.id]
    board.put_crossref(replace(stored, contributions=stored.contributions | {path: said}))
    version = golden.version + 1
    marked = replace(
        golden,
        version=version,
        body=golden.body | {path: value},
        provenance=golden.provenance | {path: version},
    )
    board.put_golden(marked)
    why = f"deleted in {crossref.connection}"
    change: list[Value] = [value, golden.body.get(path), "delete", why, crossref.connection, []]
    return Version(marked, {path: change}, crossref.connection, event.id if event else None)


def _deletes(hub: Hub, board: Board, golden: Golden, but: Crossref) -> tuple[Plan, ...]:
    """Return the deletes of all other records of a golden one, where a system can delete."""
    known = hub.directory.connections()
    reason = f"deleted in {but.connection}"
    return tuple(
        Plan(mate, DELETE, reason)
        for mate in board.crossrefs_of(golden.id)
        if mate.id != but.id
        and mate.state is CrossrefState.LIVE
        and (opened := known.get(mate.connection)) is not None
        and opened.state == "live"
        and opened.connector.capabilities.can_delete
    )
