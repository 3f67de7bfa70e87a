"""Takes a person's answer to a conflict back: the question is open again."""

from dataclasses import replace

from ground.database import Connection
from hub.clusters.model import Intent
from hub.clusters.service import write_unmerge
from hub.conflicts import store
from hub.conflicts.model import Conflict
from hub.conflicts.rules import Choice
from hub.errors import CannotUndo, UnknownConflict, UnknownDecision
from hub.projection.family import load_family
from hub.resolutions.model import Unit
from hub.resolutions.rules import unsettle_value
from hub.resolutions.service import write_again
from hub.sealing.audit import Deed, note
from hub.sync.store import write_board
from hub.wiring import Hub
from master_data.clusters import store as clusters
from master_data.model import GoldenState, Value

__all__ = ["can_undo", "undo"]


def can_undo(conflict: Conflict) -> bool:
    """Say whether a person settled it in a way that can be taken back."""
    told = conflict.resolution or {}
    return conflict.closed_at is not None and "undo" in told and told["choice"] not in _FINAL


_FINAL = (Choice.DELETE.value, Choice.RESTORE.value)
"""What these did in other systems is done."""


def undo(hub: Hub, conflict_id: str, by: str) -> Conflict:
    """Take the answer back and ask again.

    Raises UnknownConflict; CannotUndo when it is open, when rules closed it, or when what followed
    stands on the answer.
    """
    return write_again(hub, lambda c: _undo(hub, c, conflict_id, by))


def _undo(hub: Hub, connection: Connection, conflict_id: str, by: str) -> Conflict:
    conflict = store.conflict_by_id(connection, conflict_id)
    if conflict is None:
        raise UnknownConflict(conflict_id)
    if not can_undo(conflict):
        raise CannotUndo("nobody's answer closed it in a way that can be taken back")
    told = conflict.resolution or {}
    choice, kept = Choice(told["choice"]), told["undo"]
    unit = Unit(hub, connection, conflict, by, "taken back", hub.db.now(connection))
    match choice:
        case Choice.TAKE:
            _give_back(unit, told["value"], kept)
        case Choice.SAME:
            _take_apart(unit, kept["edge"])
        case Choice.DIFFERENT:
            _doubt_again(unit, kept)
        case _:
            _hold_again(unit, kept)
    reopened = store.reopen(connection, conflict)
    if reopened is None:
        raise CannotUndo("the same question is open already")
    note(hub, connection, Deed(by, "conflict.undone", conflict.id, {"choice": choice.value}))
    return reopened


def _give_back(unit: Unit, taken: Value, kept: dict[str, Value]) -> None:
    """Let the rivals be rivals again."""
    load_family(unit.connection, unit.board, {unit.conflict.golden_id})
    golden = unit.board.goldens.get(unit.conflict.golden_id)
    path = unit.conflict.subject
    if golden is None:
        raise CannotUndo("the record was merged since; take the merge back first")
    if golden.body.get(path) != taken and not (golden.body.get(path) is None and not taken):
        raise CannotUndo("the value was changed since")
    back = unsettle_value(golden, path, kept["value"], kept["decision"])
    change = [kept["value"], golden.body.get(path), "person", "taken back", unit.by, []]
    unit.note_decision(back, path)
    unit.store(back, {path: change}, f"taken back by {unit.by}")


def _take_apart(unit: Unit, edge_id: str) -> None:
    """Take the merge back; what was doubted before is doubted again."""
    intent = Intent(by=unit.by, reason="taken back", apart=False)
    try:
        write_unmerge(unit.hub, unit.connection, edge_id, intent)
    except UnknownDecision as error:
        raise CannotUndo("the merge was taken back already") from error


def _doubt_again(unit: Unit, kept: dict[str, Value]) -> None:
    clusters.remove_edge(unit.connection, kept["edge"], by=unit.by, why="taken back", at=unit.at)
    load_family(unit.connection, unit.board, {unit.conflict.golden_id})
    golden = unit.board.goldens.get(unit.conflict.golden_id)
    if golden is None:
        raise CannotUndo("the record was merged since; take the merge back first")
    if kept["confirmed"] and golden.state is GoldenState.ACTIVE:
        doubted = replace(golden, state=GoldenState.UNCONFIRMED, version=golden.version + 1)
        unit.store(doubted, {}, f"doubted again by {unit.by}")


def _hold_again(unit: Unit, kept: dict[str, Value]) -> None:
    """Put the holds back that a retry took off; a dismissed one never left."""
    held, parked = kept.get("held", {}), kept.get("parked", {})
    path = unit.conflict.subject.partition(":")[2]
    load_family(unit.connection, unit.board, {unit.conflict.golden_id})
    for crossref in list(unit.board.crossrefs.values()):
        if crossref.id in held:
            unit.board.put_crossref(crossref.with_(held=crossref.held | {path: held[crossref.id]}))
        elif crossref.id in parked:
            unit.board.put_crossref(crossref.with_(parked=parked[crossref.id]))
    write_board(unit.connection, unit.board, unit.at)
