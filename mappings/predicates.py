"""`publish when` and friends: predicates over golden scalars, compiled to one function."""

from collections.abc import Callable
from typing import Protocol, TypeAlias, assert_never

from mappings.paths import MISSING, reader
from mappings.statements import AllOf, AnyOf, Contains, In, Not, Predicate, Present
from mappings.view import Json, Record


class Scalars(Protocol):
    """Values by path; a mapping, or a record read on the way."""

    def get(self, path: str, /) -> Json:
        """Return the value, or None."""


Test: TypeAlias = Callable[[Scalars], bool]


class RecordScalars:
    """An app's record as a predicate looks at it, by dotted paths."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def get(self, path: str, /) -> Json:
        """Return the words at a path, or None."""
        words = reader(path)(self.record)
        return None if words is MISSING else words


def is_blank(value: Json) -> bool:
    """Whether a value says nothing: null, empty text, empty list or empty object."""
    return not value and value is not False and value != 0


def compile_predicate(predicate: Predicate) -> Test:
    """Compile a predicate; a field that is not there counts as blank."""
    match predicate:
        case AllOf(parts):
            tests = tuple(compile_predicate(part) for part in parts)
            return lambda scalars: all(test(scalars) for test in tests)
        case AnyOf(parts):
            tests = tuple(compile_predicate(part) for part in parts)
            return lambda scalars: any(test(scalars) for test in tests)
        case Not(part):
            negated = compile_predicate(part)
            return lambda scalars: not negated(scalars)
        case In(field, values):
            return lambda scalars: scalars.get(field) in values
        case Present(field, present):
            return lambda scalars: is_blank(scalars.get(field)) is not present
        case Contains(field, value):
            return lambda scalars: _holds(scalars.get(field), value)
        case _:
            assert_never(predicate)


def _holds(codes: Json, value: Json) -> bool:
    return isinstance(codes, list) and value in codes


def predicate_fields(predicate: Predicate) -> frozenset[str]:
    """Return the golden fields a predicate looks at."""
    match predicate:
        case AllOf(parts) | AnyOf(parts):
            return frozenset().union(*(predicate_fields(part) for part in parts))
        case Not(part):
            return predicate_fields(part)
        case In(field, _) | Present(field, _) | Contains(field, _):
            return frozenset({field})
        case _:
            assert_never(predicate)


def allowed_values(predicate: Predicate, field: str) -> frozenset[Json] | None:
    """Return the only values `field` has where the predicate holds; None if it does not say."""
    match predicate:
        case In(name, values) if name == field:
            return frozenset(values)
        case AllOf(parts):
            said = [
                allowed for part in parts if (allowed := allowed_values(part, field)) is not None
            ]
            return frozenset.intersection(*said) if said else None
        case _:
            return None


def disjoint(one: Predicate, other: Predicate) -> bool:
    """Whether two conditions never hold together, as far as their fields' values tell."""
    for field in predicate_fields(one) & predicate_fields(other):
        mine, yours = allowed_values(one, field), allowed_values(other, field)
        if mine is not None and yours is not None and not mine & yours:
            return True
        if _contradict(one, other, field) or _contradict(other, one, field):
            return True
    return False


def _contradict(one: Predicate, other: Predicate, field: str) -> bool:
    """Whether one asks for some of the values that the other rules out."""
    allowed = allowed_values(one, field)
    forbidden = allowed_values(other.part, field) if isinstance(other, Not) else None
    return allowed is not None and forbidden is not None and allowed <= forbidden
