"""Sets, lifts and ends pins: one unit of work, effects planned in it."""

from dataclasses import dataclass, replace
from datetime import datetime

from ground.database import Connection
from ground.instants import to_microseconds
from hub.clusters.gathering import Gathering, judging_of
from hub.conflicts import store as conflicts
from hub.conflicts.model import Closing, NewConflict, OpenConflict, Rival
from hub.conflicts.rules import Kind
from hub.errors import BadPin
from hub.events.rules import Outcome
from hub.hierarchy.model import PARENTS
from hub.hierarchy.service import stands_below
from hub.pins import store
from hub.projection.board import Board
from hub.projection.family import load_family
from hub.projection.planning import plan
from hub.resolutions.rules import settle_value
from hub.resolutions.service import write_again
from hub.sealing.audit import Deed, note
from hub.sync.model import Version
from hub.sync.store import close_events, write_board, write_plans, write_versions
from hub.wiring import Hub
from master_data import store as goldens
from master_data.clusters import store as clusters
from master_data.clusters.model import Cluster
from master_data.clusters.rules import rechoose
from master_data.errors import NoSuchGolden
from master_data.fields import entity_schema
from master_data.model import Golden, GoldenState, Value, split_path
from master_data.pins import pin_decision
from master_data.survivorship import Tie

__all__ = ["NewPin", "end_due", "pin_value", "unpin"]

_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPin:
    """A value to fix. `until` None: until somebody lifts it."""

    golden_id: str
    path: str
    value: Value
    by: str
    reason: str
    until: datetime | None = None


def pin_value(hub: Hub, new: NewPin) -> Golden:
    """Fix a value of a golden record: no edit beats it until it ends.

    Raises NoSuchGolden; BadPin if the field, the value or the end cannot be, or no reason is given.
    """
    return write_again(hub, lambda c: _pin(hub, c, new))


def unpin(hub: Hub, golden_id: str, path: str, *, by: str, reason: str = "") -> Golden:
    """Lift a pin; the value is again what the contributions say. Raises NoSuchGolden, BadPin."""
    return write_again(hub, lambda c: _unpin(hub, c, golden_id, path, (by, reason)))


def end_due(hub: Hub) -> bool:
    """Lift the pins whose time is over; say whether more wait."""
    now = hub.db.now
    if not hub.db.read(lambda c: store.any_ended(c, now(c))):
        return False

    def work(connection: Connection) -> int:
        due = store.ended(connection, hub.db.now(connection), _AT_ONCE)
        for golden_id, path in due:
            try:
                _unpin(hub, connection, golden_id, path, ("rules", "its time is over"))
            except (NoSuchGolden, BadPin):  # lifted, or erased, meanwhile
                store.forget(connection, golden_id, path)
        return len(due)

    return write_again(hub, work) == _AT_ONCE


def _cluster(connection: Connection, golden_id: str) -> Cluster:
    found = goldens.goldens_by_id(connection, [golden_id]).get(golden_id)
    if found is None:
        raise NoSuchGolden(golden_id)
    clusters.lock(connection, [found.id])
    cluster = clusters.cluster_of(connection, found.id)
    if cluster is None:
        raise NoSuchGolden(golden_id)
    return cluster


def _pin(hub: Hub, connection: Connection, new: NewPin) -> Golden:
    golden, at = _cluster(connection, new.golden_id).golden, hub.db.now(connection)
    schema = entity_schema(golden.entity)
    if not new.reason.strip():
        raise BadPin("say why: the reason is shown with the value")
    if new.until is not None and new.until <= at:
        raise BadPin("the end lies in the past")
    list_path, element = split_path(new.path)
    spec = schema.specs.get(list_path)
    if spec is None or (element is None) is (spec.shape == "elements"):
        raise BadPin(f"{golden.entity} has no field {new.path} to pin")
    if new.path == PARENTS.get(golden.entity) and isinstance(new.value, str):
        _check_above(connection, golden, schema.specs[new.path].ref or "", new.value)
    until = to_microseconds(new.until) if new.until else None
    decision = pin_decision(
        new.value, by=new.by, at=to_microseconds(at), why=new.reason, until=until
    )
    pinned = settle_value(golden, new.path, new.value, decision)
    refused = schema.problems(pinned.body)
    if refused:
        raise BadPin("; ".join(f"{path}: {why}" for path, why in refused.items()))
    store.forget(connection, golden.id, new.path)
    if new.until is not None:
        store.remember(connection, golden.id, new.path, new.until)
    change = [new.value, golden.body.get(new.path), "pin", new.reason, new.by, []]
    _write(hub, connection, pinned, {new.path: change}, new.by)
    note(hub, connection, Deed(new.by, "golden.pinned", golden.id, {"field": new.path}))
    return pinned


