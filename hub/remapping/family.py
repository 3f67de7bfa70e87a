"""Brings the records of one golden record to a mapping version, in memory."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from hub.projection.board import Board
from hub.projection.links import Links
from hub.projection.views import Sight, sight_of, view_of
from hub.remapping.model import Remapped, Step
from hub.remapping.rules import remap
from hub.wiring import Hub
from mappings import CompiledMapping, View
from master_data.fields import entity_schema
from master_data.merge import Weighing
from master_data.model import Crossref, CrossrefState, Flat, Golden, Value, split_path
from master_data.policies import default_policies
from master_data.survivorship import Clocks

__all__ = ["Target", "clocks_of", "remap_family"]

EXACT_MS = 2_000


@dataclass(frozen=True, slots=True)
class Target:
    """The mapping that records are brought to; `version_of(number)` is what they were read by.

    `at`: now, in micros.
    """

    connection: str
    object_type: str
    mapping: CompiledMapping
    version_of: Callable[[int], CompiledMapping]
    at: int


def clocks_of(hub: Hub) -> Clocks:
    """Return what is known of the clocks of all connections."""
    opened = hub.directory.connections().values()
    return Clocks(
        {each.id: each.rank for each in opened},
        frozenset(e.id for e in opened if e.skew_ms is not None and abs(e.skew_ms) < EXACT_MS),
    )


def remap_family(
    board: Board, golden_id: str, target: Target, links: Links, clocks: Clocks
) -> list[Remapped]:
    """Bring every record of one golden record that the target has to its version.

    The board holds the result; what is returned says what became of each.
    """
    done = []
    mates = sorted(board.crossrefs_of(golden_id), key=lambda each: each.id)
    for crossref in mates:
        if (crossref.connection, crossref.object_type) != (target.connection, target.object_type):
            continue
        if crossref.mapping_version in {0, target.mapping.version}:
            continue
        if crossref.record is None or crossref.state not in _READ:
            board.put_crossref(crossref.with_(mapping_version=target.mapping.version))
            continue
        made = _remap_one(board, crossref, target, links, clocks)
        board.put_crossref(made.crossref)
        if made.golden.version != board.goldens[golden_id].version:
            board.put_golden(made.golden)
        done.append(made)
    return done


_READ = (CrossrefState.LIVE, CrossrefState.FROZEN)


def _remap_one(
    board: Board, crossref: Crossref, target: Target, links: Links, clocks: Clocks
) -> Remapped:
    golden = board.goldens[crossref.golden_id]
    old, new = target.version_of(crossref.mapping_version), target.mapping
    look = _Look(crossref, links, new.version)
    step = Step(
        crossref=crossref,
        golden=golden,
        old=look.sight(old, golden),
        read=lambda beside: look.sight(new, beside),
        number=new.version,
        at=target.at,
        unblocked=look.unblocked(old, new, golden),
        unread=_only_written(new, crossref),
        moved=_moved(old, new, crossref),
        places=(_places(old), _places(new)),
    )
    return remap(
        step,
        entity_schema(golden.entity),
        Weighing(default_policies(), clocks, board.rivals_of(golden, crossref.id)),
    )


def _only_written(mapping: CompiledMapping, crossref: Crossref) -> dict[str, Value]:
    """Return path -> what the record shows of it, of paths that the mapping never reads."""
    record = crossref.record or {}
    return {
        path: record[min(places)]
        for path in mapping.outbound_paths - mapping.inbound_paths
        if (places := mapping.app_fields.get(path)) and places <= record.keys()
    }


def _moved(old: CompiledMapping, new: CompiledMapping, crossref: Crossref) -> dict[str, bool]:
    """Return path -> whether its system authored what stands at its new place in the app.

    Only of paths with another place than before, and of those that were only written. What another
    golden path was written to is a mirror of that one; a place nobody mapped is the system's own.
    """
    only_written = old.outbound_paths - old.inbound_paths
    mirrors = {
        place
        for path, places in old.app_fields.items()
        if path in only_written or not _authored(crossref, path)
        for place in places
    }
    moved = {
        path: mirrors.isdisjoint(places)
        for path, places in new.app_fields.items()
        if places != old.app_fields.get(path)
    }
    return moved | dict.fromkeys(only_written, False)


def _places(mapping: CompiledMapping) -> dict[str, str]:
    return {path: "|".join(sorted(places)) for path, places in mapping.app_fields.items()}


def _authored(crossref: Crossref, path: str) -> bool:
    said, base = crossref.contributions.get(path), crossref.base.get(path)
    return base is None or (said is not None and said.stands_in(base))


@dataclass(frozen=True, slots=True)
class _Look:
    """One stored record through one mapping or the other."""

    crossref: Crossref
    links: Links
    number: int

    def sight(self, mapping: CompiledMapping, golden: Golden) -> Sight:
        """Return the record in golden's paths; elements nobody knew get names of their own."""
        body = golden.body
        inbound = mapping.to_golden(
            self.crossref.record or {}, self._view(golden, body), self.links
        )
        schema = entity_schema(golden.entity)
        return sight_of(inbound, self.crossref, body, schema, self._names())

    def _view(self, golden: Golden, body: Flat) -> View:
        return view_of(body, self.crossref.elements, entity_schema(golden.entity))

    def _names(self) -> Callable[[str], str]:
        """Return names that are the same whenever this step is taken: a preview tells the truth."""
        given = iter(range(1_000_000))

        def name(prefix: str) -> str:
            seed = f"{self.crossref.id}|{self.number}|{next(given)}"
            digest = hashlib.sha256(seed.encode()).hexdigest()
            return f"{prefix}_{digest[:12]}7{digest[12:15]}8{digest[15:30]}"

        return name

    def unblocked(
        self, old: CompiledMapping, new: CompiledMapping, golden: Golden
    ) -> frozenset[str]:
        """Return the held paths that the new mapping writes otherwise: worth another attempt."""
        held = {split_path(path)[0] for path in self.crossref.held}
        if not held:
            return frozenset()
        body = {path: value for path, value in golden.body.items() if split_path(path)[0] in held}
        view = self._view(golden, body)
        before, after = (each.to_system(view, None, self.links) for each in (old, new))
        tops = {
            name
            for name in before.values.keys() | after.values.keys()
            if before.values.get(name) != after.values.get(name)
        }
        changed = {path for name in tops for path in after.sources.get(name, ())}
        return frozenset(
            path
            for path in self.crossref.held
            if path not in after.problems
            and (path in before.problems or split_path(path)[0] in changed)
        )
