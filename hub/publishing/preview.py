"""What publishing a mapping would do: worked out by the steps that would do it; nothing is written.

Not foreseen: what systems answer (a number they give, a word they spell otherwise).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ground.instants import to_microseconds
from hub.effects.freezing import Claimed, Frozen, Nothing, Wait, freeze
from hub.effects.model import Effect
from hub.effects.rules import EffectState
from hub.mapping_versions import store
from hub.mapping_versions.model import MappingRef
from hub.mapping_versions.shelf import compiled
from hub.projection.board import Board
from hub.projection.family import load_family
from hub.projection.links import Links
from hub.projection.planning import CREATE, Plan, publishes
from hub.projection.views import sight_of, view_of
from hub.publishing.model import FoundWrite, Preview, RecordChange
from hub.remapping.family import Target, clocks_of, remap_family
from hub.remapping.service import plans_of
from hub.wiring import Hub
from mappings import CompiledMapping
from master_data.fields import entity_schema, title_of_record
from master_data.model import Crossref, CrossrefState, Golden, Value

__all__ = ["preview"]

_PAGE = 200


@dataclass(slots=True)
class _Page:
    """One page of golden records, and the board they are worked on."""

    hub: Hub
    target: Target
    at: int
    board: Board = field(default_factory=Board)
    links: dict[str, Links] = field(default_factory=dict)

    def links_of(self, connection_id: str) -> Links:
        """Return the references of one connection."""
        known = Links(self.hub.db, connection_id, self.board)
        return self.links.setdefault(connection_id, known)

    def mapping(self, crossref: Crossref) -> CompiledMapping:
        """Return the mapping by which a record would be written."""
        at_target = (crossref.connection, crossref.object_type) == (
            self.target.connection,
            self.target.object_type,
        )
        if at_target and crossref.mapping_version in {0, self.target.mapping.version}:
            return self.target.mapping
        return self.hub.mapping(crossref.connection, crossref.object_type, crossref.mapping_version)


def preview(  # noqa: PLR0913 - which text, over which records
    hub: Hub,
    ref: MappingRef,
    text: str,
    number: int,
    *,
    last: int | None = None,
    only: Sequence[str] | None = None,
) -> Preview:
    """Run a sound text, as that version, over stored records of its entity.

    `last`: only as many that changed last; `only`: only these golden records. Raises
    DocumentRefused if the text is no mapping.
    """
    mapping = compiled(text, str(ref), number)
    target = Target(
        ref.connection,
        ref.object_type,
        mapping,
        lambda number: hub.mapping(ref.connection, ref.object_type, number),
        to_microseconds(hub.env.clock.now()),
    )
    now = hub.env.clock.now()
    found = Preview(ref, mapping.version)
    pages = _pages(hub, mapping.entity, last) if only is None else _cut(only)
    for ids in pages:
        page = _Page(hub, target, to_microseconds(now))
        hub.db.read(lambda c, page=page, ids=ids: load_family(c, page.board, set(ids)))  # type: ignore[misc]
        for golden_id in ids:
            if golden_id in page.board.goldens:
                _run(page, found, golden_id, now)
    found.calls = _calls(hub, found)
    return found


def _pages(hub: Hub, entity: str, last: int | None) -> Iterator[Sequence[str]]:
    if last is not None:
        yield from _cut(hub.db.read(lambda c: store.latest_goldens(c, entity, last)))
        return
    after = ""
    while ids := hub.db.read(lambda c, after=after: store.page_of_goldens(c, entity, after, _PAGE)):  # type: ignore[misc]
        yield ids
        after = ids[-1]


def _cut(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (ids[start : start + _PAGE] for start in range(0, len(ids), _PAGE))


def _run(page: _Page, found: Preview, golden_id: str, now: datetime) -> None:
    board, target = page.board, page.target
    before = board.goldens[golden_id]
    links = page.links_of(target.connection)
    made = remap_family(board, golden_id, target, links, clocks_of(page.hub))
    plans = plans_of(page.hub, board, golden_id, target, made)
    writes = [each for plan in plans if (each := _write(page, found, plan, now)) is not None]
    change = RecordChange(
        golden_id=golden_id,
        title=title_of_record(before.entity, before.body),
        fields=_fields(before, board.goldens[golden_id]),
        writes=tuple(writes),
        failures={c.subject.partition(":")[2]: c.why for each in made for c in each.conflicts},
        released=tuple(path for each in made for path in each.released),
        waits=tuple(path for each in made for path in each.waits),
        begins=any(each.operation == CREATE for each in plans),
        ceases=_ceases(page, golden_id),
    )
    found.looked_at += 1
    if change.is_something:
        found.records.append(change)


def _fields(before: Golden, after: Golden) -> dict[str, tuple[Value, Value]]:
    """Return path -> (old, new) of the golden values that would change."""
    paths = sorted({*before.body, *after.body})
    pairs = {path: (before.body.get(path), after.body.get(path)) for path in paths}
    return {path: pair for path, pair in pairs.items() if pair[0] != pair[1]}


def _ceases(page: _Page, golden_id: str) -> bool:
    """Say whether the record belongs there now and would not any more; it is left alone there."""
    target, board = page.target, page.board
    live = any(
        each.connection == target.connection
        and each.object_type == target.object_type
        and each.state is CrossrefState.LIVE
        for each in board.crossrefs_of(golden_id)
    )
    golden = board.goldens[golden_id]
    now = page.hub.mapping(target.connection, target.object_type)
    return live and publishes(now, golden) and not publishes(target.mapping, golden)


def _write(page: _Page, found: Preview, planned: Plan, now: datetime) -> FoundWrite | None:
    """Freeze a planned write as a delivery would; None: nothing is to be sent."""
    crossref = planned.crossref
    golden = page.board.goldens[crossref.golden_id]
    mapping = page.mapping(crossref)
    claimed = Claimed(
        _effect(planned, now), crossref, golden, mapping, entity_schema(golden.entity)
    )
    links = page.links_of(crossref.connection)

    def reads(record: Any, of: Crossref) -> dict[str, Value]:  # noqa: ANN401 - a record
        schema = entity_schema(golden.entity)
        view = view_of(golden.body, of.elements, schema)
        inbound = mapping.to_golden(dict(record), view, links)
        sight = sight_of(inbound, of, golden.body, schema, page.hub.env.ids.new)
        return {path: reading.words for path, reading in sight.readings.items()}

    made = freeze(claimed, links=links, now=page.at, reads=reads)
    match made:
        case Frozen():
            record = crossref.record or {}
            return FoundWrite(
                connection=crossref.connection,
                object_type=crossref.object_type,
                external_id=crossref.external_id,
                operation=planned.operation,
                values=made.write.values,
                before={name: record.get(name) for name in made.write.values},
                unsent={p: made.crossref.held[p] for p in _newly_held(crossref, made.crossref)},
            )
        case Wait():
            found.waiting += 1
            return None
        case Nothing():
            return None


def _newly_held(before: Crossref, after: Crossref) -> list[str]:
    return sorted(after.held.keys() - before.held.keys())


def _effect(planned: Plan, now: datetime) -> Effect:
    crossref = planned.crossref
    return Effect(
        id="",
        crossref_id=crossref.id,
        golden_id=crossref.golden_id,
        connection=crossref.connection,
        object_type=crossref.object_type,
        lane=crossref.lane,
        operation=planned.operation,
        state=EffectState.PLANNED,
        event_id=None,
        reason=planned.reason,
        waits_for=None,
        due_at=now,
        token=None,
        attempts=0,
        planned_at=now,
        sent_at=None,
        settled_at=None,
        frozen=None,
        answer=None,
    )


def _calls(hub: Hub, found: Preview) -> dict[str, int]:
    """Return connection -> requests: a system takes so many records of one kind at a time."""
    many: dict[tuple[str, str], int] = {}
    for each in found.writes:
        place = each.connection, each.object_type
        many[place] = many.get(place, 0) + 1
    calls: dict[str, int] = {}
    for (connection_id, _), count in many.items():
        size = max(1, hub.connector(connection_id).capabilities.bulk_write)
        calls[connection_id] = calls.get(connection_id, 0) + -(-count // size)
    return calls
