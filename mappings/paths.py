"""Dotted paths into nested objects. Lists have no index here: their elements go by key."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from mappings.view import Json, Record

# A name of any script without spaces, brackets, quotes or slashes.
STEP: Final = re.compile(
    r"""[^\s.,:;\[\]{}()'"\\/0-9\-\x00-\x1f][^\s.,:;\[\]{}()'"\\/\x00-\x1f]*"""
)


class _Missing:
    """The value of a path that a record does not have."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


def split_path(text: str) -> tuple[str, ...]:
    """Split "terms.currency" into its steps; ValueError if it is no path."""
    steps = tuple(text.split("."))
    if not all(STEP.fullmatch(step) for step in steps):
        message = f"{text!r} is not a path: write names joined by dots, such as terms.currency"
        raise ValueError(message)
    return steps


def reader(path: str) -> Callable[[Record], Json]:
    """Compile a function that reads `path`; it returns MISSING where a record lacks it."""
    steps = split_path(path)
    if len(steps) == 1:
        name = steps[0]
        return lambda record: record.get(name, MISSING)

    def read(record: Record) -> Json:
        here: Json = record
        for step in steps:
            if not isinstance(here, dict) or step not in here:
                return MISSING
            here = here[step]
        return here

    return read


def words_reader(paths: Sequence[str], *, whole: bool = True) -> Callable[[Record], Json]:
    """Compile a reader of one path, or of several as {path: words}.

    MISSING if one of several lacks; or, if not `whole`, if all do: then one that lacks is None.
    """
    if len(paths) == 1:
        return reader(paths[0])
    readers = tuple((path, reader(path)) for path in paths)

    def read(record: Record) -> Json:
        words = {path: read_one(record) for path, read_one in readers}
        lacking = [path for path, one in words.items() if one is MISSING]
        if lacking and (whole or len(lacking) == len(words)):
            return MISSING
        return words | dict.fromkeys(lacking) if lacking else words

    return read


def writer(path: str) -> Callable[[Record, Json, Record], None]:
    """Compile a function (values, words, before) that sets `path` in `values`.

    Objects on the way are copied from `before`, which is never changed in place.
    """
    *parents, name = split_path(path)
    if not parents:
        return lambda values, words, _: values.__setitem__(name, words)

    def write(values: Record, words: Json, before: Record) -> None:
        here: Record = values
        there: Json = before
        for step in parents:
            there = there.get(step) if isinstance(there, dict) else None
            inner = here.get(step)
            if not isinstance(inner, dict):
                inner = dict(there) if isinstance(there, dict) else {}
            elif inner is there:
                inner = dict(inner)
            here[step] = inner
            here = inner
        here[name] = words

    return write


def overlaps(one: str, other: str) -> bool:
    """Whether two paths are equal or one lies inside the other."""
    return one == other or one.startswith(other + ".") or other.startswith(one + ".")
