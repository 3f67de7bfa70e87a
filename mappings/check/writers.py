"""Who writes what: one writer per place, and nobody missing where a side requires a value."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import assert_never

from mappings import ops
from mappings.check.apart import apart
from mappings.check.findings import Reason, Report
from mappings.shapes import Shape

Targets = Iterator[tuple[str, ops.Place]]


def app_targets(rules: Iterable[ops.Rule]) -> Targets:  # noqa: C901 one arm per class
    """Every app path that rules write, with the rule's place."""
    for rule in rules:
        match rule:
            case ops.Field(app=paths, direction=direction, place=place):
                if direction.writes:
                    yield from ((path, place) for path in paths)
            case ops.Constant(app=app, place=place) | ops.Computed(app=app, place=place):
                if app is not None:
                    yield app, place
            case ops.Split(app=path, direction=direction, place=place):
                if direction.writes:
                    yield path, place
            case ops.Each(app=path, direction=direction, place=place):
                if direction.writes:
                    yield path, place
            case ops.Slots(slots=slots, direction=direction):
                if direction.writes:
                    yield from app_targets(field for slot in slots for field in slot.fields)
            case _:
                assert_never(rule)


def golden_targets(rules: Iterable[ops.Rule]) -> Targets:  # noqa: C901 one arm per class
    """Every golden path that rules read into, with the rule's place."""
    for rule in rules:
        match rule:
            case ops.Field(golden=path, direction=direction, place=place):
                if direction.reads:
                    yield path, place
            case (
                ops.Constant(golden=golden, place=place) | ops.Computed(golden=golden, place=place)
            ):
                if golden is not None:
                    yield golden, place
            case ops.Split(golden=paths, direction=direction, place=place):
                if direction.reads:
                    yield from ((path, place) for path in paths)
            case (
                ops.Each(golden=path, direction=direction, place=place)
                | ops.Slots(golden=path, direction=direction, place=place)
            ):
                if direction.reads:
                    yield path, place
            case _:
                assert_never(rule)


def check_one_writer(rules: Iterable[ops.Rule], report: Report) -> None:
    """Ask that no place is written by two rules, nor a place inside another.

    Rules whose conditions never hold together, and lists of different elements, are apart.
    """
    rules = list(rules)
    _check_twice(rules, app_targets, "app", report)
    _check_twice(rules, golden_targets, "golden record", report)


def _check_twice(
    rules: Iterable[ops.Rule],
    targets: Callable[[Iterable[ops.Rule]], Targets],
    whose: str,
    report: Report,
) -> None:
    written: dict[str, list[_Writer]] = {}
    around: dict[str, list[_Writer]] = {}  # every place that holds a written one
    for rule in rules:
        for path, place in targets([rule]):
            *outer, _ = steps = _steps(path)
            others = [one for name in steps for one in written.get(name, ())]
            others += around.get(path, ())
            first = next((one for one in others if not apart(rule, one.rule)), None)
            if first is not None:
                message = f"is written to the {whose} by line {first.place.line} too: keep one"
                report.add(place, path, Reason.TWO_WRITERS, message)
            writer = _Writer(rule, place)
            written.setdefault(path, []).append(writer)
            for one in outer:
                around.setdefault(one, []).append(writer)


@dataclass(frozen=True, slots=True)
class _Writer:
    rule: ops.Rule
    place: ops.Place


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a mapping, or of a list's elements, as `check_required` asks about it."""

    shape: Shape
    whose: str
    place: ops.Place
    prefix: str = ""


def check_required(targets: Iterable[tuple[str, ops.Place]], side: Side, report: Report) -> None:
    """Name what a side requires and nobody writes: it would refuse every new record.

    Asked of each object into which at least one rule writes.
    """
    written = dict(targets)
    inside: dict[str, ops.Place] = {"": side.place} if written else {}
    for path, place in written.items():
        for outer in _steps(path)[:-1]:
            inside.setdefault(outer, place)
    covered = written.keys() | inside.keys()
    for outer, place in inside.items():
        shape = side.shape.at(outer) if outer else side.shape
        for name in sorted(_wanted(shape) if shape else ()):
            path = f"{outer}.{name}" if outer else name
            if path not in covered:
                message = f"the {side.whose} requires this field and no rule writes it: add one"
                report.add(place, f"{side.prefix}{path}", Reason.REQUIRED, message)


def _steps(path: str) -> list[str]:
    """Return the way to a path: `a`, `a.b`, `a.b.c`."""
    return list(accumulate(path.split("."), "{}.{}".format))


def _wanted(shape: Shape) -> Iterator[str]:
    for name in shape.required:
        inner = shape.properties.get(name)
        if inner is None or not (inner.says("readOnly") or "default" in inner.schema):
            yield name


def check_blank(
    field: ops.Field, app: Shape, golden: Shape, publish: ops.Predicate, report: Report
) -> None:
    """Ask that what the app requires is never blank in golden, or has a default."""
    if not field.direction.writes or field.default.app is not None:
        return
    if may_be_blank(field.golden, golden, publish):
        for path in field.app:
            if requires(app, path) and not app.trail(path)[-1].nullable:
                message = (
                    "the app requires this field and the golden record may lack it: "
                    "add default: {app: …}, or ask for it under publish when"
                )
                report.add(field.place, path, Reason.REQUIRED, message)


def requires(side: Shape, path: str) -> bool:
    """Whether every object on the way to a place must have the next step."""
    here = side
    for step in path.split("."):
        if step not in here.required or "default" in here.properties[step].schema:
            return False
        here = here.properties[step]
    return True


def may_be_blank(path: str, golden: Shape, publish: ops.Predicate) -> bool:
    """Whether a golden record that is published may lack a field."""
    return not requires(golden, path) and not is_present(publish, path)


def is_present(predicate: ops.Predicate, path: str) -> bool:
    """Whether a predicate holds only where a field is not blank."""
    match predicate:
        case ops.Present(field, present):
            return present and field == path
        case ops.Contains(field, _):
            return field == path
        case ops.In(field, codes):
            return field == path and "" not in codes
        case ops.AllOf(parts):
            return any(is_present(part, path) for part in parts)
        case ops.AnyOf(parts):
            return bool(parts) and all(is_present(part, path) for part in parts)
        case ops.Not():
            return False
        case _:
            assert_never(predicate)
