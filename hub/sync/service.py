"""Decides due lanes in batches: claim (tx), read hints (no tx), decide in memory, write (tx)."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from connectors.contract import Absent, Connector, SourceState
from connectors.errors import BatchRefused, ConnectorError
from ground.database import Connection, DatabaseBusy
from hub.connections import service as connections
from hub.effects import store as effects
from hub.effects.arrivals import free_arrived
from hub.events import store as events
from hub.events.model import Event
from hub.lanes import store as lanes
from hub.lanes.store import Lane, Lease
from hub.projection.board import Board, Place
from hub.projection.family import load_family
from hub.sync.deciding import Deciding, Verdict
from hub.sync.freshness import Choice, Hint, Known, Use, choose, is_outdated, readable_at
from hub.sync.references import overdue, without_record
from hub.sync.store import index_change, write
from hub.wiring import Hub
from master_data import store as golden_store
from master_data.errors import GoldenMoved
from master_data.model import CrossrefHead, CrossrefState

__all__ = ["decide_due"]

_log = structlog.get_logger(__name__)

BATCH = 100
TRIES = 4
WAIT_FOR_DELIVERY = timedelta(seconds=30)
WAIT_FOR_REFERENCE = timedelta(seconds=20)
MAX_ATTEMPTS = 5
AGAIN = timedelta(seconds=1)


@dataclass(slots=True)
class Turn:
    """One batch: the claimed lanes with their events, and what was read of them."""

    lease: Lease
    lanes: dict[str, Lane]
    events: dict[str, list[Event]] = field(default_factory=dict)
    board: Board = field(default_factory=Board)
    heads: dict[str, CrossrefHead] = field(default_factory=dict)
    choices: dict[str, Choice] = field(default_factory=dict)
    states: dict[str, SourceState | Absent] = field(default_factory=dict)
    read_at: dict[str, datetime] = field(default_factory=dict)
    unread: dict[Place, Exception] = field(default_factory=dict)
    """Records that cannot be read, and why."""
    asked: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    """References that were asked for, and those of them that are not there."""
    ahead: timedelta = timedelta(0)
    """How far the database's time is ahead of this host's clock."""

    def now(self, hub: Hub) -> datetime:
        """Return the database's time without asking it."""
        return hub.env.clock.now() + self.ahead

    def is_late(self, hub: Hub) -> bool:
        """Say whether half of the lease is over."""
        return self.now(hub) - self.lease.now > (self.lease.until - self.lease.now) / 2

    def place(self, key: str) -> Place:
        """Return the external record a lane is about."""
        lane = self.lanes[key]
        return lane.connection, lane.object_type, lane.external_id

    def keep(self, held: AbstractSet[str]) -> None:
        """Forget the lanes that others have taken over meanwhile."""
        for each in (self.lanes, self.events, self.heads, self.choices, self.states):
            for key in each.keys() - held:
                del each[key]


def decide_due(hub: Hub, limit: int = BATCH) -> int:
    """Decide up to `limit` due lanes; return how many were claimed, 0 when nothing is due."""
    open_ids = hub.workable
    if not open_ids:
        return 0
    ahead = hub.db.read(lambda c: _ahead_if_due(hub, c, open_ids))
    if ahead is None:
        return 0
    now = hub.env.clock.now() + ahead
    lease = Lease(hub.claims.token(hub.env.ids), now, now + timedelta(seconds=hub.settings.lease))
    with hub.claims.held(hub.env.clock, lease.token):
        claimed = hub.db.write(lambda c: _claim(c, open_ids, limit, lease), synced=False)
        if claimed:
            _decide_all(hub, Turn(lease, {lane.key: lane for lane in claimed}, ahead=ahead))
    return len(claimed)


def _decide_all(hub: Hub, turn: Turn) -> None:
    """Decide a batch; one that fails is decided lane by lane, for a neighbour may be to blame.

    A lane that fails alone is tried again when its lease ends.
    """
    lanes_of = dict(turn.lanes)
    try:
        _decide(hub, turn)
    except DatabaseBusy:
        raise
    except Exception:
        if len(lanes_of) == 1:
            raise
        _log.exception("lanes.failed", lanes=len(lanes_of))
        for key, lane in lanes_of.items():
            try:
                _decide(hub, Turn(turn.lease, {key: lane}, ahead=turn.ahead))
            except DatabaseBusy:
                raise
            except Exception:  # noqa: BLE001 - one broken lane must not stop its neighbours
                _log.exception("lane.failed", lane=key)


def _ahead_if_due(hub: Hub, connection: Connection, open_ids: list[str]) -> timedelta | None:
    """Return how far the database's time is ahead of ours; None when no lane is due by it."""
    ahead = hub.ahead(connection)
    due = lanes.any_due(connection, open_ids, hub.env.clock.now() + ahead)
    return ahead if due else None


