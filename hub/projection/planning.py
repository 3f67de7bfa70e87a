"""Who must hear of a golden record: crossrefs that no longer show it, systems that lack it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hub.projection.board import Board
from hub.projection.rules import stale_paths
from hub.wiring import OpenConnection
from mappings import CompiledMapping
from master_data.model import (
    ConnectionId,
    Crossref,
    CrossrefId,
    CrossrefState,
    Golden,
    GoldenState,
)


@dataclass(frozen=True, slots=True)
class _Target:
    connection: str
    object_type: str
    mapping: CompiledMapping


CREATE = "create"
UPDATE = "update"
_OPERATIONS = {CrossrefState.CREATING: CREATE, CrossrefState.LIVE: UPDATE}


@dataclass(frozen=True, slots=True)
class Plan:
    """One effect to plan; it holds no values."""

    crossref: Crossref
    operation: str
    reason: str


def plan(
    board: Board,
    golden: Golden,
    connections: Iterable[OpenConnection],
    new_id: Callable[[str], str],
    reason: str,
) -> list[Plan]:
    """Return the effects of one golden record; crossrefs of creates are put on the board."""
    plans: list[Plan] = []
    if golden.state is not GoldenState.ACTIVE:
        return plans
    for connection in connections:
        for object_type, mapping in connection.mappings.items():
            if mapping.entity == golden.entity:
                target = _Target(connection.id, object_type, mapping)
                plans += _plan_one(board, golden, target, new_id, reason)
    return plans


def _plan_one(
    board: Board, golden: Golden, target: _Target, new_id: Callable[[str], str], reason: str
) -> list[Plan]:
    mapping = target.mapping
    mine = [
        each
        for each in board.crossrefs_of(golden.id)
        if each.connection == target.connection and each.object_type == target.object_type
    ]
    if not publishes(mapping, golden):
        return []
    if not mine:
        crossref = _creating(golden, target, new_id)
        board.put_crossref(crossref)
        return [Plan(crossref, CREATE, reason)]
    return [
        Plan(each, _OPERATIONS[each.state], reason)
        for each in mine
        if each.is_primary
        and each.state in _OPERATIONS
        and stale_paths(golden, each, mapping.outbound_paths, mapping.list_paths)
    ]


def publishes(mapping: CompiledMapping, golden: Golden) -> bool:
    """Say whether a mapping's `publish when` lets this golden record into its system."""
    if not mapping.outbound_paths and not mapping.list_paths:
        return False
    return mapping.publishes(golden.body)


def _creating(golden: Golden, target: _Target, new_id: Callable[[str], str]) -> Crossref:
    return Crossref(
        id=CrossrefId(new_id("xr")),
        connection=ConnectionId(target.connection),
        object_type=target.object_type,
        entity=golden.entity,
        golden_id=golden.id,
        external_id=None,
        state=CrossrefState.CREATING,
    )
