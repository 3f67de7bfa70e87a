"""What a person decided about a delete that met a change, carried out."""

from collections.abc import Sequence
from dataclasses import replace

from connectors.contract import ChangeKind
from hub.conflicts.rules import Choice
from hub.deletes.rules import Policy
from hub.effects.rules import DELETE
from hub.erasures import store as erasures
from hub.events import store as events
from hub.events.model import SETTLED, NewEvent
from hub.projection.planning import Plan
from hub.resolutions.model import Unit
from hub.sync.absence import carry_out, policy_for
from hub.sync.store import write_board, write_plans, write_versions
from hub.wiring import Hub
from master_data.model import Crossref, CrossrefState, GoldenState, Value

__all__ = ["delete_erased", "delete_or_restore", "hint_of"]


def delete_or_restore(unit: Unit, choice: Choice) -> dict[str, Value]:
    """Carry the delete out elsewhere, or make the record again; dismissed, it stays unlinked."""
    conflict = unit.conflict
    if choice is Choice.DISMISS:
        return {}
    opened = unit.hub.connection(conflict.connection or "")
    if _delete_again(unit, opened.id, choice):
        return {}
    for crossref in unit.board.crossrefs_of(conflict.golden_id):
        if crossref.connection != opened.id or crossref.state is not CrossrefState.GONE:
            continue
        restored = choice is Choice.RESTORE
        policy = Policy.RESTORE if restored else policy_for(opened, crossref)
        made = carry_out(unit.hub, unit.board, crossref, policy, None)
        plans = list(made.plans)
        if made.replan:
            plans += unit.plan(unit.golden, f"conflict {conflict.id} was settled")
        write_board(unit.connection, unit.board, unit.at)
        write_versions(unit.connection, made.versions, unit.at)
        write_plans(unit.hub, unit.connection, [(each, None) for each in plans], unit.at)
        break
    return {}


def _delete_again(unit: Unit, connection_id: str, choice: Choice) -> bool:
    """Delete a record that was changed before we could, or let its golden record live again."""
    mates = unit.board.crossrefs_of(unit.conflict.golden_id)
    parked = [
        each
        for each in mates
        if each.connection == connection_id and each.state is CrossrefState.LIVE and each.parked
    ]
    for crossref in parked:
        unit.board.put_crossref(crossref.with_(parked=None, remote_version=None))
    if not parked:
        return False
    golden = unit.golden
    if choice is Choice.RESTORE:
        living = replace(golden, state=GoldenState.ACTIVE, version=golden.version + 1)
        unit.store(living, {}, f"decided by {unit.by}")
        events.insert(unit.connection, [hint_of(unit.hub, each) for each in parked], unit.at)
    else:
        write_board(unit.connection, unit.board, unit.at)
        plans = [Plan(each, DELETE, f"conflict {unit.conflict.id} was settled") for each in parked]
        write_plans(unit.hub, unit.connection, [(each, None) for each in plans], unit.at)
    return True


def hint_of(hub: Hub, crossref: Crossref) -> NewEvent:
    """Return an event that lets the lane of a record read it and decide again."""
    return NewEvent(
        id=hub.env.ids.new("ev"),
        connection=crossref.connection,
        object_type=crossref.object_type,
        external_id=crossref.external_id,
        kind=ChangeKind.CHANGED,
        actor=SETTLED,
    )


def delete_erased(unit: Unit, crossrefs: Sequence[Crossref]) -> bool:
    """Delete records of an erased person again, where a system refused it; say whether it is one.

    There is nothing to look at again, and nothing that could be written instead.
    """
    lanes = {each.lane: each for each in crossrefs if each.external_id}
    erased = erasures.erased_among(unit.connection, lanes)
    if not erased:
        return False
    plans = []
    for lane in sorted(erased):
        unit.board.put_crossref(lanes[lane].with_(parked=erasures.ERASED))
        plans.append((Plan(unit.board.crossrefs[lanes[lane].id], DELETE, erasures.ERASED), None))
    write_board(unit.connection, unit.board, unit.at)
    write_plans(unit.hub, unit.connection, plans, unit.at)
    return True
