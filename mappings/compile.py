"""A mapping compiled once to closures: `to_golden` and `to_system`, both retentive."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from mappings import ops
from mappings.errors import CarryError, LinkMissing, ValueRefused
from mappings.fields import UNCHANGED, BoundField, bind_field
from mappings.lists import (
    BoundEach,
    ElementRefused,
    ListWriting,
    bind_each,
    element_path,
    keyed,
    link_missing,
    read_element,
    write_list,
)
from mappings.paths import MISSING, split_path, writer
from mappings.predicates import Test, compile_predicate
from mappings.view import (
    Inbound,
    Json,
    Links,
    Missing,
    Outbound,
    Read,
    Record,
    Unlinked,
    Unresolved,
    ValueProblem,
    View,
)

NOBODY: frozenset[str] = frozenset()


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
        inbound = _Reading(record, golden_before, links)
        for name, value in self._rules.golden_constants:
            inbound.scalars[name] = Read(value, value)
        inbound.read_scalars(self._rules.inbound)
        for each in self._rules.lists:
            if each.direction.reads:
                inbound.read_list(each)
        return inbound.finished()

    def to_system(self, golden: View, record_before: Record | None, links: Links) -> Outbound:
        """Say what the record should become; its own words stay wherever they already say it."""
        outbound = _Writing(golden, record_before, links, self.sources)
        if record_before is None:
            for path, value in self._rules.app_constants:
                writer(path)(outbound.values, value, {})
        outbound.write_scalars(self._rules.outbound)
        for each in self._rules.lists:
            if each.direction.writes and each.golden in golden.elements:
                outbound.write_list(each)
        return outbound.finished()


class _Reading:
    """One record being read."""

    def __init__(self, record: Record, before: View | None, links: Links) -> None:
        self.record = record
        self.before = before
        self.links = links
        self.scalars: dict[str, Read] = {}
        self.elements: dict[str, dict[str, Read]] = {}
        self.unresolved: dict[str, Unresolved] = {}
        self.problems: dict[str, ValueProblem] = {}
        self.absent: list[str] = []

    def read_scalars(self, fields: list[BoundField]) -> None:
        record, links, scalars = self.record, self.links, self.scalars
        old = {} if self.before is None else self.before.scalars
        for golden, read, take, *_ in fields:
            words = read(record)
            if words is MISSING:
                self.absent.append(golden)
                continue
            try:
                value = take(words, old.get(golden), links)
            except CarryError as error:
                self.refuse(golden, words, error)
            else:
                scalars[golden] = Read(words, value)

    def read_list(self, each: BoundEach) -> None:
        words = each.read(self.record)
        if words is MISSING:
            self.absent.append(each.golden)
            return
        try:
            found = keyed(each, [] if words is None else words)
        except ValueRefused as error:
            self.problems[each.golden] = ValueProblem(words, str(error))
            return
        self.elements[each.golden] = elements = {}
        old = {} if self.before is None else self.before.elements.get(each.golden, {})
        for key, element in found.items():
            try:
                one = read_element(each, element, old.get(key), self.links)
            except ElementRefused as refused:
                self.refuse(element_path(each, key), element, refused.reason, str(refused))
            else:
                if each.covers(one.value):
                    elements[key] = one

    def refuse(self, path: str, words: Json, error: CarryError, reason: str | None = None) -> None:
        if isinstance(error, LinkMissing):
            missing = Missing(error.missing)
            self.unresolved[path] = Unresolved(error.entity, error.identity, missing)
        else:
            self.problems[path] = ValueProblem(words, reason or str(error))

    def finished(self) -> Inbound:
        return Inbound(
            self.scalars,
            self.elements,
            self.unresolved,
            self.problems,
            frozenset(self.absent) if self.absent else NOBODY,
        )


class _Writing:
    """One record being written."""

    def __init__(
        self,
        golden: View,
        before: Record | None,
        links: Links,
        sources: Mapping[str, frozenset[str]],
    ) -> None:
        self.golden = golden
        self.creates = before is None
        self.before: Record = before or {}
        self.links = links
        self.sources = sources
        self.values: Record = {}
        self.unresolved: dict[str, Unlinked] = {}
        self.problems: dict[str, ValueProblem] = {}

    def write_scalars(self, fields: list[BoundField]) -> None:
        scalars, before, links = self.golden.scalars, self.before, self.links
        for bound in fields:
            path, read, _, give, write, fill, *_ = bound
            if path in scalars:
                try:
                    words = give(scalars[path], read(before), links)
                except CarryError as error:
                    self.refuse(path, scalars[path], error)
                    continue
            else:
                words = UNCHANGED
            if words is UNCHANGED and self.creates and fill is not None:
                words = fill
            if words is not UNCHANGED:
                write(self.values, words, before)

    def write_list(self, each: BoundEach) -> None:
        before = each.read(self.before)
        if before is not MISSING and before is not None and not isinstance(before, list):
            reason = f"{each.top} is not a list"
            self.problems[each.golden] = ValueProblem(before, reason)
            return
        kept = self.golden.kept.get(each.golden, NOBODY)
        elements = self.golden.elements[each.golden]
        words = write_list(
            each, before, ListWriting(elements, kept, self.links, self.refuse_element)
        )
        if words is not UNCHANGED:
            each.write(self.values, words, self.before)

    def refuse_element(self, path: str, golden: Json, refused: ElementRefused) -> None:
        self.refuse(path, golden, link_missing(refused) or ValueRefused(str(refused)))

    def refuse(self, path: str, golden: Json, error: CarryError) -> None:
        if isinstance(error, LinkMissing):
            missing = Missing(error.missing)
            self.unresolved[path] = Unlinked(error.entity, error.identity, missing)
        else:
            self.problems[path] = ValueProblem(golden, str(error))

    def finished(self) -> Outbound:
        fed = {top: self.sources.get(top, NOBODY) for top in self.values}
        return Outbound(self.values, fed, self.unresolved, self.problems)


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
