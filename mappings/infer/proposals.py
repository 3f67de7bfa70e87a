"""Which app field is which golden field: scored pairs, each used once, the best first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mappings.infer.kinds import (
    Operation,
    code_pairs,
    form_of,
    is_elements,
    is_whole,
    operation_of,
)
from mappings.infer.likeness import name_likeness, telling, value_overlap
from mappings.infer.seats import Seat, names_inside, seats_of
from mappings.infer.words import names_a_link, words_of
from mappings.shapes import Shape, shape_of
from mappings.view import Json, Record

LEAST: Final = 0.55
DEEPEST: Final = 4
_ENOUGH: Final = 3
"""So many values on both sides that are too long to be alike by chance are a sign by themselves."""
_STRONG: Final = frozenset({"email", "uri", "date", "date-time"})
"""Formats that nothing else has by chance."""
_KEYS: Final = ("id", "key", "code", "number")
_ONLY_READ, _LINK, _LEAF = 0.9, 0.5, 0.95


@dataclass(frozen=True, slots=True)
class Proposal:
    """One pair, 0 to 1, and why. `operation`: keys and values to write beside `app` and `golden`.

    `pairs`: rows of a value map, app code -> golden code. `inside`: fields of a list's elements.
    `seat`: the element of a list whose field it fills.
    """

    app: str
    golden: str
    score: float
    reason: str
    operation: Operation = ()
    pairs: tuple[tuple[Json, str], ...] = ()
    inside: tuple["Proposal", ...] = ()
    key: str | None = None
    seat: Seat | None = None


@dataclass(frozen=True, slots=True)
class Proposals:
    """All pairs, and the paths of both sides that found no partner."""

    found: tuple[Proposal, ...]
    app_left: tuple[str, ...]
    golden_left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """One side: path -> shape, values of the samples, and what it may be called."""

    shapes: Mapping[str, Shape]
    values: Mapping[str, Sequence[Json]]
    names: Mapping[str, Sequence[str]]
    seats: Mapping[str, Seat] = field(default_factory=dict)


def propose(
    app: Mapping[str, Json],
    golden: Mapping[str, Json],
    *,
    app_samples: Sequence[Record] = (),
    golden_samples: Sequence[Record] = (),
) -> Proposals:
    """Propose pairs between two JSON Schemas; samples of both sides make them better."""
    mine, theirs = _side(shape_of(app), app_samples), _side(shape_of(golden), golden_samples)
    lists = _proposed(mine, _lists_of(theirs))
    taken = {each.golden for each in lists}
    flat = _proposed(mine, _seated(theirs, taken))
    found = tuple(sorted((*lists, *flat), key=lambda each: -each.score))
    places = {each.app for each in found}
    filled = taken | {each.seat.list if each.seat else each.golden for each in flat}
    return Proposals(
        found,
        tuple(sorted(mine.shapes.keys() - places)),
        tuple(sorted(theirs.shapes.keys() - filled)),
    )


def _proposed(app: _Side, golden: _Side) -> list[Proposal]:
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
    return found


def _side(shape: Shape, samples: Sequence[Record]) -> _Side:
    shapes = dict(_leaves(shape, ""))
    return _Side(
        shapes,
        {path: list(_values(samples, path)) for path in shapes},
        {path: _called(path, one) for path, one in shapes.items()},
    )


def _called(path: str, shape: Shape) -> list[str]:
    title = shape.schema.get("title")
    return [path, title] if isinstance(title, str) else [path]


def _leaves(shape: Shape, prefix: str, depth: int = 0) -> Iterator[tuple[str, Shape]]:
    """Yield path and shape of every field; a schema that holds itself is followed a little way."""
    for name, inner in shape.properties.items():
        if inner.properties and not is_whole(inner) and depth < DEEPEST:
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


def _lists_of(golden: _Side) -> _Side:
    shapes = {path: one for path, one in golden.shapes.items() if is_elements(one)}
    return _Side(shapes, golden.values, golden.names)


def _seated(golden: _Side, taken: set[str]) -> _Side:
    """Return the golden fields outside of lists, and the places in lists not taken whole."""
    shapes = {path: one for path, one in golden.shapes.items() if not is_elements(one)}
    seats = {
        each.path: each
        for path, one in golden.shapes.items()
        if is_elements(one) and path not in taken
        for each in seats_of(path, one)
    }
    values = {path: _seat_values(each, golden.values[each.list]) for path, each in seats.items()}
    return _Side(
        {**shapes, **{path: each.shape for path, each in seats.items()}},
        {**golden.values, **values},
        {**golden.names, **{path: each.names for path, each in seats.items()}},
        seats,
    )


def _seat_values(seat: Seat, elements: Sequence[Json]) -> list[Json]:
    by, wanted = seat.fixed
    told = [each for each in elements if isinstance(each, dict) and each.get(by) == wanted]
    return [each.get(seat.inner) for each in told]


def _scored(mine: str, theirs: str, app: _Side, golden: _Side) -> Proposal | None:
    one, other = app.shapes[mine], golden.shapes[theirs]
    seat = golden.seats.get(theirs)
    operation = operation_of(one, other, theirs, app.values[mine])
    if operation is None:
        return None
    if is_elements(other):
        return _list(mine, theirs, app, golden)
    by_name = _names_alike(app.names[mine], golden.names[theirs])
    shared = value_overlap(app.values[mine], golden.values[theirs])
    pairs = code_pairs(one, other)
    codes = len(pairs) / max(1, len(one.codes), len(other.codes))
    a = form_of(one, app.values[mine])
    b = (seat and seat.form) or form_of(other, golden.values[theirs])
    if a is not None and b is not None and a != b and not _STRONG.isdisjoint({a, b}):
        return None
    alike = a is not None and a == b
    many = telling(app.values[mine], golden.values[theirs])
    signs = [by_name, 0.6 if many >= _ENOUGH else 0.2 * bool(shared), 0.4 * codes]
    signs.append((0.6 if a in _STRONG else 0.15) if alike else 0.0)
    score = _together(signs)
    if names_a_link(mine) and other.ref is None:
        score *= _LINK
    if one.schema.get("readOnly"):
        operation, score = (*operation, ("direction", "in")), score * _ONLY_READ
    if score < LEAST:
        return None
    reason = _reason(by_name, shared, codes, alike=alike)
    written = pairs if pairs and one.codes != other.codes else ()
    return Proposal(mine, theirs, round(score, 2), reason, operation, written, seat=seat)


def _together(signs: Sequence[float]) -> float:
    """Return how sure many signs make us that are each good for so much."""
    doubt = 1.0
    for each in signs:
        doubt *= 1.0 - each
    return 1.0 - doubt


def _names_alike(mine: Sequence[str], theirs: Sequence[str]) -> float:
    """Return the best likeness of two fields' names; without what is around them a little less."""
    return max(
        max(
            name_likeness(one, other),
            _LEAF * name_likeness(one.rpartition(".")[2], other.rpartition(".")[2]),
        )
        for one in mine
        for other in theirs
    )


