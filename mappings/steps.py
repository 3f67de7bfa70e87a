"""Rules compiled: plain fields for the fast loop, everything else as steps in document order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

from mappings import ops
from mappings.computed import bind_computed, operand_list, operand_paths
from mappings.fields import BoundField, bind_field
from mappings.lists import BoundEach, bind_each
from mappings.paths import split_path, writer
from mappings.predicates import compile_predicate
from mappings.reading import Reading
from mappings.slots import BoundSlots, bind_slots
from mappings.splits import bind_split
from mappings.unrolled import ReadFirst, WriteNew, unroll_reading, unroll_writing
from mappings.view import NOBODY, Json, Read
from mappings.writing import Writing

ReadStep: TypeAlias = Callable[[Reading], None]
WriteStep: TypeAlias = Callable[[Writing], None]


@dataclass(slots=True)
class Bound:
    """The rules of a mapping, compiled, by what they do, and which paths they touch.

    `read_first` and `write_new`: all plain fields at once, where nothing is known before; but not
    `filled` ones, which have a default for a new record. `app_fields`: golden path -> top-level app
    fields; `sources`: the other way, for writing.
    """

    inbound: list[BoundField] = field(default_factory=list)
    outbound: list[BoundField] = field(default_factory=list)
    filled: list[BoundField] = field(default_factory=list)
    golden_constants: list[tuple[str, Json]] = field(default_factory=list)
    read_first: ReadFirst = field(default_factory=lambda: unroll_reading(()))
    write_new: WriteNew = field(default_factory=lambda: unroll_writing(()))
    reads: list[ReadStep] = field(default_factory=list)
    writes: list[WriteStep] = field(default_factory=list)
    inbound_paths: set[str] = field(default_factory=set)
    outbound_paths: set[str] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)
    app_fields: dict[str, frozenset[str]] = field(default_factory=dict)
    sources: dict[str, frozenset[str]] = field(default_factory=dict)

    def touches(self, path: str, tops: frozenset[str]) -> None:
        """Note which app fields hold a golden path."""
        self.app_fields[path] = self.app_fields.get(path, NOBODY) | tops

    def feeds(self, path: str, tops: frozenset[str]) -> None:
        """Note which app fields a golden path is written to."""
        for top in tops:
            self.sources[top] = self.sources.get(top, NOBODY) | {path}


def bind_rules(mapping: ops.Mapping) -> Bound:
    """Compile rules: unconditional ones first, for conditions look at what those have read."""
    bound = Bound()
    for rule in sorted(mapping.rules, key=lambda rule: rule.when != ops.ALWAYS):
        match rule:
            case ops.Field():
                _field(rule, bound)
            case ops.Split():
                _split(rule, bound)
            case ops.Constant():
                _constant(rule, bound)
            case ops.Computed():
                _computed(rule, bound)
            case ops.Each():
                _each(rule, bound, mapping.prefix(rule))
            case ops.Slots():
                _slots(rule, bound)
            case _:
                assert_never(rule)
    bound.read_first = unroll_reading(bound.inbound)
    bound.write_new = unroll_writing([one for one in bound.outbound if one.fill is None])
    bound.filled = [one for one in bound.outbound if one.fill is not None]
    return bound


def _add_read(rule: ops.Rule, step: ReadStep, paths: Sequence[str], bound: Bound) -> None:
    """Add a reading step; where its condition fails, its paths say nothing."""
    if rule.when == ops.ALWAYS:
        bound.reads.append(step)
        return
    test = compile_predicate(rule.when)

    def read(reading: Reading) -> None:
        if test(reading):
            step(reading)
        else:
            reading.absent.extend(path for path in paths if path not in reading.scalars)

    bound.reads.append(read)


def _add_write(rule: ops.Rule, step: WriteStep, bound: Bound) -> None:
    """Add a writing step; where its condition fails, the app's fields stay as they are."""
    if rule.when == ops.ALWAYS:
        bound.writes.append(step)
        return
    test = compile_predicate(rule.when)
    bound.writes.append(lambda writing: step(writing) if test(writing) else None)


