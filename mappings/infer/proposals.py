"""Which app field is which golden field: scored pairs, each used once, the best first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mappings.infer.likeness import name_likeness, value_overlap
from mappings.infer.samples import format_of
from mappings.shapes import Shape, shape_of
from mappings.view import Json, Record

LEAST: Final = 0.55
DEEPEST: Final = 4
_NAME, _VALUES, _FORMAT = 0.6, 0.3, 0.1


@dataclass(frozen=True, slots=True)
class Proposal:
    """One pair, 0 to 1, and why. `operation`: keys and values to write beside `app` and `golden`.

    `pairs`: rows of a value map, app code -> golden code. `inside`: fields of a list's elements.
    """

    app: str
    golden: str
    score: float
    reason: str
    operation: tuple[tuple[str, Json], ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    inside: tuple["Proposal", ...] = ()
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Proposals:
    """All pairs, and the paths of both sides that found no partner."""

    found: tuple[Proposal, ...]
    app_left: tuple[str, ...]
    golden_left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """One side: path -> shape, and path -> values of the samples."""

    shapes: Mapping[str, Shape]
    values: Mapping[str, Sequence[Json]]


def propose(
    app: Mapping[str, Json],
    golden: Mapping[str, Json],
    *,
    app_samples: Sequence[Record] = (),
    golden_samples: Sequence[Record] = (),
) -> Proposals:
    """Propose pairs between two JSON Schemas; samples of both sides make them better."""
    return _proposed(_side(shape_of(app), app_samples), _side(shape_of(golden), golden_samples))


def _proposed(app: _Side, golden: _Side) -> Proposals:
    scored = sorted(
        (
            one
            for mine in app.shapes
            for theirs in golden.shapes
            if (one := _scored(mine, theirs, app, golden)) is not None
        ),
        key=lambda each: (-each.score, each.golden, each.app),
    )
    found: list[Proposal] = []
    taken: set[tuple[str, str]] = set()
    for one in scored:
        if taken.isdisjoint({("app", one.app), ("golden", one.golden)}):
            taken |= {("app", one.app), ("golden", one.golden)}
            found.append(one)
    return Proposals(
        tuple(found),
        tuple(sorted(path for path in app.shapes if ("app", path) not in taken)),
        tuple(sorted(path for path in golden.shapes if ("golden", path) not in taken)),
    )


def _side(shape: Shape, samples: Sequence[Record], prefix: str = "") -> _Side:
    shapes = dict(_leaves(shape, prefix))
    return _Side(shapes, {path: list(_values(samples, path)) for path in shapes})


def _leaves(shape: Shape, prefix: str, depth: int = 0) -> Iterator[tuple[str, Shape]]:
    """Yield path and shape of every field; a schema that holds itself is followed a little way."""
    for name, inner in shape.properties.items():
        if inner.properties and not _is_whole(inner) and depth < DEEPEST:
            yield from _leaves(inner, f"{prefix}{name}.", depth + 1)
        else:
            yield prefix + name, inner


def _values(samples: Sequence[Record], path: str) -> Iterator[Json]:
    for record in samples:
        here: Json = record
        for step in path.split("."):
            here = here.get(step) if isinstance(here, dict) else None
        if isinstance(here, list):
            yield from here
        else:
            yield here


def _scored(mine: str, theirs: str, app: _Side, golden: _Side) -> Proposal | None:
    one, other = app.shapes[mine], golden.shapes[theirs]
    operation = _operation(one, other, app.values[mine])
    if operation is None:
        return None
    if one.schema.get("readOnly"):
        operation = (*operation, ("direction", "in"))
    if _is_elements(other):
        return _list(mine, theirs, app, golden)
    by_name = name_likeness(mine, theirs)
    shared = value_overlap(app.values[mine], golden.values[theirs])
    codes = _code_overlap(one, other)
    alike = _same_format(one, other, app.values[mine], golden.values[theirs])
    known = bool(shared or codes)
    score = _NAME * by_name + _VALUES * max(shared, codes) + _FORMAT * alike
    score /= 1.0 if known else _NAME + _FORMAT
    if score < LEAST:
        return None
    reason = _reason(by_name, shared, codes, alike)
    pairs = _code_pairs(one, other) if codes and one.codes != other.codes else ()
    return Proposal(mine, theirs, round(score, 2), reason, operation, pairs)


def _reason(by_name: float, shared: float, codes: float, alike: float) -> str:
    told = [f"names {by_name:.0%} alike"]
    if shared:
        told.append(f"{shared:.0%} of the values on both sides")
    if codes:
        told.append(f"{codes:.0%} of the codes alike")
    if alike:
        told.append("the same format")
    return ", ".join(told)


# --- kinds that can meet, and how


def _operation(
    one: Shape, other: Shape, mine: Sequence[Json]
) -> tuple[tuple[str, Json], ...] | None:
    """Return what to write beside the paths; None if these kinds cannot meet."""
    if _is_elements(one) or _is_elements(other):
        return () if _is_elements(one) and _is_elements(other) else None
    apart = _is_set(other) != _is_set(one) or bool(one.properties) != bool(other.properties)
    if apart or _is_money(one) != _is_money(other):
        return None
    if other.ref is not None:
        return (("reference", {"entity": other.ref, "missing": "hold"}),)
    if _is_set(other):
        return (("set", {}),)
    return (("money", {}),) if _is_money(other) else _scalar_operation(one, other, mine)


def _scalar_operation(
    one: Shape, other: Shape, mine: Sequence[Json]
) -> tuple[tuple[str, Json], ...] | None:
    a, b = _type(one), _type(other)
    if (a == "boolean") != (b == "boolean"):
        return None
    if a == "boolean" or one.codes or other.codes or other.properties:
        return ()
    form = one.schema.get("format") or format_of(str(each) for each in mine if each is not None)
    if other.schema.get("format") == "date-time":
        return (("instant", {}),) if form == "date-time" else None
    if other.schema.get("format") == "date":
        return (("date", {}),) if form in {"date", None} else None
    if a == "number" or form == "decimal":
        return (("decimal", {}),)
    return () if a == "integer" else (("text", ["nfc", "trim"]),)


def _type(shape: Shape) -> str:
    return min(shape.types, default="string")


def _is_whole(shape: Shape) -> bool:
    """Say whether an object is one value: money, a quantity, or what its schema calls atomic."""
    note = shape.schema.get("x-field")
    atomic = isinstance(note, Mapping) and bool(note.get("atomic"))
    return atomic or _is_money(shape) or {"value", "unit"} == shape.properties.keys()


def _is_money(shape: Shape) -> bool:
    return {"amount", "currency"} <= shape.properties.keys()


def _is_elements(shape: Shape) -> bool:
    return shape.items is not None and bool(shape.items.properties)


def _is_set(shape: Shape) -> bool:
    return shape.items is not None and not shape.items.properties


def _same_format(one: Shape, other: Shape, mine: Sequence[Json], theirs: Sequence[Json]) -> float:
    def form(shape: Shape, values: Sequence[Json]) -> str | None:
        told = (str(each) for each in values if each is not None and not isinstance(each, dict))
        return shape.schema.get("format") or format_of(told)

    a, b = form(one, mine), form(other, theirs)
    return 1.0 if a is not None and a == b else 0.0


# --- codes


def _code_overlap(one: Shape, other: Shape) -> float:
    mine, theirs = one.codes, other.codes
    if not mine or not theirs:
        return 0.0
    return len(_code_pairs(one, other)) / max(len(mine), len(theirs))


def _code_pairs(one: Shape, other: Shape) -> tuple[tuple[str, str], ...]:
    """Return the codes that mean the same by their names, each golden code once."""
    pairs = sorted(
        (-name_likeness(str(mine), str(theirs)), str(mine), str(theirs))
        for mine in one.codes
        for theirs in other.codes
    )
    found: dict[str, str] = {}
    for unlike, mine, theirs in pairs:
        if -unlike >= LEAST and mine not in found and theirs not in found.values():
            found[mine] = theirs
    return tuple(sorted(found.items()))


# --- lists of elements


def _list(mine: str, theirs: str, app: _Side, golden: _Side) -> Proposal | None:
    one = app.shapes[mine].items or Shape({})
    other = golden.shapes[theirs].items or Shape({})
    sides = (
        _side(one, [each for each in app.values[mine] if isinstance(each, dict)]),
        _side(other, [each for each in golden.values[theirs] if isinstance(each, dict)]),
    )
    inner = _proposed(*sides)
    by_name = name_likeness(mine, theirs)
    covered = len(inner.found) / max(1, len(sides[1].shapes))
    score = round(0.5 * by_name + 0.5 * covered, 2)
    key = next((name for name in ("id", "key", "code", "number") if name in one.properties), None)
    if score < LEAST or key is None or not inner.found:
        return None
    fields = tuple(each for each in inner.found if each.app != key)
    reason = f"names {by_name:.0%} alike, {covered:.0%} of an element's fields"
    return Proposal(mine, theirs, score, reason, inside=fields, key=key)
