"""The numbers by which one of many things of one name is told from the others: Store 12, Unit B."""

import re
from collections import Counter
from functools import lru_cache

_RUN = re.compile(r"\d+")
_SAID = {
    word: number
    for number, words in enumerate(
        "one first;two second ii;three third iii;four fourth iv;five fifth;six sixth vi;"
        "seven seventh vii;eight eighth viii;nine ninth ix;ten tenth".split(";"),
        1,
    )
    for word in words.split()
}
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")

Told = tuple[tuple[str, ...], tuple[str, ...]]


@lru_cache(maxsize=8192)
def numbers_in(name: str) -> Told:
    """Return (numbers, other words) of a folded name, each sorted; a letter at its end counts."""
    numbers, others = [], []
    words = name.split()
    for place, word in enumerate(words):
        runs = _RUN.findall(word)
        if runs:
            numbers += [run.lstrip("0") or "0" for run in runs]
        elif word in _SAID:
            numbers.append(str(_SAID[word]))
        elif place and place == len(words) - 1 and word in _LETTERS:
            numbers.append(word)
        else:
            others.append(word)
    return tuple(sorted(numbers)), tuple(sorted(others))


def tell_apart(name: str, other: str) -> bool:
    """Say whether each name has a number that the other has not."""
    ours, theirs = numbers_in(name)[0], numbers_in(other)[0]
    if not ours or not theirs or ours == theirs:
        return False
    if len(ours) == len(theirs) == 1:
        return True
    more, less = Counter(ours), Counter(theirs)
    return bool(more - less) and bool(less - more)
