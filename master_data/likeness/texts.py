"""What can be said of two texts of one field by their signs alone."""

import re
from collections.abc import Sequence

from rapidfuzz.distance import DamerauLevenshtein

from master_data.forms.legal_forms import OF_A_GROUP

_digits = re.compile(r"\d+").findall


def is_acronym(text: str, other: str) -> bool:
    """Say whether one is the first letters of the other's words."""
    short, long = (text, other) if len(text) <= len(other) else (other, text)
    words = [word for word in long.split() if word not in ("and", "of", "the", "de")]
    letters = "".join(word[0] for word in words)
    return len(letters) > 2 and short.replace(" ", "") == letters  # noqa: PLR2004  two fit many


def is_of_a_group(text: str, other: str) -> bool:
    """Say whether one name is the other's with such a word as a holding or sister firm has."""
    ours, theirs = set(text.split()), set(other.split())
    more = ours ^ theirs
    return bool(more) and (ours < theirs or theirs < ours) and not OF_A_GROUP.isdisjoint(more)


def is_made_of(user: str, words: Sequence[str]) -> bool:
    """Say whether a mailbox is called by names, initials and digits: j.smith7."""
    left = user
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, " ", 1)
    rest = [sign for sign in left if sign.isalpha()]
    return len(rest) <= 1 and all(sign in {word[0] for word in words} for sign in rest)


def is_mistyped(text: str, other: str, most: int) -> bool:
    """Say whether up to `most` signs are off and no digit: a number is another one."""
    return (
        abs(len(text) - len(other)) <= most
        and DamerauLevenshtein.distance(text, other, score_cutoff=most) <= most
        and _digits(text) == _digits(other)
    )


def shape(text: str) -> str:
    """Return at which places letters and digits stand."""
    return "".join("9" if sign.isdigit() else "a" for sign in text)
