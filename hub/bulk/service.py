"""Carries a run from its first page to its end; killed anywhere, it goes on where it was.

Only while no worker lives: until its last phase nobody finds what a run has read.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from tempfile import TemporaryDirectory
from typing import Protocol, TypeVar

from ground.database import Connection
from hub.bulk import store
from hub.bulk.comparing import compare_stretch
from hub.bulk.model import Page, Phase, Prepared, Run, Stretch, Suspicion
from hub.bulk.preparing import prepare_page
from hub.conflicts import store as conflicts
from hub.connections.rules import State
from hub.effects.arrivals import announce_live
from hub.errors import BulkRefused
from hub.events import store as events
from hub.events.model import NewEvent
from hub.lanes import store as lanes
from hub.linking import service as linking
from hub.matching import store as matching
from hub.wiring import Hub
from hub.workers import store as workers
from master_data import store as golden_store
from master_data.forms.goldens import kinds_of
from master_data.index import store as index
from master_data.index.bulk import RunKeys, lay_out
from master_data.index.counting import Tally

__all__ = ["Source", "Spread", "Tell", "open_run", "take_in"]

T = TypeVar("T")
R = TypeVar("R")
_STRETCH = 5_000
_KEYS_AT_ONCE = 100_000
Source = Callable[[str | None], Iterable[Page]]
"""Returns the pages of a source behind a cursor."""
Tell = Callable[[Run], None]


class Spread(Protocol):
    """Does work on items by several processes; answers in the order of the items."""

    def __call__(self, work: Callable[[Hub, T], R], items: Iterable[T]) -> Iterator[R]:
        """Yield what `work(hub, item)` returns."""
        ...


def open_run(hub: Hub, connection_id: str, object_type: str) -> Run:
    """Return the run that is to be gone on with, or a new one. Raises BulkRefused."""
    mapping = hub.mapping(connection_id, object_type)
    if hub.connection(connection_id).state != State.ONBOARDING:
        raise BulkRefused(f"{connection_id} is approved already: only a first reading goes in bulk")
    if mapping.parts:
        raise BulkRefused(f"a record of {object_type} holds several things: it is read one by one")

    def write(connection: Connection) -> Run:
        now = hub.db.now(connection)
        if workers.alive(connection, now):
            raise BulkRefused(
                "a worker is at work: stop it first, nothing may be decided meanwhile"
            )
        if index.are_older_left(connection):
            raise BulkRefused(
                "some golden records are not in the index yet: let a worker run first"
            )
        known = store.of(connection, connection_id, object_type)
        if known is not None:
            return known
        new = Run(
            id=hub.env.ids.new("bl"),
            connection=connection_id,
            object_type=object_type,
            phase=Phase.READING,
            cursor=None,
            pages=0,
            read=0,
            taken=0,
            ordinary=0,
            suspects=0,
            mark=0,
            began_at=now,
            ended_at=None,
        )
        store.begin(connection, new)
        return new

    return hub.db.write(write)


def take_in(hub: Hub, run: Run, source: Source, spread: Spread, tell: Tell) -> Run:
    """Go on with a run to its end; `tell` is called after each step."""
    if run.phase is Phase.READING:
        run = _read(hub, run, source, spread, tell)
    if run.phase is Phase.COUNTING:
        run = _count(hub, run)
        tell(run)
    if run.phase in {Phase.COMPARING, Phase.INDEXING}:
        keys = RunKeys()
        hub.db.read(lambda c: _collect(c, run, keys))
        if run.phase is Phase.COMPARING:
            run = _compare(hub, run, keys, spread, tell)
        run = _index(hub, run, keys, tell)
    return run


def _move(connection: Connection, seen: Run, now: Run) -> Run:
    if not store.save(connection, now, seen):
        raise BulkRefused("another process goes on with this run")
    return now


def _read(hub: Hub, run: Run, source: Source, spread: Spread, tell: Tell) -> Run:
    begun: deque[tuple[Page, int]] = deque()
    unseen: deque[tuple[int, set[str]]] = deque()

    def asked() -> Iterator[tuple[Run, Page]]:
        for page in source(run.cursor):
            begun.append((page, run.pages))
            yield run, page

    for prepared in spread(prepare_page, asked()):
        page, seen = begun.popleft()
        while unseen and unseen[0][0] < seen:
            unseen.popleft()
        if any(not ids.isdisjoint(prepared.taken) for _, ids in unseen):
            prepared = prepare_page(hub, (run, page))  # noqa: PLW2901  shown twice, side by side
        unseen.append((run.pages, set(prepared.taken)))
        run = hub.db.write(partial(_keep, hub, run, page, prepared), synced=False)
        tell(run)
    return hub.db.write(lambda c: _move(c, run, replace(run, phase=Phase.COUNTING)))


def _keep(hub: Hub, run: Run, page: Page, prepared: Prepared, connection: Connection) -> Run:
    """Write a page: rows of what is taken, events of the rest, and how far the run is."""
    place = run.connection, run.object_type
    store.append(connection, prepared.goldens, prepared.crossrefs, prepared.versions)
    index.append_forms(connection, sorted(prepared.forms))
    if prepared.forms:
        store.insert_page(connection, run, prepared)
    now = hub.db.now(connection)
    if lanes.count(connection):
        mates = golden_store.crossrefs_by_external(connection, *place, prepared.taken)
        announce_live(connection, mates, now)
    new = [
        NewEvent.of(
            each,
            event_id=hub.env.ids.new("ev"),
            connection=run.connection,
            read_at=page.read_at,
        )
        for each in prepared.left
    ]
    if new:
        events.insert(connection, new, now)
    moved = replace(
        run,
        cursor=page.cursor,
        pages=run.pages + 1,
        read=run.read + page.size,
        taken=run.taken + len(prepared.taken),
        ordinary=run.ordinary + len(new),
    )
    return _move(connection, run, moved)


def _count(hub: Hub, run: Run) -> Run:
    """Count frequencies where nobody did yet, as a worker would: all paths weigh by the same."""
    kinds = kinds_of(hub.mapping(run.connection, run.object_type).entity)
    tally: Tally | None = None
    if kinds - hub.db.read(index.statistics_digests).keys():
        tally = Tally()
        tally.begin()
        while hub.db.read(tally.step):
            pass

    def write(connection: Connection) -> Run:
        if tally is not None:
            tally.save(connection)
        return _move(connection, run, replace(run, phase=Phase.COMPARING, mark=0))

    return hub.db.write(write)


def _collect(connection: Connection, run: Run, keys: RunKeys) -> None:
    for page in store.pages_of(connection, run.id):
        keys.add(*page)
    keys.close()


def _compare(hub: Hub, run: Run, keys: RunKeys, spread: Spread, tell: Tell) -> Run:
    records = len(keys.numbers)
    with TemporaryDirectory(prefix="rectoverso-bulk-") as folder:
        lay_out(keys, folder)
        stretches = [
            Stretch(run, folder, first, min(first + _STRETCH, records))
            for first in range(run.mark, records, _STRETCH)
        ]
        links: Counter[str] = Counter()
        for stretch, found in zip(stretches, spread(compare_stretch, stretches), strict=True):
            links.update(each.decision.other_id for each in found)
            often = {other for other, many in links.items() if many > hub.settings.link_fuse}
            write = partial(_doubt, hub, run, stretch.last, found, often)
            run = hub.db.write(write, synced=False)
            tell(run)
    return hub.db.write(lambda c: _move(c, run, replace(run, phase=Phase.INDEXING, mark=0)))


def _doubt(  # noqa: PLR0913, PLR0917 - a stretch, and who was suspected often
    hub: Hub,
    run: Run,
    mark: int,
    found: list[Suspicion],
    often: set[str],
    connection: Connection,
) -> Run:
    """Write who is perhaps the same as another: unconfirmed until a person decides."""
    now = hub.db.now(connection)
    store.suspect(connection, sorted({each.golden_id for each in found}))
    matching.log(connection, [each.decision for each in found], now)
    opened = [each.conflict for each in found]
    conflicts.open_many(connection, opened, now)
    linking.watch(hub, connection, [e for e in opened if e.conflict.subject in often], now)
    return _move(connection, run, replace(run, mark=mark, suspects=run.suspects + len(found)))


def _index(hub: Hub, run: Run, keys: RunKeys, tell: Tell) -> Run:
    ordered, numbers = keys.ordered()
    for first in range(run.mark, len(ordered), _KEYS_AT_ONCE):
        part = slice(first, first + _KEYS_AT_ONCE)
        rows = zip(ordered[part].tolist(), numbers[part].tolist(), strict=True)
        mark = min(first + _KEYS_AT_ONCE, len(ordered))
        run = hub.db.write(partial(_append_keys, run, mark, list(rows)), synced=False)
        tell(run)
    return hub.db.write(partial(_end, hub, run))


def _append_keys(run: Run, mark: int, rows: list[tuple[int, int]], connection: Connection) -> Run:
    index.append_keys(connection, rows)
    return _move(connection, run, replace(run, mark=mark))


def _end(hub: Hub, run: Run, connection: Connection) -> Run:
    store.forget_pages(connection, run.id)
    done = replace(run, phase=Phase.DONE, ended_at=hub.db.now(connection))
    return _move(connection, run, done)
