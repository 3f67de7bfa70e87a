"""Which element of a system's list is which golden element.

By known key, the key that we chose, equal content, then declared fields. What stays ambiguous is
held, never guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from master_data.model import Value


@dataclass(frozen=True, slots=True)
class Alignment:
    """`pairs`: system key -> element id; `added`: keys of new elements; `ambiguous`: keys held."""

    pairs: dict[str, str] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()


def align(
    incoming: Mapping[str, Value],
    golden: Mapping[str, Value],
    known: Mapping[str, str],
    fields: Sequence[str],
) -> Alignment:
    """Pair a system's elements (key -> value) with golden elements (id -> value).

    `known` maps this system's keys to element ids from earlier; `fields` identify an element.
    """
    pairs = {key: known[key] for key in incoming if key in known}
    taken = set(known.values())
    for key in (each for each in incoming if each not in pairs):
        if key in golden and key not in taken:  # written by us, and perhaps not answered
            pairs[key] = key
            taken.add(key)
    if not golden or len(pairs) == len(incoming):
        return Alignment(pairs, tuple(key for key in incoming if key not in pairs))
    for same in (
        lambda a, b: a == b,
        lambda a, b: _identity(a, fields) == _identity(b, fields) is not None,
    ):
        free = {id_: value for id_, value in golden.items() if id_ not in taken}
        for key, value in incoming.items():
            if key in pairs:
                continue
            hits = [id_ for id_, other in free.items() if same(value, other)]
            if len(hits) == 1 or (hits and value == free[hits[0]]):
                pairs[key] = hits[0]
                taken.add(hits[0])
                del free[hits[0]]
    rest = [key for key in incoming if key not in pairs]
    ambiguous = tuple(
        key for key in rest if _could_be_several(incoming[key], golden, taken, fields)
    )
    return Alignment(pairs, tuple(key for key in rest if key not in ambiguous), ambiguous)


def _identity(value: Value, fields: Sequence[str]) -> tuple[Value, ...] | None:
    if not fields or not isinstance(value, Mapping):
        return None
    found = tuple(value.get(name) for name in fields)
    return None if all(part in (None, "", []) for part in found) else tuple(map(repr, found))


def _could_be_several(
    value: Value, golden: Mapping[str, Value], taken: set[str], fields: Sequence[str]
) -> bool:
    mine = _identity(value, fields)
    if mine is None:
        return False
    free = [other for id_, other in golden.items() if id_ not in taken]
    return sum(_identity(other, fields) == mine for other in free) > 1
