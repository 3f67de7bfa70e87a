"""A mapping compiled once to closures: `to_golden` and `to_system`, both retentive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mappings import ops
from mappings.invariants import broken_invariants, invariant_paths
from mappings.predicates import RecordScalars, Test, compile_predicate
from mappings.reading import Reading
from mappings.statements import DeletePolicy
from mappings.steps import Bound, bind_rules
from mappings.view import (
    Inbound,
    Json,
    Links,
    Outbound,
    Read,
    Record,
    ValueProblem,
    View,
)
from mappings.writing import Writing


@dataclass(frozen=True, slots=True)
class CompiledMapping:
    """One mapping ready to run.

    `inbound_paths` and `outbound_paths`: scalar golden paths it reads and writes; `paths` both;
    `list_paths`: golden lists. `app_fields`: golden path -> the top-level app fields that hold it.
    `delete`: what deletes mean. `parts`: name -> mapping of a further golden entity that the same
    record holds.
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
    delete: DeletePolicy
    parts: Mapping[str, "CompiledMapping"]
    _rules: Bound
    _invariants: Sequence[ops.Invariant]
    _publishes: Test
    _accepts: Test

    @property
    def paths(self) -> frozenset[str]:
        """Every scalar golden path this mapping knows, in either direction."""
        return self.inbound_paths | self.outbound_paths

    def publishes(self, golden_scalars: Mapping[str, Json]) -> bool:
        """Whether a golden record with these scalars belongs into the system (`publish when`)."""
        return self._publishes(golden_scalars)

    def accepts(self, record: Record) -> bool:
        """Whether a record of the app is one this mapping is about (`accept when`)."""
        return self._accepts(RecordScalars(record))

    def to_golden(self, record: Record, golden_before: View | None, links: Links) -> Inbound:
        """Read a record; the golden value before stays wherever it already says the same."""
        rules = self._rules
        inbound = Reading(record, golden_before, links)
        for name, value in rules.golden_constants:
            inbound.scalars[name] = Read(value, value)
        if golden_before is None:
            scalars, absent = inbound.scalars, inbound.absent
            rules.read_first(record, scalars, absent, links, inbound.refuse)
        else:
            inbound.read_scalars(rules.inbound)
        for step in rules.reads:
            step(inbound)
        if self._invariants:
            self._hold_broken(inbound)
        return inbound.finished()

    def to_system(self, golden: View, record_before: Record | None, links: Links) -> Outbound:
        """Say what the record should become; its own words stay wherever they already say it."""
        rules = self._rules
        if self._invariants:
            broken = self._broken(golden)
            if broken:
                return Outbound({}, {}, {}, broken)
        outbound = Writing(
            golden, record_before, links, self.sources, lambda one: self.to_golden(one, None, links)
        )
        if record_before is None:
            rules.write_new(golden.scalars, outbound.values, links, outbound.refuse)
            outbound.write_scalars(rules.filled)
        else:
            outbound.write_scalars(rules.outbound)
        for step in rules.writes:
            step(outbound)
        return outbound.finished()

    def _hold_broken(self, inbound: Reading) -> None:
        scalars = {path: read.value for path, read in inbound.scalars.items()}
        elements = {
            path: {key: read.value for key, read in one.items()}
            for path, one in inbound.elements.items()
        }
        for invariant, reason in broken_invariants(self._invariants, scalars, elements):
            inbound.hold(invariant_paths(invariant), reason)

    def _broken(self, golden: View) -> dict[str, ValueProblem]:
        known = {**golden.context, **golden.scalars}
        problems: dict[str, ValueProblem] = {}
        for invariant, reason in broken_invariants(self._invariants, known, golden.elements):
            for path in invariant_paths(invariant):
                problems[path] = ValueProblem(known.get(path), reason)
        return problems


def compile_mapping(mapping: ops.Mapping) -> CompiledMapping:
    """Compile a parsed mapping; do it once and keep it."""
    rules = bind_rules(mapping)
    return CompiledMapping(
        name=mapping.name,
        entity=mapping.entity,
        object_type=mapping.object_type,
        version=mapping.version,
        inbound_paths=frozenset(rules.inbound_paths),
        outbound_paths=frozenset(rules.outbound_paths),
        list_paths=frozenset(rules.lists),
        app_fields=rules.app_fields,
        sources=rules.sources,
        delete=mapping.delete,
        parts={part.object_type.partition("#")[2]: compile_mapping(part) for part in mapping.parts},
        _rules=rules,
        _invariants=mapping.invariants,
        _publishes=compile_predicate(mapping.publish_when),
        _accepts=compile_predicate(mapping.accept_when),
    )