def _claim(connection: Connection, open_ids: Sequence[str], limit: int, lease: Lease) -> list[Lane]:
    """Claim lanes; those whose delivery is under way wait for its answer."""
    claimed = lanes.claim(connection, open_ids, limit=limit, lease=lease)
    under_way = effects.busy(connection, [lane.key for lane in claimed], lease.now)
    for lane in claimed:
        if lane.key in under_way:
            lanes.postpone(
                connection,
                lease,
                [lane],
                until=lease.now + WAIT_FOR_DELIVERY,
                waits_for=f"effect:{under_way[lane.key]}",
            )
    return [lane for lane in claimed if lane.key not in under_way]


def _decide(hub: Hub, turn: Turn) -> None:
    """Gather, decide and write; what moved meanwhile is decided again."""
    for tried in range(TRIES):
        hub.db.read(lambda c: _gather(hub, turn, c))
        _read_hints(hub, turn)
        verdict = _judge(hub, turn)
        if overdue(turn.lanes, verdict.waiting, turn.asked):
            verdict = _judge_again(hub, turn, verdict)
        verdict.index = index_change(turn.board)
        try:
            hub.db.write(lambda c, verdict=verdict: _write(hub, turn, verdict, c), synced=False)  # type: ignore[misc]
        except GoldenMoved:
            _log.info("lanes.moved", lanes=len(turn.lanes), tried=tried + 1)
            continue
        if verdict.parked:
            hub.directory.refresh()
        if verdict.deliveries:
            hub.doorbell.ring()
        return
    hub.db.write(lambda c: lanes.release(c, turn.lease.token, list(turn.lanes), hub.db.now(c)))


def _gather(hub: Hub, turn: Turn, connection: Connection) -> None:
    """Read the events of the lanes; of those with news, the golden records with all crossrefs."""
    keys = list(turn.lanes)
    turn.board = Board()
    seen = {key: {each.id for each in turn.events.get(key, ())} for key in turn.states}
    turn.events = events.to_judge(connection, keys)
    for key, ids in seen.items():  # what came after the read is not in it
        turn.events[key] = [each for each in turn.events.get(key, []) if each.id in ids]
    turn.heads = _heads(turn, connection)
    for key, told in turn.events.items():
        can = hub.connector(turn.lanes[key].connection).capabilities
        if told and key not in turn.states:
            head, comparable = turn.heads.get(key), can.comparable_version
            turn.choices[key] = choose(told, head, comparable=comparable, lag=can.read_lag)
    _doubt(turn, connection)
    news = [key for key, choice in turn.choices.items() if not isinstance(choice, Known)]
    golden_ids = {turn.heads[key].golden_id for key in news if key in turn.heads}
    unlinked = [key for key in news if key not in turn.heads]
    claimed = {e.client_key for key in unlinked for e in turn.events[key] if e.client_key}
    if claimed:
        own = golden_store.crossrefs_by_id(connection, claimed)
        golden_ids |= {each.golden_id for each in own.values()}
    if golden_ids:
        load_family(connection, turn.board, golden_ids)


def _doubt(turn: Turn, connection: Connection) -> None:
    """Have records read that are not live and were told of as deleted: this may be from before."""
    unsure = [
        key
        for key, choice in turn.choices.items()
        if isinstance(choice, Use)
        and ((head := turn.heads.get(key)) is None or head.state is not CrossrefState.LIVE)
    ]
    if unsure:
        for key in events.told_deleted(connection, unsure):
            turn.choices[key] = Hint(turn.choices[key].event)


def _heads(turn: Turn, connection: Connection) -> dict[str, CrossrefHead]:
    """Return lane -> what is known of its record without reading it."""
    found: dict[str, CrossrefHead] = {}
    places = {key: turn.place(key) for key in turn.lanes}
    for connection_id, object_type in {place[:2] for place in places.values()}:
        mine = {p[2]: key for key, p in places.items() if p[:2] == (connection_id, object_type)}
        heads = golden_store.heads_by_external(connection, connection_id, object_type, list(mine))
        found |= {mine[head.external_id]: head for head in heads if head.external_id is not None}
    return found


def _read_hints(hub: Hub, turn: Turn) -> None:
    """Read the records whose events are only hints; lanes of a failing connection wait.

    Each is read once; one that was told of since the last try may be a hint by now. What was never
    read must not be judged: it would count as not there.
    """
    wanted: dict[tuple[str, str], list[str]] = {}
    for key, choice in list(turn.choices.items()):
        if key in turn.states or turn.place(key) in turn.unread or not isinstance(choice, Hint):
            continue
        if not _waits_for_lag(hub, turn, key, choice):
            wanted.setdefault(turn.place(key)[:2], []).append(key)
    for (connection_id, _), keys in wanted.items():
        connector = hub.connector(connection_id)
        size = connector.capabilities.bulk_read
        for start in range(0, len(keys), size):
            if turn.is_late(hub):
                _leave(hub, turn, keys[start:])
                break
            _read_chunk(hub, turn, connector, keys[start : start + size])


