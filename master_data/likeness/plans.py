"""All comparisons of a model written out as one generated function: levels of a pair of forms.

Nearly every field has one value on each side, and most of the time went into finding that out
again in each condition. The text holds only numbers of our own; fields, values and functions come
in by the namespace. Where a field has several values, the compiled conditions are asked instead,
so both say the same.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from master_data.errors import ModelUnreadable
from master_data.forms.records import Form
from master_data.likeness.model import Comparison, Predicate
from master_data.likeness.predicates import Compiler
from master_data.likeness.values import NONE, single_of

Levels: TypeAlias = Callable[[Form, Form], list[int]]
_INLINE: Final = {
    "exact": "x{0} == y{0}",
    "different": "x{0} != y{0}",
    "present": "True",
    "joined": "x{0}.replace(' ', '') == y{0}.replace(' ', '')",
    "jw": "jw(x{0}, y{0}, score_cutoff={1}) >= {1}",
    "damerau": "-{1} <= len(x{0}) - len(y{0}) <= {1} and dl(x{0}, y{0}, score_cutoff={1}) <= {1}",
}


class Ready(NamedTuple):
    """A comparison, and what says its level however many values there are."""

    comparison: Comparison
    level: Callable[[Form, Form], int]


def plan(comparisons: Sequence[Ready], compiler: Compiler) -> Levels:
    """Return a function that gives the level of each comparison, in their order."""
    text = _Text(compiler)
    for number, ready in enumerate(comparisons):
        text.compare(number, ready)
    return text.compiled(len(comparisons))


class _Text:
    """Lines of a function, and what its names stand for."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler
        self._fields: dict[str, int] = {}
        self._lines: list[str] = []
        self._asked: set[int] = set()
        self._names: dict[str, Any] = {
            "NONE": NONE,
            "jw": JaroWinkler.similarity,
            "dl": DamerauLevenshtein.distance,
        }

    def compare(self, number: int, ready: Ready) -> None:
        """Add the lines of one comparison."""
        comparison, self._asked = ready.comparison, set()
        self._names[f"slow{number}"] = ready.level
        needs = [f"n{field} in a and n{field} in b" for field in map(self._field, comparison.needs)]
        answers = []
        for place, level in enumerate(comparison.levels):
            when = "True" if level.when is None else self._condition(level.when)
            answers.append(f"        elif {when}: c{number} = {place}")
        several = [f"p{field}[1:] or q{field}[1:]" for field in sorted(self._asked)]
        self._lines += [
            f"    if not ({' and '.join(needs) or 'True'}): c{number} = -1",
            f"    elif {' or '.join(several) or 'False'}: c{number} = slow{number}(a, b)",
            "    else:",
            "        if False: pass",
            *answers,
            f"        else: c{number} = -1",
        ]

    def compiled(self, comparisons: int) -> Levels:
        """Return the function."""
        head = ["def function(a, b):", "    mine, other = a.get, b.get"]
        for name, field in self._fields.items():
            self._names[f"n{field}"] = name
            head += [
                f"    p{field} = mine(n{field}, NONE); q{field} = other(n{field}, NONE)",
                f"    if p{field} and q{field}: x{field} = p{field}[0]; y{field} = q{field}[0]",
            ]
        whole = ", ".join(f"c{number}" for number in range(comparisons))
        exec("\n".join([*head, *self._lines, f"    return [{whole}]"]), self._names)  # noqa: S102 our own text, see above
        function: Levels = self._names["function"]
        return function

    def _condition(self, predicate: Predicate) -> str:
        """Return a predicate as an expression. Of the fields asked, both sides have one value."""
        ((word, said),) = predicate.items()
        match word:
            case "all" | "any":
                joint = " and " if word == "all" else " or "
                return f"({joint.join(self._condition(each) for each in said)})"
            case "not":
                return f"(not {self._condition(said)})"
            case _:
                pass
        name, *rest = said if isinstance(said, list) else [said]
        if word in _INLINE:
            held = _INLINE[word].format(self._single(name), *map(_number, rest))
            return f"(p{self._fields[name]} and q{self._fields[name]} and {held})"
        test = self._compiler.test(predicate)
        own = single_of(test)
        called = self._named(own.holds if own else test)
        if own is None:
            return f"{called}(a, b)"
        mine, other = self._single(own.name), self._single(own.other)
        return f"(p{mine} and q{other} and {called}(p{mine}[0], q{other}[0]))"

    def _named(self, function: object) -> str:
        name = f"t{len(self._names)}"
        self._names[name] = function
        return name

    def _field(self, name: str) -> int:
        return self._fields.setdefault(name, len(self._fields))

    def _single(self, name: str) -> int:
        field = self._field(name)
        self._asked.add(field)
        return field


def _number(said: object) -> str:
    """Return a number of a model as text; anything else is no part of it."""
    if not isinstance(said, float | int) or not math.isfinite(said):
        raise ModelUnreadable(f"{said!r} is no number")
    return repr(said)
