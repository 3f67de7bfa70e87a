"""A mapping compiled once to closures: `to_golden` and `to_system`, both retentive."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from mappings import ops
from mappings.fields import BoundField, bind_field
from mappings.lists import BoundEach, bind_each
from mappings.paths import split_path, writer
from mappings.predicates import Test, compile_predicate
from mappings.reading import Reading
from mappings.view import NOBODY, Inbound, Json, Links, Outbound, Read, Record, View
from mappings.writing import Writing


@dataclass(frozen=True, slots=True)
class _Bound:
    """The rules of a mapping, compiled, by what they do."""

    inbound: list[BoundField] = field(default_factory=list)
    outbound: list[BoundField] = field(default_factory=list)
    lists: list[BoundEach] = field(default_factory=list)
    golden_constants: list[tuple[str, Json]] = field(default_factory=list)
    app_constants: list[tuple[str, Json]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CompiledMapping:
    """One mapping ready to run.

    `inbound_paths` and `outbound_paths`: scalar golden paths it reads and writes; `paths` both;
    `list_paths`: golden lists. `app_fields`: golden path -> the top-level app fields that hold it.
    """

    name: str
    entity: str
    object_type: str
    version: int
    inbound_paths: frozenset[str]
    outbound_paths: frozenset[str]
    list_paths: frozenset[str]
    app_fields: Mapping[str, frozenset[str]]
    sources: Mapping[str, frozenset[str]]
    _rules: _Bound
    _publishes: Test

    @property
    def paths(self) -> frozenset[str]:
        """Every scalar golden path this mapping knows, in either direction."""
        return self.inbound_paths | self.outbound_paths

    def publishes(self, golden_scalars: Mapping[str, Json]) -> bool:
        """Whether a golden record with these scalars belongs into the system (`publish when`)."""
        return self._publishes(golden_scalars)

    def to_golden(self, record: Record, golden_before: View | None, links: Links) -> Inbound:
        """Read a record; the golden value before stays wherever it already says the same."""
        inbound = Reading(record, golden_before, links)
        for name, value in self._rules.golden_constants:
            inbound.scalars[name] = Read(value, value)
        inbound.read_scalars(self._rules.inbound)
        for each in self._rules.lists:
            if each.direction.reads:
                inbound.read_list(each)
        return inbound.finished()

    def to_system(self, golden: View, record_before: Record | None, links: Links) -> Outbound:
        """Say what the record should become; its own words stay wherever they already say it."""
        outbound = Writing(golden, record_before, links, self.sources)
        if record_before is None:
            for path, value in self._rules.app_constants:
                writer(path)(outbound.values, value, {})
        outbound.write_scalars(self._rules.outbound)
        for each in self._rules.lists:
            if each.direction.writes and each.golden in golden.elements:
                outbound.write_list(each)
        return outbound.finished()


def compile_mapping(mapping: ops.Mapping) -> CompiledMapping:
    """Compile a parsed mapping; do it once and keep it."""
    rules = _Bound()
    for rule in mapping.rules:
        _bind(rule, rules)
    app_fields: dict[str, frozenset[str]] = {}
    for bound in [*rules.inbound, *rules.outbound]:
        app_fields[bound.golden] = app_fields.get(bound.golden, NOBODY) | bound.tops
    for each in rules.lists:
        app_fields[each.golden] = frozenset({each.top})
    return CompiledMapping(
        name=mapping.name,
        entity=mapping.entity,
        object_type=mapping.object_type,
        version=mapping.version,
        inbound_paths=frozenset(bound.golden for bound in rules.inbound)
        | {path for path, _ in rules.golden_constants},
        outbound_paths=frozenset(bound.golden for bound in rules.outbound),
        list_paths=frozenset(each.golden for each in rules.lists),
        app_fields=app_fields,
        sources=_sources(rules),
        _rules=rules,
        _publishes=compile_predicate(mapping.publish_when),
    )


def _bind(rule: ops.Rule, rules: _Bound) -> None:
    match rule:
        case ops.Field():
            bound = bind_field(rule)
            if bound.direction.reads:
                rules.inbound.append(bound)
            if bound.direction.writes:
                rules.outbound.append(bound)
        case ops.Constant(app, golden, value):
            if app is not None:
                rules.app_constants.append((app, value))
            elif golden is not None:
                rules.golden_constants.append((golden, value))
        case ops.Each():
            rules.lists.append(bind_each(rule))
        case _:
            assert_never(rule)


def _sources(rules: _Bound) -> dict[str, frozenset[str]]:
    sources: dict[str, frozenset[str]] = {}
    for bound in rules.outbound:
        for top in bound.tops:
            sources[top] = sources.get(top, NOBODY) | {bound.golden}
    for each in rules.lists:
        if each.direction.writes:
            sources[each.top] = sources.get(each.top, NOBODY) | {each.golden}
    for path, _ in rules.app_constants:
        sources.setdefault(split_path(path)[0], NOBODY)
    return sources
