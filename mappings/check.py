"""What is wrong with a mapping before any record is carried: paths, writers, tables, references.

Needs the mapping and the JSON Schemas of both sides, nothing else. No finding means that every rule
finds its places; whether values come back equal is what laws.py tries.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from mappings import ops
from mappings.faults import closest
from mappings.paths import overlaps
from mappings.predicates import allowed_values, predicate_fields
from mappings.shapes import Shape, shape_of
from mappings.view import Json

Schema = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: where in the document (1-based), at which path, what to do."""

    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        """Place, path and message in one line."""
        return f"line {self.line}, column {self.column}: {self.path}: {self.message}"


def check(mapping: ops.Mapping, app: Schema, golden: Schema) -> list[Finding]:
    """Return what is wrong with a mapping between an app schema and a golden schema."""
    checking = _Checking(shape_of(app), shape_of(golden), mapping.publish_when)
    for rule in mapping.rules:
        checking.rule(rule)
    checking.one_writer(mapping.rules)
    checking.required(mapping)
    for field in sorted(predicate_fields(mapping.publish_when)):
        checking.find(checking.golden, field, "golden record", mapping.publish_place)
    return sorted(checking.findings, key=lambda finding: (finding.line, finding.column))


class _Checking:
    """The two sides, and what was found so far."""

    def __init__(self, app: Shape, golden: Shape, publish_when: ops.Predicate) -> None:
        self.app = app
        self.golden = golden
        self.publish_when = publish_when
        self.findings: list[Finding] = []

    def add(self, place: ops.Place, path: str, message: str) -> None:
        self.findings.append(Finding(place.line, place.column, path, message))

    def find(self, side: Shape, path: str, whose: str, place: ops.Place) -> Shape | None:
        found = side.at(path)
        if found is None:
            near = closest(path, side.paths())
            self.add(place, path, f"the {whose} has no such field{near}")
        return found

    def rule(self, rule: ops.Rule) -> None:
        match rule:
            case ops.Field():
                self.field(rule, self.app, self.golden, self.publish_when)
            case ops.Constant(app, golden, _, place):
                if app is not None:
                    self.find(self.app, app, "app", place)
                if golden is not None:
                    self.find(self.golden, golden, "golden record", place)
            case ops.Each():
                self.each(rule)
            case _:
                assert_never(rule)

    def field(self, rule: ops.Field, app: Shape, golden: Shape, publish: ops.Predicate) -> None:
        words = [self.find(app, path, "app", rule.place) for path in rule.app]
        value = self.find(golden, rule.golden, "golden record", rule.place)
        if value is None or None in words:
            return
        self.operation(rule, value)
        table = rule.operation.item if isinstance(rule.operation, ops.SetOf) else rule.operation
        if isinstance(table, ops.ValueMap) and words[0] is not None:
            self.total(rule, table, words[0], value, publish)

    def operation(self, rule: ops.Field, value: Shape) -> None:
        operation = rule.operation
        is_set, is_money = isinstance(operation, ops.SetOf), isinstance(operation, ops.Money)
        if value.kind == "elements":
            self.add(rule.place, rule.golden, "is a list of elements: map it under lists")
        if is_set is not (value.kind == "set") and value.kind != "elements":
            what = "is a set: add set: {}" if value.kind == "set" else "is no set: remove set"
            self.add(rule.place, rule.golden, what)
        if is_money and {"amount", "currency"} - value.properties.keys():
            self.add(rule.place, rule.golden, "is not money: it has no amount and currency")
        reference = operation.item if isinstance(operation, ops.SetOf) else operation
        named = reference.entity if isinstance(reference, ops.Reference) else None
        if named != value.ref:
            wanted = f"refers to a {value.ref}: use reference" if value.ref else "refers to nothing"
            self.add(rule.place, rule.golden, wanted)

    def total(
        self,
        rule: ops.Field,
        table: ops.ValueMap,
        app: Shape,
        golden: Shape,
        publish: ops.Predicate,
    ) -> None:
        """Ask that a value map covers every code that either side can send."""
        if rule.direction.reads:
            missing = app.codes() - {code for code, _ in table.pairs}
            self.rows(table, rule.app[0], missing, "the app can send")
            strange = {value for _, value in table.pairs} - golden.codes()
            if golden.codes() and strange:
                names = ", ".join(sorted(strange))
                self.add(table.place, rule.golden, f"the golden record knows no {names}")
        if rule.direction.writes:
            allowed = allowed_values(publish, rule.golden)
            needed = golden.codes() if allowed is None else golden.codes() & allowed
            self.rows(table, rule.golden, needed - table.reverse().keys(), "the golden record has")

    def rows(self, table: ops.ValueMap, path: str, missing: Iterable[Json], who: str) -> None:
        names = ", ".join(sorted(str(code) for code in missing))
        if names:
            self.add(table.place, path, f"{who} {names}: add rows to the value map {table.name}")

    def each(self, rule: ops.Each) -> None:
        words = self.find(self.app, rule.app, "app", rule.place)
        value = self.find(self.golden, rule.golden, "golden record", rule.place)
        if words is None or value is None:
            return
        if words.items is None:
            self.add(rule.place, rule.app, "is no list of objects in the app")
        if value.kind != "elements" or value.items is None:
            self.add(rule.place, rule.golden, "is no list of elements in the golden record")
        if words.items is None or value.items is None:
            return
        self.find(words.items, rule.key, "element of the app", rule.place)
        for name, _ in rule.only:
            self.find(value.items, name, "golden element", rule.place)
        for inner in rule.fields:
            self.field(inner, words.items, value.items, ops.AllOf(()))
        self.one_writer(rule.fields)

    def one_writer(self, rules: Iterable[ops.Rule]) -> None:
        rules = list(rules)
        self.twice(_app_targets(rules), "app")
        self.twice(_golden_targets(rules), "golden record")

    def twice(self, targets: Iterable[tuple[str, ops.Place]], whose: str) -> None:
        known: list[tuple[str, ops.Place]] = []
        for path, place in targets:
            for other, first in known:
                if overlaps(path, other):
                    message = f"is written to the {whose} by line {first.line} too: keep one"
                    self.add(place, path, message)
            known.append((path, place))

    def required(self, mapping: ops.Mapping) -> None:
        """Name a required field that nobody writes: the app would refuse every new record."""
        targets = [path for path, _ in _app_targets(mapping.rules)]
        if not targets:
            return
        for name in sorted(self.app.required):
            if not any(overlaps(name, target) for target in targets):
                message = "the app requires this field and no rule writes it: add one"
                self.add(ops.Place(1, 1), name, message)


def _app_targets(rules: Iterable[ops.Rule]) -> Iterator[tuple[str, ops.Place]]:
    for rule in rules:
        match rule:
            case ops.Field(app=paths, direction=direction, place=place) if direction.writes:
                yield from ((path, place) for path in paths)
            case ops.Constant(app=str(path), place=place):
                yield path, place
            case ops.Each(app=path, direction=direction, place=place) if direction.writes:
                yield path, place
            case _:
                pass


def _golden_targets(rules: Iterable[ops.Rule]) -> Iterator[tuple[str, ops.Place]]:
    for rule in rules:
        match rule:
            case ops.Field(golden=path, direction=direction, place=place) if direction.reads:
                yield path, place
            case ops.Constant(golden=str(path), place=place):
                yield path, place
            case ops.Each(golden=path, direction=direction, place=place) if direction.reads:
                yield path, place
            case _:
                pass
