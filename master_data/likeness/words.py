"""Texts compared by their words: rare ones weigh more, misspelt ones nearly as much."""

import math
from functools import lru_cache
from itertools import product as pairs_of

from rapidfuzz.distance import JaroWinkler

from master_data.likeness.statistics import Statistics

_NEARLY = 0.9
_SHORTEST = 4
_jw = JaroWinkler.similarity


class Words:
    """The words of one field, weighed by a snapshot of statistics."""

    def __init__(self, name: str, statistics: Statistics) -> None:
        self._name = name
        self._statistics = statistics
        self._weighed = lru_cache(maxsize=8192)(self._weigh)
        # one level after the other asks the same of one pair, with another threshold
        self.cosine = lru_cache(maxsize=64)(self._cosine)
        self.covered = lru_cache(maxsize=64)(self._covered)
        self.shared = lru_cache(maxsize=64)(self._shared)

    def _weigh(self, text: str) -> tuple[dict[str, float], float]:
        rarity = {word: self._statistics.rarity(self._name, word) for word in text.split()}
        return rarity, math.sqrt(sum(bits * bits for bits in rarity.values()))

    def _cosine(self, text: str, other: str) -> float:
        """Return 0..1: the cosine of rarity-weighed words; near spellings count by likeness."""
        if text == other:
            return 1.0
        ours, our_norm = self._weighed(text)
        theirs, their_norm = self._weighed(other)
        if not our_norm or not their_norm:
            return 0.0
        common = ours.keys() & theirs.keys()
        dot = sum(ours[word] * theirs[word] for word in sorted(common))
        for bits, likeness in _near(ours, theirs, common):
            dot += bits * likeness
        return min(1.0, dot / (our_norm * their_norm))

    def _covered(self, text: str, other: str) -> float:
        """Return 0..1: how much of the lighter text's rarity the other one has."""
        ours, _ = self._weighed(text)
        theirs, _ = self._weighed(other)
        if sum(ours.values()) > sum(theirs.values()):
            ours, theirs = theirs, ours
        total = sum(ours.values())
        common = ours.keys() & theirs.keys()
        found = sum(ours[word] for word in sorted(common))
        near = sum(math.sqrt(bits) * likeness for bits, likeness in _near(ours, theirs, common))
        return min(1.0, (found + near) / total) if total else 0.0

    def _shared(self, text: str, other: str) -> float:
        """Return the bits of the words that both texts have; near spellings count half."""
        ours, _ = self._weighed(text)
        theirs, _ = self._weighed(other)
        common = ours.keys() & theirs.keys()
        exact = sum(ours[word] for word in sorted(common))
        return exact + sum(math.sqrt(bits) / 2 for bits, _ in _near(ours, theirs, common))

    def both_differ(self, text: str, other: str, least: float) -> bool:
        """Say whether each text has a word of its own, of so many bits and spelt like none."""
        ours, _ = self._weighed(text)
        theirs, _ = self._weighed(other)
        return _has_own(ours, theirs, least) and _has_own(theirs, ours, least)


def _has_own(ours: dict[str, float], theirs: dict[str, float], least: float) -> bool:
    return any(
        bits >= least and not any(_alike(word, other) for other in theirs.keys() - ours.keys())
        for word, bits in ours.items()
        if word not in theirs
    )


def _alike(word: str, other: str) -> bool:
    short, long = (word, other) if len(word) <= len(other) else (other, word)
    return long.startswith(short) or _jw(word, other) >= _NEARLY


def _near(
    ours: dict[str, float], theirs: dict[str, float], common: set[str]
) -> list[tuple[float, float]]:
    """Pair the words that are left by likeness, best first: (product of weights, likeness)."""
    left = sorted(w for w in ours.keys() - common if len(w) >= _SHORTEST and w.isalpha())
    right = sorted(w for w in theirs.keys() - common if len(w) >= _SHORTEST and w.isalpha())
    if not left or not right:
        return []
    alike = [
        (likeness, one, two)
        for one, two in pairs_of(left, right)
        if (likeness := _jw(one, two)) >= _NEARLY
    ]
    found, used = [], set()
    for likeness, one, two in sorted(alike, reverse=True):
        if one not in used and two not in used:
            used |= {one, two}
            found.append((ours[one] * theirs[two], likeness * likeness))
    return found
