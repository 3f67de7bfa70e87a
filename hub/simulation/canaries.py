"""Defences, each with a way to take it out: a seed must notice, or the simulator proves nothing.

Only the simulator can do this: it replaces functions of the hub in its own process, and puts them
back. Nothing of it is a setting.
"""

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ground.database import DatabaseBusy
from ground.statements import update_many
from hub.effects import freezing, sending, settling
from hub.events.model import Acceptance
from hub.projection import rules as projecting
from hub.simulation.profile import Options, narrow
from hub.sync import freshness
from hub.webhooks.group_commit import GroupCommit
from mappings import CompiledMapping
from master_data.model import Base, Crossref

__all__ = ["CANARIES", "RECORDED", "Canary", "Recorded", "removed"]

_Swap = tuple[str, str, Any]
_ORIGINAL_LAND = settling.land


@dataclass(frozen=True, slots=True)
class Canary:
    """One defence: what is lost without it, and what replaces which function."""

    why: str
    swaps: tuple[_Swap, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """Seeds of which one must notice, in a world told in words: see `profile.narrow`.

    More than one, for a change anywhere in the hub moves what a seed meets.
    """

    seeds: tuple[int, ...]
    world: str

    @property
    def options(self) -> Options:
        """Return the options of its seeds."""
        return narrow(self.world)


@contextmanager
def removed(name: str) -> Iterator[None]:
    """Take a defence out for a while."""
    before: list[tuple[Any, str, Any]] = []
    try:
        for place, attribute, other in CANARIES[name].swaps:
            holder = _holder(place)
            before.append((holder, attribute, getattr(holder, attribute)))
            setattr(holder, attribute, other)
        yield
    finally:
        for holder, attribute, original in reversed(before):
            setattr(holder, attribute, original)


def _holder(place: str) -> Any:  # noqa: ANN401 - a module, or a class in it
    module_name, _, class_name = place.partition(":")
    module = importlib.import_module(module_name)
    return getattr(module, class_name) if class_name else module


def _no_one_moved(_connection: Any, _versions: Mapping[str, int]) -> set[str]:  # noqa: ANN401
    return set()


def _all_held(_connection: Any, _token: str, lane_keys: Any) -> set[str]:  # noqa: ANN401
    return set(lane_keys)


def _serve_rung(connection: Any, token: str, served: Any, now: datetime) -> int:  # noqa: ANN401
    """End lanes although they were rung meanwhile."""
    del now
    query = "delete from lane where key = ? and token = ?"
    for each in served:
        connection.exec_driver_sql(query, (each.key, token))
    return len(served)


def _nothing_lost(*_args: Any) -> None:  # noqa: ANN401
    return None


def _trusting_land(crossref: Crossref, sent: Any, answer: Any, sight: Any) -> Any:  # noqa: ANN401
    """Take the whole answer for agreed, as if nobody else could have written."""
    landed = _ORIGINAL_LAND(crossref, sent, replace(answer, exclusive=True), sight)
    base = dict(landed.crossref.base)
    for path, reading in sight.readings.items():
        golden = sent.get(path, base[path].golden if path in base else reading.value)
        base[path] = Base(reading.words, golden)
    return replace(landed, crossref=landed.crossref.with_(base=base), inbound=False)


def _send_blindly(delivery: Any, object_type: str, batch: Any) -> Any:  # noqa: ANN401
    blind = [replace(e, write=replace(e.write, expected_version=None)) for e in batch]
    return _ORIGINAL_CALL(delivery, object_type, blind)


_ORIGINAL_CALL = sending._call  # noqa: SLF001 - taken out here and nowhere else


def _never_busy(_connection: Any, _lanes: Any, _now: datetime) -> dict[str, str]:  # noqa: ANN401
    return {}


def _latest_event(events: Any, _known: Any) -> freshness.Choice:  # noqa: ANN401
    """Take the last event told, whatever its version."""
    last = events[-1]
    return freshness.Use(last) if last.state is not None else freshness.Hint(last)


def _every_path(golden: Any, crossref: Any, paths: Any, listed: Any) -> list[str]:  # noqa: ANN401
    """Call every path stale as soon as one is."""
    stale = _ORIGINAL_STALE(golden, crossref, paths, listed)
    return sorted({*stale, *(p for p in paths if p in crossref.base)}) if stale else []


_ORIGINAL_STALE = projecting.stale_paths


@dataclass(frozen=True, slots=True)
class _WholeMapping:
    """A mapping that writes every value it is given, the same as before or not."""

    mapping: CompiledMapping

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a mapping has
        return getattr(self.mapping, name)

    def to_system(self, view: Any, _record: Any, links: Any) -> Any:  # noqa: ANN401
        return self.mapping.to_system(view, {}, links)


def _freeze_whole(claimed: Any, **given: Any) -> Any:  # noqa: ANN401
    whole: Any = _WholeMapping(claimed.mapping)
    return _ORIGINAL_FREEZE(replace(claimed, mapping=whole), **given)


_ORIGINAL_FREEZE = freezing.freeze


async def _ack_whatever(group: Any, notice: Any) -> Acceptance:  # noqa: ANN401
    """Say "accepted" even if it could not be stored."""
    try:
        return await _ORIGINAL_STORE(group, notice)
    except DatabaseBusy:
        return Acceptance.NEW


_ORIGINAL_STORE = GroupCommit.store


def _any_due(connection: Any, connection_ids: Any, now: datetime) -> bool:  # noqa: ANN401
    """Call due what nobody can claim now."""
    del connection_ids
    query = "select 1 from effect where state in ('planned', 'sent', 'unknown') and due_at <= ?"
    stamp = int(now.timestamp() * 1_000_000)
    return connection.exec_driver_sql(query, (stamp,)).first() is not None


def _nobody(*_args: Any) -> None:  # noqa: ANN401
    return None


def _no_plans(*_args: Any) -> list[Any]:  # noqa: ANN401
    return []


def _never(*_args: Any) -> bool:  # noqa: ANN401
    return False


def _always(*_args: Any) -> bool:  # noqa: ANN401
    return True


def _at_once(event: Any, *_args: Any) -> datetime:  # noqa: ANN401
    at: datetime = event.received_at
    return at


def _sent_again_at_once(connection: Any, connection_id: str, now: datetime, due: datetime) -> None:  # noqa: ANN401
    """Send again what a dead process had sent, without looking whether it landed."""
    del due
    query = (
        "update effect set state = 'planned', token = null where connection = ?"
        " and state in ('sent', 'unknown') and due_at <= ?"
    )
    stamp = int(now.timestamp() * 1_000_000)
    connection.exec_driver_sql(query, (connection_id, stamp))


def _unfenced(connection: Any, table: Any, rows: Any) -> None:  # noqa: ANN401
    """Write over whatever is there by now."""
    update_many(
        connection,
        table,
        ["id"],
        [{k: v for k, v in row.items() if k != "expected_version"} for row in rows],
    )


CANARIES: dict[str, Canary] = {
    "golden_fence": Canary(
        "golden records are written only over the version read",
        (("master_data.store", "_update_fenced", _unfenced),),
    ),
    "lane_fence": Canary(
        "a decider that lost its lane writes nothing", (("hub.lanes.store", "held", _all_held),)
    ),
    "rung": Canary(
        "a lane rung while it is served stays due", (("hub.lanes.store", "serve", _serve_rung),)
    ),
    "lost_effects": Canary(
        "writes of dead processes are resolved", (("hub.effects.store", "lost", _nothing_lost),)
    ),
    "intent": Canary(
        "what was sent is looked for before it is sent again",
        (("hub.effects.store", "lost", _sent_again_at_once),),
    ),
    "trust_answer": Canary(
        "an answer is agreed only in what was sent",
        (("hub.effects.settling", "land", _trusting_land),),
    ),
    "if_match": Canary(
        "a write carries the version it was made for",
        (("hub.effects.sending", "_call", _send_blindly),),
    ),
    "echo": Canary(
        "a lane waits while its delivery is under way",
        (("hub.effects.store", "busy", _never_busy),),
    ),
    "regress": Canary(
        "an older version never follows a newer one",
        (("hub.sync.freshness", "_by_version", _latest_event),),
    ),
    "full_write": Canary(
        "a write carries only what differs",
        (
            ("hub.effects.freezing", "stale_paths", _every_path),
            ("hub.effects.service", "freeze", _freeze_whole),
        ),
    ),
    "ack_early": Canary(
        "an answer of 2xx means stored",
        (("hub.webhooks.group_commit:GroupCommit", "store", _ack_whatever),),
    ),
    "claimable": Canary(
        "only what can be claimed is called due", (("hub.effects.due.store", "any_due", _any_due),)
    ),
    "own_creates": Canary(
        "a record that carries our key is our own create",
        (("hub.sync.deciding:Deciding", "_own", _nobody),),
    ),
    "sent_values": Canary(
        "a create is known again by what was sent",
        (("hub.sync.deciding:Deciding", "_under_way", _nobody),),
    ),
    "match_check": Canary(
        "nobody else made the same golden record meanwhile", (("hub.sync.store", "check", _nobody),)
    ),
    "record_lane": Canary(
        "an effect planned during its create follows the record",
        (("hub.effects.store", "follow", _nobody),),
    ),
    "overtaken": Canary(
        "what moved before or while it is written is written again",  # two that mend each other
        (
            ("master_data.store", "moved_goldens", _no_one_moved),
            ("hub.effects.answers", "_overtaken", _no_plans),
            ("hub.effects.answers", "_falls_behind", _never),
        ),
    ),
    "read_lag": Canary(
        "a system that lags is asked when it can answer",
        (
            ("hub.sync.service", "readable_at", _at_once),
            ("hub.sync.service", "is_outdated", _never),
        ),
    ),
    "search": Canary(
        "a keyless create is searched in a feed read since",
        (("hub.effects.searching", "_was_read_since", _always),),
    ),
    "normal_form": Canary(
        "a system's own form of our value is no edit",
        (("hub.effects.settling", "in_normal_form", _never),),
    ),
    "cursor": Canary(
        "a feed is read again behind its newest stamp",
        (("connectors.kit.memory_connector", "_OVERLAP", timedelta(0)),),
    ),
}


def _recorded(first: int, world: str) -> Recorded:
    """Return 24 seeds from `first` on in this world."""
    return Recorded(tuple(range(first, first + 24)), world)


_RENAMES = "one_record renames=1"
_MAKES = "creates=0.9 known=1"
RECORDED: dict[str, Recorded] = {
    "golden_fence": _recorded(
        0,
        f"{_RENAMES} second_worker crm:opaque_version erp:opaque_version"
        " latency=0.2 edits=8 gap=0.3",
    ),
    "lane_fence": _recorded(
        2,
        "stall=0.1 second_worker crm:opaque_version erp:opaque_version lease=30 poll_every=600"
        " latency=0.2 renames=1 creates=0.3 edits=30 gap=2",
    ),
    "rung": _recorded(3, "crowded crm:opaque_version erp:opaque_version"),
    "lost_effects": _recorded(8, "kill"),
    "intent": _recorded(
        0,
        "kill lifetime=2 crm:no_client_key erp:no_client_key latency=3 lease=30"
        " creates=0.9 edits=8 gap=2",
    ),
    "trust_answer": _recorded(
        1,
        "one_record renames=0.5 crm:unguarded erp:unguarded erp:no_notices"
        " latency=0.5 edits=8 gap=1",
    ),
    "if_match": _recorded(0, f"{_RENAMES} latency=0.5 edits=10 gap=0.3"),
    "echo": _recorded(5, "slow"),
    "regress": _recorded(0, f"{_RENAMES} notice_late=0.5 notice_doubled edits=6 gap=1"),
    "full_write": _recorded(3, "crowded erp:no_notices crm:unguarded erp:unguarded"),
    "ack_early": _recorded(1, "database_busy"),
    "claimable": _recorded(4, "crowded late_commit answer_lost"),
    "own_creates": _recorded(0, f"{_RENAMES} answer_lost=0.3 latency=3 known=0 edits=6 gap=0.2"),
    "sent_values": _recorded(0, "crm:no_client_key erp:no_client_key"),
    "match_check": _recorded(
        1, f"twins second_worker stall=0.1 latency=0.2 {_MAKES} edits=10 gap=0.05"
    ),
    "overtaken": _recorded(4, f"{_RENAMES} back=0.9 latency=3 edits=6 gap=1.5"),
    "read_lag": _recorded(
        2,
        f"{_RENAMES} crm:stale_reads erp:stale_reads crm:opaque_version erp:opaque_version"
        " poll_every=600 latency=0.05 edits=8 gap=2",
    ),
    "search": _recorded(
        2,
        "answer_lost=0.2 erp:no_client_key erp:no_notices poll_every=40 settles_within=5"
        f" latency=0.05 {_MAKES} edits=12 gap=3",
    ),
    "normal_form": _recorded(0, "erp:normalising erp:unguarded answer_lost"),
    "cursor": _recorded(8, "crm:no_notices erp:no_notices crm:slow_index erp:slow_index"),
}