def _check_above(connection: Connection, golden: Golden, entity: str, above: str) -> None:
    """Refuse to put a record below what is not there, or stands below it. Raises BadPin."""
    found = goldens.goldens_by_id(connection, [above]).get(above)
    if found is None or found.entity != entity or found.state is GoldenState.GONE:
        raise BadPin(f"there is no {entity} {above}")
    if stands_below(connection, above, golden.id):
        raise BadPin(f"{above} stands below this record, or is it: pick another")


def _unpin(
    hub: Hub, connection: Connection, golden_id: str, path: str, who: tuple[str, str]
) -> Golden:
    cluster = _cluster(connection, golden_id)
    golden = cluster.golden
    if not golden.decisions.get(path, {}).get("pin"):
        raise BadPin(f"{path} is not pinned")
    judging = judging_of(Gathering(hub, connection, locked=True), cluster)
    picked = rechoose(cluster, path, judging)
    by, reason = who
    why = f"the pin was lifted{f': {reason}' if reason else ''}"
    if picked is None:
        value, rule, source = None, "pin", by
    elif isinstance(picked, Tie):
        value, rule, source = golden.body.get(path), picked.rule, by
    else:
        value, rule, source = picked.winner.value, picked.rule, picked.winner.source
    lifted = settle_value(golden, path, value, None)
    if isinstance(picked, Tie):
        lifted = replace(lifted, held=lifted.held | {path})
    change: list[Value] = [value, golden.body.get(path), rule, why, source, []]
    store.forget(connection, golden.id, path)
    _write(hub, connection, lifted, {path: change}, by)
    if isinstance(picked, Tie):
        _ask(hub, connection, cluster, path, picked)
    note(hub, connection, Deed(by, "golden.unpinned", golden.id, {"field": path}))
    return lifted


def _ask(hub: Hub, connection: Connection, cluster: Cluster, path: str, tie: Tie) -> None:
    said = [c.contributions[path] for c in cluster.crossrefs if path in c.contributions]
    new = OpenConflict(
        kind=Kind.RIVAL_VALUES.value,
        entity=cluster.golden.entity,
        golden_id=cluster.golden.id,
        subject=path,
        connection=None,
        rule=tie.rule,
        why=tie.why,
        rivals=tuple(Rival(each.source, each.value, each.at) for each in said),
    )
    told = [NewConflict(hub.env.ids.new("cf"), new, None)]
    conflicts.open_many(connection, told, hub.db.now(connection))


def _write(
    hub: Hub, connection: Connection, golden: Golden, changes: dict[str, list[Value]], by: str
) -> None:
    """Write the new version, end what was in conflict about it, plan who must hear of it."""
    at, board = hub.db.now(connection), Board()
    load_family(connection, board, {golden.id})
    board.put_golden(golden)
    live = [each for each in hub.directory.connections().values() if each.state == "live"]
    plans = plan(board, golden, live, hub.env.ids.new, f"decided by {by}")
    write_board(connection, board, at)
    write_versions(connection, [Version(golden, changes, None, None, actor=f"person:{by}")], at)
    for path in changes:
        clusters.note_decision(connection, golden.id, path, golden.decisions.get(path))
    told = conflicts.open_of(connection, [golden.id])
    over = [
        each
        for each in told
        if each.kind == Kind.RIVAL_VALUES.value
        and each.subject in changes
        and each.subject not in golden.held
    ]
    closings = [Closing(each.id, by, {"why": "the value was pinned"}) for each in over]
    conflicts.close_many(connection, closings, at)
    close_events(connection, over, [each for each in told if each not in over], Outcome.APPLIED, at)
    write_plans(hub, connection, [(each, None) for each in plans], at)
