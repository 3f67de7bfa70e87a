"""What a claimed effect will write: the projection of golden on the record as last read. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Write
from hub.effects.rules import loops
from hub.effects.store import Effect
from hub.sync.links import Links
from hub.sync.rules import stale_paths
from hub.sync.views import view_of
from mappings import CompiledMapping, Outbound
from master_data.fields import EntitySchema
from master_data.model import Base, Crossref, CrossrefState, Golden, Value, split_path


@dataclass(frozen=True, slots=True)
class Frozen:
    """A write and the golden values behind it, by path.

    `looping`: path -> reason, held from now on; `missing`: records that optional references wait for;
    `fields`: app field -> golden paths that feed it.
    """

    effect: Effect
    crossref: Crossref
    write: Write
    paths: dict[str, Value]
    mapping_version: int
    looping: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    fields: dict[str, list[str]] = field(default_factory=dict)

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
    """The crossref shows golden already; `base`: what is agreed although it was spelled differently."""

    effect: Effect
    crossref: Crossref
    reason: str
    base: dict[str, Base] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wait:
    """A required reference has no record there yet: `name` frees the effect."""

    effect: Effect
    name: str


def freeze(
    effect: Effect,
    crossref: Crossref,
    golden: Golden,
    mapping: CompiledMapping,
    schema: EntitySchema,
    *,
    links: Links,
    now: int,
    reads: Callable[[Mapping[str, Any], Crossref], Mapping[str, Value]],
) -> Frozen | Nothing | Wait:
    """Return what to send for one claimed effect.

    `reads(record, crossref)` gives path -> words of a record, to keep base exact.
    """
    if crossref.state is CrossrefState.GONE:
        return Nothing(effect, crossref, "the record is gone there")
    stale = stale_paths(golden, crossref, mapping.out_paths, mapping.out_lists)
    looping = {
        path: why
        for path in stale
        if (why := loops(crossref.writes.get(path, ()), golden.body.get(path), now)) is not None
    }
    stale = [path for path in stale if path not in looping]
    if not stale:
        return Nothing(effect, crossref.with_(held=crossref.held | looping), "nothing differs")
    body = _shown(golden, crossref, stale)
    outbound = mapping.to_system(view_of(body, crossref.elements, schema), crossref.record, links)
    required = set(schema.schema.get("required", ()))
    for path, unresolved in outbound.unresolved.items():
        if path in required:
            return Wait(effect, f"{crossref.connection}:{unresolved.external_id}")
    left_out = {*outbound.unresolved, *outbound.problems}
    paths = {path: golden.body.get(path) for path in stale if path not in left_out}
    held = {path: problem.reason for path, problem in outbound.problems.items()}
    crossref = crossref.with_(held=crossref.held | looping | held)
    missing = tuple(
        f"{crossref.connection}:{each.external_id}" for each in outbound.unresolved.values()
    )
    values = _wanted(outbound, crossref, stale)
    if not values:
        words = reads(crossref.record or {}, crossref)
        base = {path: Base(words.get(path), value) for path, value in paths.items()}
        return Nothing(effect, crossref, "it shows these values already", base)
    write = Write(
        key=crossref.id,
        external_id=crossref.external_id,
        values=values,
        expected_version=crossref.remote_version,
    )
    fields = {name: sorted(outbound.sources.get(name, ())) for name in values}
    return Frozen(effect, crossref, write, paths, mapping.version, looping, missing, fields)


def _shown(golden: Golden, crossref: Crossref, stale: list[str]) -> dict[str, Value]:
    """Return the body this write brings: golden in the stale paths, what was agreed in all others."""
    if crossref.record is None:
        held = {*golden.held, *crossref.held}
        return {
            path: value
            for path, value in golden.body.items()
            if held.isdisjoint({path, split_path(path)[0]})
        }
    body = {path: base.golden for path, base in crossref.base.items() if base.golden is not None}
    for path in stale:
        value = golden.body.get(path)
        if value is None:
            body.pop(path, None)
        else:
            body[path] = value
    return body


def _wanted(outbound: Outbound, crossref: Crossref, stale: list[str]) -> dict[str, Any]:
    """Keep the app fields that a stale path feeds: a field nobody judged yet is not ours to write."""
    if crossref.record is None:
        return dict(outbound.values)
    fed = {*stale, *(split_path(path)[0] for path in stale)}
    return {
        field: value
        for field, value in outbound.values.items()
        if not fed.isdisjoint(outbound.sources.get(field, ()))
    }
