"""How much two fields look alike: by what their names mean, by their values, by their formats."""

import difflib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice

from mappings.infer.words import meanings_of
from mappings.view import Json

_MOST_VALUES = 500
_LEAST_SPELLING = 0.85


@lru_cache(maxsize=200_000)
def name_likeness(one: str, other: str) -> float:
    """Return how much two paths are alike by what they name, 0 to 1; the last idea counts most."""
    mine, theirs = meanings_of(one), meanings_of(other)
    if not mine or not theirs or set(mine) | set(theirs) <= {"id"}:
        return 0.0
    last = _word_likeness(mine[-1], theirs[-1])
    shared = sum(max(_word_likeness(word, each) for each in theirs) for word in mine)
    shared += sum(max(_word_likeness(word, each) for each in mine) for word in theirs)
    return 0.6 * last + 0.4 * shared / (len(mine) + len(theirs))


def _word_likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    ratio = difflib.SequenceMatcher(None, one, other).ratio()
    return ratio if ratio >= _LEAST_SPELLING else 0.0


def value_overlap(mine: Iterable[Json], theirs: Iterable[Json]) -> float:
    """Return the share of the rarer side's values that the other side has too, 0 to 1."""
    one, other = folded(mine), folded(theirs)
    if not one or not other:
        return 0.0
    return len(one & other) / min(len(one), len(other))


def telling(mine: Sequence[Json], theirs: Sequence[Json]) -> int:
    """Return how many values both sides have that are too long to be alike by chance."""
    return sum(len(each) > 3 for each in folded(mine) & folded(theirs))  # noqa: PLR2004


def folded(values: Iterable[Json]) -> set[str]:
    """Return the values as texts, without what case and space tell."""
    told = (each for each in values if isinstance(each, str | int) and not isinstance(each, bool))
    return {" ".join(str(each).casefold().split()) for each in islice(told, _MOST_VALUES)} - {""}
