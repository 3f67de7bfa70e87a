"""What must hold: differences that must vanish once faults end, and what must hold for ever."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ground.database import Connection
from hub.conflicts import store as conflicts
from hub.conflicts.model import Conflict
from hub.effects import store as effects
from hub.events import store as events
from hub.lists import store as lists
from hub.projection.board import Board
from hub.projection.family import load_family
from hub.projection.links import Links
from hub.projection.views import sight_of, view_of
from master_data.fields import entity_schema
from master_data.model import Crossref, CrossrefState, Golden, GoldenState, split_path

if TYPE_CHECKING:  # the world is made of these checks too
    from hub.simulation.world import World

__all__ = ["differences", "lasting"]


def differences(world: "World") -> list[str]:
    """Return in which ways things are not settled yet; the first found stand for the rest."""
    db = world.hub.db
    open_effects = db.read(effects.counts)
    if open_effects:
        return [f"open effects {sorted(open_effects.items())}"]
    sheet = db.read(events.balance_sheet)
    if sheet.undecided or not sheet.is_even:
        return [f"{sheet.undecided} events undecided, even: {sheet.is_even}"]
    waiting = db.read(lambda c: c.exec_driver_sql("select count(*) from lane").scalar())
    if waiting:
        return [f"{waiting} lanes wait"]
    open_conflicts = db.read(_open_conflicts)
    if open_conflicts:
        first = open_conflicts[0]
        return [f"{len(open_conflicts)} conflicts open: {first.kind} {first.subject} {first.why}"]
    if sheet.open:
        return [f"{sheet.open} events open"]
    return [*unlinked(world), *unequal(world)]


def _open_conflicts(connection: Connection) -> list[Conflict]:
    page = lists.conflicts(connection, lists.Listed({"state": "open"}, None, 50))
    found = (conflicts.conflict_by_id(connection, row["id"]) for row in page.items)
    return [each for each in found if each is not None]


def _board(world: "World") -> Board:
    def read(connection: Connection) -> Board:
        board = Board()
        ids = {row[0] for row in connection.exec_driver_sql("select id from golden")}
        load_family(connection, board, ids)
        return board

    board: Board = world.hub.db.read(read)
    return board


def unlinked(world: "World") -> list[str]:
    """Return living records the hub knows nothing of."""
    board = _board(world)
    return [
        f"{name} {row.id} is not linked"
        for name, system in world.systems.items()
        for object_type in system.memory.object_types
        for row in system.memory.living(object_type)
        if (found := board.crossref_at((name, object_type, row.id))) is None
        or found.state is not CrossrefState.LIVE
    ]


def unequal(world: "World") -> list[str]:
    """Return fields in which a system does not show golden, and goldens that a system lacks."""
    board = _board(world)
    found: list[str] = []
    for golden in sorted(board.goldens.values(), key=lambda each: each.id):
        if golden.state is GoldenState.ACTIVE:
            found += _of_golden(world, board, golden)
    return found


def _of_golden(world: "World", board: Board, golden: Golden) -> Iterator[str]:
    for name in world.systems:
        opened = world.hub.connection(name)
        for object_type, mapping in opened.mappings.items():
            if mapping.entity != golden.entity:
                continue
            mine = [
                each
                for each in board.crossrefs_of(golden.id)
                if each.connection == name and each.object_type == object_type
            ]
            if not mine and mapping.publishes(golden.body):
                yield f"{name} has no record of {golden.id} {golden.body.get('name')}"
            for crossref in mine:
                if crossref.state is CrossrefState.LIVE and crossref.is_primary:
                    yield from _of_crossref(world, board, golden, crossref)


def _of_crossref(world: "World", board: Board, golden: Golden, crossref: Crossref) -> Iterator[str]:
    system = world.systems[crossref.connection]
    row = system.memory.row(crossref.object_type, crossref.external_id or "")
    if row is None or row.deleted:
        yield f"{crossref.connection} {crossref.external_id} is live but not there"
        return
    mapping = world.hub.mapping(crossref.connection, crossref.object_type)
    schema = entity_schema(golden.entity)
    links = Links(world.hub.db, crossref.connection, board)
    view = view_of(golden.body, crossref.elements, schema)
    inbound = mapping.to_golden(row.record(), view, links)
    sight = sight_of(inbound, crossref, golden.body, schema, lambda kind: f"{kind}_new")
    for path, reading in sorted(sight.readings.items()):
        shown = reading.value if reading.value not in ("", [], {}) else None
        wanted = golden.body.get(path)
        if shown != wanted and _is_written(mapping, path) and not _is_held(golden, crossref, path):
            if shown is None and _is_gone_there(board, crossref.connection, wanted):
                continue
            if system.has("normalising") and _folded(shown) == _folded(wanted):
                continue
            yield f"{crossref.connection} {row.id} {path} shows {shown!r}, golden says {wanted!r}"


def _is_written(mapping: Any, path: str) -> bool:  # noqa: ANN401 - CompiledMapping
    return path in mapping.outbound_paths or split_path(path)[0] in mapping.list_paths


def _is_held(golden: Golden, crossref: Crossref, path: str) -> bool:
    names = {path, split_path(path)[0]}
    return bool(names & set(golden.held) or names & set(crossref.held) or crossref.parked)


def _is_gone_there(board: Board, connection: str, wanted: Any) -> bool:  # noqa: ANN401 - any value
    """Say whether a value is a golden record whose own record people deleted in this system."""
    if not isinstance(wanted, str) or wanted not in board.goldens:
        return False
    there = [each for each in board.crossrefs_of(wanted) if each.connection == connection]
    return bool(there) and all(each.state is CrossrefState.GONE for each in there)


def _folded(value: Any) -> Any:  # noqa: ANN401 - a golden value
    return value.casefold() if isinstance(value, str) else value


def lasting(world: "World") -> list[str]:
    """Return what never may happen, whenever it did."""
    return [
        *_decided_twice(world),
        *_lost_notices(world),
        *_doubled_creates(world),
        *_doubled_goldens(world),
        *_lost_edits(world),
        *_wrong_winners(world),
        *_broken_provenance(world),
        *_removed(world),
        *_write_storm(world),
    ]


def _decided_twice(world: "World") -> list[str]:
    """Return events that left a closed outcome again; a trigger of the store notes them."""
    query = "select event_id, before, after from decided_twice order by event_id"
    rows = world.hub.db.read(lambda c: c.exec_driver_sql(query).all())
    return [f"{row[0]} was {row[1]} and became {row[2]}" for row in rows[:3]]


def _lost_notices(world: "World") -> list[str]:
    """Whatever was answered with 2xx is stored."""

    def read(connection: Connection) -> set[str]:
        rows = connection.exec_driver_sql("select notice_id from notice")
        return {row[0] for row in rows}

    stored = world.hub.db.read(read)
    lost = sorted(set(world.history.accepted) - stored)
    return [f"{len(lost)} accepted notices are not stored: {lost[0]}"] if lost else []


def _doubled_creates(world: "World") -> list[str]:
    """Return what was created twice: a crossref is created once in its system."""
    found: list[str] = []
    for name, system in world.systems.items():
        made = Counter(
            each.key
            for each in system.writes
            if each.created
            and (name, each.object_type, each.external_id) not in world.history.deleted
        )
        if system.has("no_client_key") and name in world.history.retried:
            continue  # the hub had asked
        found += [f"{name} made {key} {many} times" for key, many in made.items() if many > 1]
    return found


def _doubled_goldens(world: "World") -> list[str]:
    """Return numbers of which two golden records are in use, and no steward said they differ."""
    found: dict[str, list[str]] = {}
    for golden in _board(world).goldens.values():
        if golden.state is GoldenState.ACTIVE and golden.id not in world.history.parted:
            for path, value in golden.body.items():
                if path.startswith("tax_ids[") and isinstance(value, dict):
                    found.setdefault(str(value.get("value")), []).append(golden.id)
    return [
        f"{number} is {len(ids)} golden records: {', '.join(sorted(ids))}"
        for number, ids in sorted(found.items())
        if len(ids) > 1
    ]


def _lost_edits(world: "World") -> list[str]:
    """Return last edits that left no trace: no contribution, no agreed value, no refusal."""
    heard = world.hub.db.read(_heard)
    refused = world.hub.db.read(_refused)
    golden_ever = world.hub.db.read(_golden_ever)
    found: list[str] = []
    for (name, object_type, external_id, path), edit in sorted(world.history.last().items()):
        place = (name, object_type, external_id)
        if place in world.history.deleted:
            continue
        said = heard.get((*place, path), set())
        if edit.value in said or (*place, path) in refused or _same_form(world, edit, said):
            continue
        if world.systems[name].overwrote((object_type, external_id), edit.app, edit.at):
            continue  # the system cannot keep a write from an edit that nobody read yet
        if edit.value is None or _taken_back_unseen(world, edit, golden_ever.get(path, set())):
            continue  # set and taken back between two looks is no change
        found.append(
            f"lost: {name} {external_id} {path} = {edit.value!r}; heard {sorted(map(str, said))}"
        )
    return found


def _golden_ever(connection: Connection) -> dict[str, set[Any]]:
    """Return path -> every text it ever was in a golden record, rivals included."""
    told: dict[str, set[Any]] = {}
    for (changes,) in connection.exec_driver_sql("select changes from golden_version"):
        for path, change in json.loads(changes).items():
            values = [change[0], *(rival[1] for rival in change[5])]
            told.setdefault(path, set()).update(v for v in values if isinstance(v, str))
    return told


def _taken_back_unseen(world: "World", edit: Any, ever: set[Any]) -> bool:  # noqa: ANN401 - Edit
    """Say whether a person went back to an earlier value, and nobody saw what was in between."""
    rows = world.systems[edit.system].history.get((edit.object_type, edit.external_id), [])
    values = [row.values.get(edit.app) for row in rows]
    if edit.value not in values:
        return False
    last = len(values) - 1 - values[::-1].index(edit.value)
    first = last
    while first and values[first] == edit.value:
        first -= 1  # to what was there before the edit
    if edit.value not in values[:first]:
        return False
    before = first - 1 - values[:first][::-1].index(edit.value)
    return not ever & {str(each) for each in values[before:last] if each != edit.value}


def _same_form(world: "World", edit: Any, said: set[Any]) -> bool:  # noqa: ANN401 - Edit
    if not world.systems[edit.system].has("normalising"):
        return False
    return _folded(edit.value) in {_folded(each) for each in said}


def _heard(connection: Connection) -> dict[tuple[str, str, str, str], set[Any]]:
    """Return (system, object type, external id, path) -> every value the hub heard of there."""
    board = Board()
    ids = {row[0] for row in connection.exec_driver_sql("select id from golden")}
    load_family(connection, board, ids)
    told: dict[tuple[str, str, str, str], set[Any]] = {}
    for crossref in board.crossrefs.values():
        place = (crossref.connection, crossref.object_type, str(crossref.external_id))
        values = [(path, said.value) for path, said in crossref.contributions.items()]
        values += [(path, base.golden) for path, base in crossref.base.items()]
        for path, value in values:
            if value is None or isinstance(value, str):
                told.setdefault((*place, path), set()).add(value)
    return told


def _refused(connection: Connection) -> set[tuple[str, str, str, str]]:
    """Return (system, object type, external id, path) of fields with a visible refusal."""
    query = (
        "select connection, object_type, external_id, detail from event where detail is not null"
    )
    found = set()
    for name, object_type, external_id, detail in connection.exec_driver_sql(query):
        for path, result in (json.loads(detail).get("fields") or {}).items():
            if result[0] in {"rejected", "superseded", "conflict", "held"}:
                found.add((name, object_type, external_id, path))
    return found


def _wrong_winners(world: "World") -> list[str]:
    """Return golden values that nobody said last, in any system, and no steward took."""
    board = _board(world)
    last = world.history.last()
    found: list[str] = []
    paths = {each.golden for each in world.history.edits}
    for golden in board.goldens.values():
        if golden.state is not GoldenState.ACTIVE:
            continue
        mates = board.crossrefs_of(golden.id)
        for path in sorted(paths & golden.body.keys()):
            value = golden.body[path]
            places = [(m.connection, m.object_type, str(m.external_id), path) for m in mates]
            said = {_as_shown(world, last[each]) for each in places if each in last}
            said |= _said_before_its_end(world, places)
            taken = [v for (g, p), vs in world.history.taken.items() if p == path for v in vs]
            if said and value not in {*said, *taken} and not _made_twice(world, value, said):
                told = sorted(map(str, said))
                found.append(f"wrong winner: {golden.id} {path} = {value!r}, said last {told}")
    return found


def _made_twice(world: "World", value: Any, said: set[Any]) -> bool:  # noqa: ANN401 - any value
    """Say whether a value may be of a create that the steward had sent again though it had landed.

    Nothing tells such a record from one that people made, and it has its system's own form.
    """
    careless = any(
        system.has("normalising") and system.has("no_client_key") and name in world.history.retried
        for name, system in world.systems.items()
    )
    return careless and _folded(value) in {_folded(each) for each in said}


def _said_before_its_end(world: "World", places: Iterable[tuple[str, str, str, str]]) -> set[Any]:
    """Return every value of records that are deleted: their last one may not have been read."""
    ended = {each for each in places if each[:3] in world.history.deleted}
    edits = world.history.edits
    return {
        _as_shown(world, each)
        for each in edits
        if (each.system, each.object_type, each.external_id, each.golden) in ended
    }


def _as_shown(world: "World", edit: Any) -> Any:  # noqa: ANN401 - Edit
    """Return an edit's value as its own system keeps it."""
    place = (edit.object_type, edit.external_id)
    rows = world.systems[edit.system].history.get(place, [])
    kept = next((r.values.get(edit.app) for r in rows if _said(r, edit)), edit.value)
    return kept if isinstance(kept, str) or kept is None else edit.value