def _reason(by_name: float, shared: float, codes: float, *, alike: bool) -> str:
    told = [f"names {by_name:.0%} alike"]
    if shared:
        told.append(f"{shared:.0%} of the values on both sides")
    if codes:
        told.append(f"{codes:.0%} of the codes alike")
    if alike:
        told.append("the same format")
    return ", ".join(told)


# --- lists of elements


def _list(mine: str, theirs: str, app: _Side, golden: _Side) -> Proposal | None:
    one = app.shapes[mine].items or Shape({})
    outer = golden.shapes[theirs]
    other = outer.items or Shape({})
    inner = _side(one, [each for each in app.values[mine] if isinstance(each, dict)])
    wanted = _side(other, [each for each in golden.values[theirs] if isinstance(each, dict)])
    shapes = {path: each for path, each in wanted.shapes.items() if path != "id"}
    names = {**wanted.names, **names_inside(theirs, outer)}
    fields = _proposed(inner, _Side(shapes, wanted.values, names))
    key = _key_of(one, outer, fields)
    by_name = _names_alike(app.names[mine], golden.names[theirs])
    covered = len(fields) / max(1, len(shapes))
    score = round(0.5 * by_name + 0.5 * covered, 2)
    if score < LEAST or key is None or not fields:
        return None
    reason = f"names {by_name:.0%} alike, {covered:.0%} of an element's fields"
    return Proposal(mine, theirs, score, reason, inside=tuple(fields), key=key)


def _key_of(one: Shape, outer: Shape, fields: Sequence[Proposal]) -> str | None:
    """Return what tells elements apart: an id, else the field by which ours are aligned."""
    ids: list[str] = [name for name in _KEYS if name in one.properties]
    ids += [name for name in one.properties if words_of(name)[-1:] in {("id",), ("key",)}]
    aligned = outer.schema.get("x-field", {}).get("align", ())
    ids += [each.app for each in fields if each.golden in aligned]
    return next(iter(ids), None)