def _leave(hub: Hub, turn: Turn, keys: Sequence[str]) -> None:
    """Give lanes back that a slow system leaves no time for: their next claim reads them."""
    now = turn.now(hub)
    hub.db.write(lambda c: lanes.release(c, turn.lease.token, keys, now), synced=False)
    turn.keep(turn.lanes.keys() - set(keys))


def _read_chunk(hub: Hub, turn: Turn, connector: Connector, chunk: list[str]) -> None:
    """Read the records of some lanes of one feed, fewer at a time if the answer is too large."""
    connection_id, object_type, _ = turn.place(chunk[0])
    began, pause = turn.now(hub), timedelta(seconds=hub.settings.probe_every)
    try:
        found = connector.read(object_type, [turn.place(key)[2] for key in chunk])
    except BatchRefused as error:
        middle = len(chunk) // 2
        if middle:
            _read_chunk(hub, turn, connector, chunk[:middle])
            _read_chunk(hub, turn, connector, chunk[middle:])
        elif turn.lanes[chunk[0]].attempts < MAX_ATTEMPTS:
            _put_off(hub, turn, chunk, turn.now(hub) + pause)
        else:
            turn.unread[turn.place(chunk[0])] = error
    except ConnectorError as error:
        connections.report_failure(hub, connection_id, error)
        _put_off(hub, turn, chunk, turn.now(hub) + pause)
    else:
        for key in chunk:
            _take_read(hub, turn, key, found.get(turn.place(key)[2], Absent()), began)


def _waits_for_lag(hub: Hub, turn: Turn, key: str, choice: Hint) -> bool:
    """Put a lane off whose record would perhaps be shown as it was before."""
    lag = hub.connector(turn.lanes[key].connection).capabilities.read_lag
    if not lag:
        return False
    due = readable_at(choice.event, turn.heads.get(key), lag)
    if due <= turn.now(hub):
        return False
    _put_off(hub, turn, [key], due)
    return True


def _take_read(
    hub: Hub, turn: Turn, key: str, state: SourceState | Absent, began: datetime
) -> None:
    """Take what was read, unless it is older than what is known: then it is read again soon."""
    lane, event = turn.lanes[key], turn.choices[key].event
    can = hub.connector(lane.connection).capabilities
    outdated = (
        can.comparable_version
        and isinstance(state, SourceState)
        and is_outdated(state, event, turn.heads.get(key))
    )
    if outdated and lane.attempts < MAX_ATTEMPTS:
        _put_off(hub, turn, [key], turn.now(hub) + max(AGAIN, timedelta(0, can.read_lag)))
        return
    turn.states[key] = state
    turn.read_at[key] = began


def _put_off(hub: Hub, turn: Turn, keys: Sequence[str], until: datetime) -> None:
    """Give lanes back whose record could not be read."""
    put_off = [turn.lanes[key] for key in keys]
    hub.db.write(lambda c: lanes.postpone(c, turn.lease, put_off, until=until), synced=False)
    turn.keep(turn.lanes.keys() - set(keys))


def _judge(hub: Hub, turn: Turn) -> Verdict:
    """Decide every lane in memory."""
    deciding = Deciding(hub, turn.board, turn.missing)
    deciding.broken |= turn.unread
    deciding.see_all(
        [
            (turn.place(key), turn.choices[key], turn.states.get(key), turn.read_at.get(key))
            for key in turn.lanes
            if key in turn.choices
        ]
    )
    for key, told in turn.events.items():
        if key in turn.choices:
            choice = turn.choices[key]
            if isinstance(choice, Known):
                deciding.known(choice, told, turn.heads[key].golden_id)
            else:
                deciding.decide(turn.lanes[key], choice, told)
    return deciding.finish()


def _judge_again(hub: Hub, turn: Turn, verdict: Verdict) -> Verdict:
    """Ask for references that lanes have long waited for, and decide with what is not there."""
    while names := overdue(turn.lanes, verdict.waiting, turn.asked):
        turn.asked |= names
        turn.missing |= without_record(hub, names)
        hub.db.read(lambda c: _gather(hub, turn, c))
        _read_hints(hub, turn)
        verdict = _judge(hub, turn)
    return verdict


def _write(hub: Hub, turn: Turn, verdict: Verdict, connection: Connection) -> None:
    """Write the verdict of the lanes that are still ours, then serve them."""
    now = hub.db.now(connection)
    held = lanes.held(connection, turn.lease.token, list(turn.lanes))
    if len(held) != len(turn.lanes):
        turn.keep(held)
        raise GoldenMoved
    for key, (name, *_) in verdict.waiting.items():
        if key in turn.lanes:
            until = now + WAIT_FOR_REFERENCE
            lanes.postpone(connection, turn.lease, [turn.lanes[key]], until=until, waits_for=name)
    write(hub, connection, turn.board, verdict, now)
    free_arrived(connection, {names[0] for names in verdict.waiting.values()}, now)
    done = [lane for key, lane in turn.lanes.items() if key not in verdict.waiting]
    if done:
        lanes.serve(connection, turn.lease.token, done, now)
