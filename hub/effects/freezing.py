"""What a claimed effect will write: the projection of golden on the record as last read. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Write
from hub.effects.model import Effect
from hub.effects.rules import DELETE, loops
from hub.projection.links import Links
from hub.projection.rules import stale_paths
from hub.projection.views import view_of
from mappings import CompiledMapping, Missing, Outbound, View
from master_data.fields import EntitySchema
from master_data.model import (
    Base,
    Crossref,
    CrossrefState,
    Golden,
    GoldenState,
    Value,
    element_path,
    split_path,
)


@dataclass(frozen=True, slots=True)
class Frozen:
    """A write and the golden values behind it, by path.

    `looping`: path -> reason, held from now on; `missing`: records that optional references
    wait for; `fields`: app field -> golden paths that feed it.
    """

    effect: Effect
    crossref: Crossref
    write: Write
    paths: dict[str, Value]
    mapping_version: int
    looping: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    fields: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_delete(self) -> bool:
        """Say whether the record is to be deleted instead of written."""
        return self.effect.operation == DELETE

    def to_json(self) -> dict[str, Any]:
        """Return the stored form."""
        return {
            "values": self.write.values,
            "external_id": self.write.external_id,
            "expected_version": self.write.expected_version,
            "paths": self.paths,
            "fields": self.fields,
            "missing": list(self.missing),
            "mapping_version": self.mapping_version,
        }


@dataclass(frozen=True, slots=True)
class Nothing:
    """The crossref shows golden already, perhaps in other words: its base says so from now on."""

    effect: Effect
    crossref: Crossref
    reason: str
    looping: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """A reference has no record there yet, and nothing can be sent without: `name` frees it."""

    effect: Effect
    name: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """One claimed effect beside the rows and the mapping it stands on."""

    effect: Effect
    crossref: Crossref
    golden: Golden
    mapping: CompiledMapping
    schema: EntitySchema


def freeze(
    claimed: Claimed,
    *,
    links: Links,
    now: int,
    reads: Callable[[Mapping[str, Any], Crossref], Mapping[str, Value]],
) -> Frozen | Nothing | Wait:
    """Return what to send for one claimed effect.

    `reads(record, crossref)` gives path -> words of a record, to keep base exact.
    """
    effect, crossref = claimed.effect, claimed.crossref
    golden, mapping = claimed.golden, claimed.mapping
    if effect.operation == DELETE:
        return _delete(claimed)
    off = _called_off(claimed)
    if off is not None:
        return Nothing(effect, crossref, off)
    stale = stale_paths(golden, crossref, mapping.outbound_paths, mapping.list_paths)
    looping = {
        path: why
        for path in stale
        if (why := loops(crossref.writes.get(path, ()), golden.body.get(path), now)) is not None
    }
    stale = [path for path in stale if path not in looping]
    if not stale:
        crossref = crossref.with_(held=crossref.held | looping)
        return Nothing(effect, crossref, "nothing differs", looping)
    view = _shown(golden, crossref, stale, claimed.schema)
    outbound = mapping.to_system(view, crossref.record, links)
    awaited = _awaited(outbound, links)
    if awaited is not None:
        return Wait(effect, f"{crossref.connection}:{awaited}")
    left_out = {*outbound.unresolved, *outbound.problems}
    paths = {path: golden.body.get(path) for path in stale if path not in left_out}
    held = {path: problem.reason for path, problem in outbound.problems.items()}
    if looping or held:
        crossref = crossref.with_(held=crossref.held | looping | held)
    missing = tuple(
        f"{crossref.connection}:{each.golden_id}" for each in outbound.unresolved.values()
    )
    if not outbound.values:
        words = reads(crossref.record or {}, crossref)
        agreed = {path: Base(words.get(path), value) for path, value in paths.items()}
        crossref = crossref.with_(base=crossref.base | agreed)
        return Nothing(effect, crossref, "it shows these values already", looping)
    write = Write(
        key=crossref.id,
        external_id=crossref.external_id,
        values=outbound.values,
        expected_version=crossref.remote_version,
    )
    fields = {name: sorted(outbound.sources.get(name, ())) for name in outbound.values}
    return Frozen(effect, crossref, write, paths, mapping.version, looping, missing, fields)


def _awaited(outbound: Outbound, links: Links) -> str | None:
    """Return the golden record without whose record there nothing can be sent."""
    for each in outbound.unresolved.values():
        if each.missing is not Missing.HOLD:
            return each.golden_id
        if not outbound.values and links.may_come(each.golden_id):
            return each.golden_id
    return None


def _delete(claimed: Claimed) -> Frozen | Nothing:
    """Return the delete of a record whose golden record is gone."""
    effect, crossref = claimed.effect, claimed.crossref
    if claimed.golden.state is not GoldenState.GONE:
        return Nothing(effect, crossref, "the golden record is there again")
    if crossref.state is not CrossrefState.LIVE or crossref.external_id is None:
        return Nothing(effect, crossref, "the record is gone there")
    write = Write(crossref.id, crossref.external_id, {}, crossref.remote_version)
    return Frozen(effect, crossref, write, {}, claimed.mapping.version)


def _called_off(claimed: Claimed) -> str | None:
    """Say why a write planned earlier must not be made any more."""
    crossref = claimed.crossref
    if crossref.state is CrossrefState.GONE:
        return "the record is gone there"
    if crossref.state is CrossrefState.FROZEN:
        return "the record is outside what the mapping accepts there"
    if not crossref.is_primary:
        return "another record there stands for this golden one"
    if crossref.external_id is None and not claimed.mapping.publishes(claimed.golden.body):
        return "it does not belong there any more"
    return None


def _shown(golden: Golden, crossref: Crossref, stale: list[str], schema: EntitySchema) -> View:
    """Return what this write brings: golden in the stale paths; of a stale list the rest as agreed.

    A path left out stays as the system has it: what nobody judged yet is not ours to write. What is
    not held is there for conditions and computed fields to look at.
    """
    held = {*golden.held, *crossref.held}
    free = {
        path: value
        for path, value in golden.body.items()
        if held.isdisjoint({path, split_path(path)[0]})
    }
    if crossref.record is None:
        return view_of(free, {}, schema)
    body = {path: base.golden for path, base in crossref.base.items() if base.golden is not None}
    body |= {path: golden.body.get(path) for path in stale}
    lists = {split_path(path)[0] for path in stale if split_path(path)[1]}
    shown = {
        path: value for path, value in body.items() if path in stale or split_path(path)[0] in lists
    }
    gone = [path for path, value in shown.items() if value is None and split_path(path)[1]]
    view = view_of({p: v for p, v in shown.items() if p not in gone}, crossref.elements, schema)
    kept = {
        each: frozenset(
            key
            for key, element in crossref.elements.get(each, {}).items()
            if element_path(each, element) not in shown
        )
        for each in lists
    }
    return View(
        scalars=view.scalars,
        elements={path: elements for path, elements in view.elements.items() if path in lists},
        kept={path: keys for path, keys in kept.items() if keys},
        context={path: value for path, value in free.items() if split_path(path)[1] is None},
    )