def _said(row: Any, edit: Any) -> bool:  # noqa: ANN401 - Row, Edit
    return bool(_folded(row.values.get(edit.app)) == _folded(edit.value))


def _broken_provenance(world: "World") -> list[str]:
    """Return golden records whose versions, replayed, do not give their present state."""

    def read(connection: Connection) -> dict[str, dict[str, Any]]:
        bodies: dict[str, dict[str, Any]] = {}
        query = "select golden_id, changes from golden_version order by golden_id, version"
        for golden_id, changes in connection.exec_driver_sql(query):
            body = bodies.setdefault(golden_id, {})
            for path, change in json.loads(changes).items():
                body[path] = change[0]
        return bodies

    replayed = world.hub.db.read(read)
    found: list[str] = []
    for golden in _board(world).goldens.values():
        body = {p: v for p, v in replayed.get(golden.id, {}).items() if v is not None}
        if body != golden.body and golden.state is not GoldenState.MERGED:
            paths = sorted(p for p in {*body, *golden.body} if body.get(p) != golden.body.get(p))
            found.append(f"provenance of {golden.id} does not replay: {paths[:3]}")
    return found


def _removed(world: "World") -> list[str]:
    """Nobody but people deleted anything."""
    return [
        f"{name} {row.id} was deleted by the hub"
        for name, system in world.systems.items()
        for object_type in system.memory.object_types
        for row in system.memory.rows[object_type].values()
        if row.deleted and (name, object_type, row.id) not in world.history.deleted
    ]


def _write_storm(world: "World") -> list[str]:
    writes = sum(len(each.writes) for each in world.systems.values())
    most = 12 * len(world.history.edits) + 20
    return [f"{writes} writes for {len(world.history.edits)} edits"] if writes > most else []
