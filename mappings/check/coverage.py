"""Which fields of each side no rule carries: nothing wrong, but worth to know before publishing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from mappings import ops
from mappings.shapes import Shape, shape_of
from mappings.view import Record


@dataclass(frozen=True, slots=True)
class Coverage:
    """Paths that no rule mentions, an outer one standing for all inside; lists as `addresses[]`."""

    app: tuple[str, ...]
    golden: tuple[str, ...]


def coverage(mapping: ops.Mapping, app: Record, golden: Record) -> Coverage:
    """Return what a mapping leaves out on each side; what the app fills by itself is not asked."""
    app_paths, golden_paths = set[str](), set[str]()
    for rule in mapping.rules:
        app_paths.update(_app_paths(rule))
        golden_paths.update(_golden_paths(rule))
    return Coverage(
        tuple(_left_out(shape_of(app), app_paths)),
        tuple(_left_out(shape_of(golden), golden_paths)),
    )


def _app_paths(rule: ops.Rule) -> Iterator[str]:
    match rule:
        case ops.Field():
            yield from rule.app
        case ops.Each():
            yield f"{rule.app}[].{rule.key}"
            yield from (f"{rule.app}[].{path}" for one in rule.inside for path in _app_paths(one))
        case ops.Slots():
            for slot in rule.slots:
                yield from (path for field in slot.fields for path in field.app)
        case ops.Split():
            yield rule.app
        case ops.Constant() | ops.Computed():
            if rule.app is not None:
                yield rule.app
        case _:
            assert_never(rule)


def _golden_paths(rule: ops.Rule) -> Iterator[str]:
    match rule:
        case ops.Each():
            found = (path for one in rule.inside for path in _golden_paths(one))
            yield from (f"{rule.golden}[].{path}" for path in found)
        case ops.Slots():
            for slot in rule.slots:
                names = [name for name, _ in slot.fixed] + [one.golden for one in slot.fields]
                yield from (f"{rule.golden}[].{name}" for name in names)
        case ops.Split():
            yield from rule.golden
        case ops.Field() | ops.Constant() | ops.Computed():
            if rule.golden is not None:
                yield rule.golden
        case _:
            assert_never(rule)


def _left_out(side: Shape, mapped: Iterable[str], prefix: str = "") -> Iterator[str]:
    mapped = set(mapped)
    for name, shape in side.properties.items():
        path = prefix + name
        if path in mapped or shape.says("readOnly") or shape.schema.get("x-field", {}).get("key"):
            continue
        inner = [one for one in mapped if one.startswith((f"{path}.", f"{path}[]."))]
        if not inner:
            yield path
        elif shape.items is not None:
            yield from _left_out(shape.items, inner, f"{path}[].")
        else:
            yield from _left_out(shape, inner, f"{path}.")
