"""Text that stands in several fields on one side: joined and cut, or in pieces of a width."""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from mappings import values
from mappings.errors import ValueRefused
from mappings.ops import Join, Pieces
from mappings.predicates import is_blank
from mappings.terms import Cut
from mappings.view import Json

Turn: TypeAlias = Callable[[Json], Json]


def join_words(parts: Sequence[Json], separator: str) -> str:
    """Join the parts that are not blank."""
    said = [values.require_text(part).strip() for part in parts if not is_blank(part)]
    return separator.join(part for part in said if part)


def cut_words(text: str, separator: str, at: Cut, count: int) -> list[str | None]:
    """Cut a text into `count` parts; parts it has no words for, the last ones, are None."""
    words = [stripped for word in text.split(separator) if (stripped := word.strip())]
    runs = [separator.join(run) for run in _runs(words, at, count) if run]
    return [*runs, *[None] * (count - len(runs))]


def _runs(words: list[str], at: Cut, count: int) -> list[list[str]]:
    """Return the words of each part."""
    if at is Cut.NUMBER:
        numbered = [index for index, word in enumerate(words) if index and word[0].isdigit()]
        cut = numbered[-1] if numbered else len(words)
        return [words[:cut], words[cut:]]
    over = max(len(words) - count, 0)
    if at is Cut.FIRST:
        return [*([word] for word in words[: count - 1]), words[count - 1 :]]
    return [words[: over + 1], *([word] for word in words[over + 1 :])]


def join_pair(operation: Join, paths: Sequence[str]) -> tuple[Turn, Turn]:
    """Return words {path: text} -> one text, and back."""

    def get(words: Mapping[str, Json]) -> str:
        return join_words([words[path] for path in paths], operation.separator)

    def put(golden: Json) -> Json:
        text = values.require_text(golden)
        parts = cut_words(text, operation.separator, operation.at, len(paths))
        return dict(zip(paths, parts, strict=True))

    return get, put


def pieces_pair(operation: Pieces, paths: Sequence[str]) -> tuple[Turn, Turn]:
    """Return words {path: text} -> one text, and back, broken between words."""
    width = operation.width

    def get(words: Mapping[str, Json]) -> str:
        return join_words([words[path] for path in paths], " ")

    def put(golden: Json) -> Json:
        pieces = broken(values.require_text(golden), width)
        if len(pieces) > len(paths) or any(len(piece) > width for piece in pieces):
            message = f"{values.shown(golden)} does not fit into {len(paths)} x {width} characters"
            raise ValueRefused(message)
        padded: list[str | None] = [*pieces, *[None] * (len(paths) - len(pieces))]
        return dict(zip(paths, padded, strict=True))

    return get, put


def broken(text: str, width: int) -> list[str]:
    """Break a text between words; a word longer than `width` stays whole."""
    return textwrap.wrap(
        " ".join(text.split()), width, break_long_words=False, break_on_hyphens=False
    )
