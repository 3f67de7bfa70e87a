"""What holds inside one golden record: a broken invariant holds the fields it is about."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import assert_never

from mappings import ops, values
from mappings.computed import total
from mappings.errors import CarryError
from mappings.predicates import is_blank
from mappings.view import Json


def invariant_paths(invariant: ops.Invariant) -> tuple[str, ...]:
    """Return the golden paths an invariant is about."""
    match invariant:
        case ops.SumEquals(elements=elements, total=path):
            return (elements, path)
        case ops.NotAfter(earlier=earlier, later=later):
            return (earlier, later)
        case _:
            assert_never(invariant)


def broken_invariants(
    invariants: Sequence[ops.Invariant],
    scalars: Mapping[str, Json],
    elements: Mapping[str, Mapping[str, Json]],
) -> list[tuple[ops.Invariant, str]]:
    """Return the invariants that do not hold, with the reason; what is not known says nothing."""
    found = []
    for invariant in invariants:
        reason = _broken(invariant, scalars, elements)
        if reason is not None:
            found.append((invariant, reason))
    return found


def _broken(
    invariant: ops.Invariant,
    scalars: Mapping[str, Json],
    elements: Mapping[str, Mapping[str, Json]],
) -> str | None:
    match invariant:
        case ops.SumEquals():
            return _sum_differs(invariant, scalars, elements)
        case ops.NotAfter(earlier, later):
            one, other = scalars.get(earlier), scalars.get(later)
            if is_blank(one) or is_blank(other) or _moment(one) <= _moment(other):
                return None
            return f"{earlier} is {one}, after {later}, which is {other}"
        case _:
            assert_never(invariant)


def _moment(value: Json) -> str:
    """Return what orders dates and instants in UTC as text."""
    return str(value).removesuffix("Z")


def _sum_differs(
    invariant: ops.SumEquals,
    scalars: Mapping[str, Json],
    elements: Mapping[str, Mapping[str, Json]],
) -> str | None:
    stated = scalars.get(invariant.total)
    if isinstance(stated, dict):
        stated = stated.get("amount")
    if is_blank(stated) or invariant.elements not in elements:
        return None
    try:
        summed = total(elements[invariant.elements].values(), invariant.field)
        gap = abs(values.EXACT.subtract(Decimal(summed), values.to_decimal(stated)))
    except CarryError as error:
        return f"the sum of {invariant.elements}.{invariant.field} cannot be told: {error}"
    if gap <= Decimal(invariant.tolerance):
        return None
    what = f"{invariant.elements}.{invariant.field}"
    return f"{what} sum to {summed}, but {invariant.total} says {stated}"
