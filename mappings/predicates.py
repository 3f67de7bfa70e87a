"""`publish when` and friends: predicates over golden scalars, compiled to one function."""

from collections.abc import Callable, Mapping
from typing import TypeAlias, assert_never

from mappings.ops import AllOf, AnyOf, Contains, In, Not, Predicate, Present
from mappings.view import Json

Scalars: TypeAlias = Mapping[str, Json]
Test: TypeAlias = Callable[[Scalars], bool]


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
