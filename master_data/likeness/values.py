"""Conditions on forms out of conditions on texts: one holds if it holds for any pair of values."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from master_data.forms.records import Form

Test: TypeAlias = Callable[[Form, Form], bool]
TextTest: TypeAlias = Callable[[str, str], bool]
NONE: tuple[str, ...] = ()


class Single(NamedTuple):
    """What a test of `over` asks of one value of each side."""

    name: str
    other: str
    holds: TextTest


def single_of(test: Test) -> Single | None:
    """Return what a test asks of single values; None: it asks more than that."""
    found: Single | None = vars(test).get("single")
    return found


def over(name: str, holds: TextTest, other: str | None = None) -> Test:
    """Return a test that looks for a pair of values for which `holds`."""
    second = other or name

    def test(a: Form, b: Form) -> bool:
        ours, theirs = a.get(name), b.get(second)
        if not ours or not theirs:
            return False
        if len(ours) == 1 and len(theirs) == 1:
            return holds(ours[0], theirs[0])
        return any(holds(x, y) for x in ours for y in theirs)

    vars(test)["single"] = Single(name, second, holds)
    return test


def exact(name: str) -> Test:
    """Return a test that any value of a field is the same on both sides."""

    def test(a: Form, b: Form) -> bool:
        ours, theirs = a.get(name, NONE), b.get(name, NONE)
        return bool(ours) and (ours == theirs or not set(ours).isdisjoint(theirs))

    return test
