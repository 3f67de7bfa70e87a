"""Which rules never meet: their conditions exclude each other, or they hold different elements."""

from mappings import ops
from mappings.predicates import disjoint
from mappings.view import Json

Kinds = dict[str, tuple[Json, ...]]


def apart(one: ops.Rule, other: ops.Rule) -> bool:
    """Whether two rules may write the same place, for they never do so together."""
    if one is other:
        return False
    if disjoint(one.when, other.when):
        return True
    if not isinstance(one, ops.Each | ops.Slots) or not isinstance(other, ops.Each | ops.Slots):
        return False
    if isinstance(one, ops.Each) and isinstance(other, ops.Each) and one.app == other.app:
        return _differ(_marks(one), _marks(other))
    same = isinstance(one, ops.Slots) and isinstance(other, ops.Slots)
    return not same and all(_differ(a, b) for a in _kinds(one) for b in _kinds(other))


def _kinds(rule: ops.Each | ops.Slots) -> list[Kinds]:
    """Return what elements a rule is about, as golden field -> values."""
    if isinstance(rule, ops.Slots):
        return [{name: _codes(value) for name, value in slot.fixed} for slot in rule.slots]
    return [dict(rule.kinds)]


def _codes(value: Json) -> tuple[Json, ...]:
    return value if isinstance(value, tuple) else (value,)


def _marks(rule: ops.Each) -> Kinds:
    return {one.app: (one.value,) for one in rule.constants if one.app is not None}


def _differ(one: Kinds, other: Kinds) -> bool:
    common = one.keys() & other.keys()
    return any(not any(value in other[name] for value in one[name]) for name in common)