def _field(rule: ops.Field, bound: Bound) -> None:
    one = bind_field(rule)
    bound.touches(one.golden, one.tops)
    if one.direction.reads:
        bound.inbound_paths.add(one.golden)
        if rule.when == ops.ALWAYS:
            bound.inbound.append(one)
        else:
            _add_read(rule, lambda reading: reading.read_scalars((one,)), [one.golden], bound)
    if one.direction.writes:
        bound.outbound_paths.add(one.golden)
        bound.feeds(one.golden, one.tops)
        if rule.when == ops.ALWAYS:
            bound.outbound.append(one)
        else:
            _add_write(rule, lambda writing: writing.write_scalars((one,)), bound)


def _split(rule: ops.Split, bound: Bound) -> None:
    one = bind_split(rule)
    for path in rule.golden:
        bound.touches(path, frozenset({one.top}))
    if rule.direction.reads:
        bound.inbound_paths.update(rule.golden)
        _add_read(rule, one.read, rule.golden, bound)
    if rule.direction.writes:
        bound.outbound_paths.update(rule.golden)
        for path in rule.golden:
            bound.feeds(path, frozenset({one.top}))
        _add_write(rule, one.write, bound)


def _constant(rule: ops.Constant, bound: Bound) -> None:
    if rule.golden is not None:
        path, value = rule.golden, rule.value
        bound.inbound_paths.add(path)
        if rule.when == ops.ALWAYS:
            bound.golden_constants.append((path, value))
            return

        def read(reading: Reading) -> None:
            reading.scalars[path] = Read(value, value)

        _add_read(rule, read, [path], bound)
    else:
        app = str(rule.app)
        bound.sources.setdefault(split_path(app)[0], NOBODY)
        put, words = writer(app), rule.value

        def write(writing: Writing) -> None:
            if writing.creates:
                put(writing.values, words, {})

        _add_write(rule, write, bound)


def _computed(rule: ops.Computed, bound: Bound) -> None:
    one = bind_computed(rule)
    if rule.golden is not None:
        bound.inbound_paths.add(rule.golden)
        tops = frozenset(split_path(path)[0] for path in operand_paths(rule.function))
        path = operand_list(rule.function)
        bound.touches(rule.golden, tops if path is None else tops | {split_path(path)[0]})
        _add_read(rule, one.read, [rule.golden], bound)
    else:
        tops = frozenset({str(one.top)})
        bound.outbound_paths.update(operand_paths(rule.function))
        for path in operand_paths(rule.function):
            bound.feeds(path, tops)
        listed = operand_list(rule.function)
        if listed is not None:
            bound.feeds(listed, tops)
        _add_write(rule, one.write, bound)


def _each(rule: ops.Each, bound: Bound, prefix: str) -> None:
    one: BoundEach = bind_each(rule, prefix)
    tops = frozenset({one.top})
    bound.lists.add(one.golden)
    bound.touches(one.golden, tops)
    if one.direction.reads:
        _add_read(rule, lambda reading: reading.read_list(one), [one.golden], bound)
    if one.direction.writes:
        bound.feeds(one.golden, tops)

        def write(writing: Writing) -> None:
            if one.golden in writing.golden.elements:
                writing.write_list(one)

        _add_write(rule, write, bound)


def _slots(rule: ops.Slots, bound: Bound) -> None:
    one: BoundSlots = bind_slots(rule)
    bound.lists.add(one.golden)
    tops = frozenset[str]().union(*(slot.tops for slot in one.slots))
    bound.touches(one.golden, tops)
    if rule.direction.reads:
        _add_read(rule, one.read, [one.golden], bound)
    if rule.direction.writes:
        bound.feeds(one.golden, tops)
        _add_write(rule, one.write, bound)
