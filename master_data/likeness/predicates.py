"""The conditions a level may name. Each is compiled once into a function of two forms.

Values of a field are several; a condition holds if it holds for any pair of them.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler, Levenshtein

from master_data.errors import ModelUnreadable
from master_data.forms.numbers import numbers_in, tell_apart
from master_data.forms.records import Form
from master_data.likeness import people
from master_data.likeness.model import Frequency, Predicate
from master_data.likeness.statistics import Statistics
from master_data.likeness.texts import is_acronym, is_mistyped, is_of_a_group, shape
from master_data.likeness.values import NONE, Test, exact, over
from master_data.likeness.words import Words

_jaro_winkler = JaroWinkler.similarity
_damerau_levenshtein = DamerauLevenshtein.distance


class Compiler:
    """Turns predicates into functions, with one snapshot of statistics."""

    def __init__(self, statistics: Statistics, frequencies: Mapping[str, Frequency]) -> None:
        self._statistics = statistics
        self._frequencies = frequencies
        self._words: dict[str, Words] = {}

    def test(self, predicate: Predicate) -> Test:
        """Return the function of one predicate. Raises ModelUnreadable."""
        if len(predicate) != 1:
            raise ModelUnreadable(f"a condition has exactly one word, not {dict(predicate)!r}")
        ((word, said),) = predicate.items()
        match word:
            case "all":
                return _all([self.test(each) for each in said])
            case "any":
                return _any([self.test(each) for each in said])
            case "not":
                return _not(self.test(said))
            case _:
                pass
        arguments = said if isinstance(said, list) else [said]
        maker = _MAKERS.get(word)
        if maker is None:
            raise ModelUnreadable(f"no condition is called {word!r}")
        return maker(self, *arguments)

    def words(self, name: str) -> Words:
        """Return the weighed words of a field."""
        if name not in self._words:
            self._words[name] = Words(name, self._statistics)
        return self._words[name]

    def rate(self, name: str) -> float:
        """Return how usual something is among the records."""
        return self._statistics.rate(name)

    def is_common(self, name: str, value: str, times: int) -> bool:
        """Say whether so many records have a value that it is no misspelling."""
        return self._statistics.values.get(name, {}).get(value, 0) >= times


def _all(tests: Sequence[Test]) -> Test:
    """Test each in turn; written out for two and three, which is most of them and twice as fast."""
    match tests:
        case [one, two]:
            return lambda a, b: one(a, b) and two(a, b)
        case [one, two, three]:
            return lambda a, b: one(a, b) and two(a, b) and three(a, b)
        case _:
            pass

    def test(a: Form, b: Form) -> bool:
        for each in tests:  # noqa: SIM110  a loop costs half of all()
            if not each(a, b):
                return False
        return True

    return test


def _any(tests: Sequence[Test]) -> Test:
    match tests:
        case [one, two]:
            return lambda a, b: one(a, b) or two(a, b)
        case [one, two, three]:
            return lambda a, b: one(a, b) or two(a, b) or three(a, b)
        case _:
            pass

    def test(a: Form, b: Form) -> bool:
        for each in tests:  # noqa: SIM110  a loop costs half of any()
            if each(a, b):
                return True
        return False

    return test


def _not(test: Test) -> Test:
    return lambda a, b: not test(a, b)


def _same_set(_: Compiler, name: str) -> Test:
    """Test that both have the same values, none more."""
    return lambda a, b: set(a.get(name, NONE)) == set(b.get(name, NONE))


def _joined(_: Compiler, name: str) -> Test:
    return over(name, lambda x, y: x.replace(" ", "") == y.replace(" ", ""))


def _jw(_: Compiler, name: str, least: float) -> Test:
    return over(name, lambda x, y: _jaro_winkler(x, y, score_cutoff=least) >= least)


def _lev(_: Compiler, name: str, most: int) -> Test:
    return over(name, lambda x, y: Levenshtein.distance(x, y) <= most)


def _damerau(_: Compiler, name: str, most: int) -> Test:
    def holds(x: str, y: str) -> bool:
        return (
            abs(len(x) - len(y)) <= most and _damerau_levenshtein(x, y, score_cutoff=most) <= most
        )

    return over(name, holds)


def _present(_: Compiler, name: str) -> Test:
    return lambda a, b: bool(a.get(name)) and bool(b.get(name))


def _one_sided(_: Compiler, name: str) -> Test:
    return lambda a, b: bool(a.get(name)) != bool(b.get(name))


def _different(_: Compiler, name: str) -> Test:
    same = exact(name)
    return lambda a, b: bool(a.get(name)) and bool(b.get(name)) and not same(a, b)


def _within(_: Compiler, name: str) -> Test:
    """All words of one are words of the other."""

    def holds(x: str, y: str) -> bool:
        ours, theirs = set(x.split()), set(y.split())
        return ours <= theirs or theirs <= ours

    return over(name, holds)


def _acronym(_: Compiler, name: str) -> Test:
    return over(name, is_acronym)


def _of_a_group(_: Compiler, name: str) -> Test:
    return over(name, is_of_a_group)


def _numbered(_: Compiler, name: str, *, alone: bool) -> Test:
    """Test that numbers tell the names apart, and no name of one has the numbers of the other's.

    `alone`: but for them the names are the same.
    """

    def agree(x: str, y: str) -> bool:
        return x == y or numbers_in(x)[0] == numbers_in(y)[0] != ()

    apart = over(
        name,
        lambda x, y: tell_apart(x, y) and (not alone or numbers_in(x)[1] == numbers_in(y)[1]),
    )
    alike = over(name, agree)
    return lambda a, b: apart(a, b) and not alike(a, b)


def _mistyped(_: Compiler, name: str, most: int) -> Test:
    """So many signs are off, none of them a digit: who counts does not mistype."""
    return over(name, lambda x, y: is_mistyped(x, y, most))


def _part(_: Compiler, name: str, start: int, end: int) -> Test:
    return over(name, lambda x, y: len(x) >= end <= len(y) and x[start:end] == y[start:end])


def _apart(_: Compiler, name: str, start: int, end: int, least: int) -> Test:
    """Test that the numbers at these places differ by so much, for every pair of values."""

    def holds(x: str, y: str) -> bool:
        one, two = x[start:end], y[start:end]
        return not (one.isdigit() and two.isdigit()) or abs(int(one) - int(two)) < least

    near = over(name, holds)
    return lambda a, b: bool(a.get(name)) and bool(b.get(name)) and not near(a, b)


def _common(compiler: Compiler, name: str, times: int) -> Test:
    return over(
        name,
        lambda x, y: compiler.is_common(name, x, times) and compiler.is_common(name, y, times),
    )


def _cosine(compiler: Compiler, name: str, least: float) -> Test:
    words = compiler.words(name)
    return over(name, lambda x, y: words.cosine(x, y) >= least)


def _covered(compiler: Compiler, name: str, least: float) -> Test:
    words = compiler.words(name)
    return over(name, lambda x, y: words.covered(x, y) >= least)


def _shared(compiler: Compiler, name: str, bits: float) -> Test:
    """Test that the words that both texts have are together as rare as this."""
    words = compiler.words(name)
    return over(name, lambda x, y: words.shared(x, y) >= bits)


def _both_differ(compiler: Compiler, name: str, bits: float) -> Test:
    """Each text has a word of its own, as rare as this and spelt like none of the other's."""
    words = compiler.words(name)
    return over(name, lambda x, y: words.both_differ(x, y, bits))


def _mentioned(_: Compiler, name: str, other: str) -> Test:
    """Test that a value of `name` of one record is written in `other` of the other record."""

    def found(a: Form, b: Form) -> bool:
        return any(
            value in text.replace(" ", "")
            for value in a.get(name, NONE)
            for text in b.get(other, NONE)
        )

    return lambda a, b: found(a, b) or found(b, a)


def _extends(_: Compiler, name: str, least: int) -> Test:
    """One value goes on where the other ends: FS105 and FS105NA."""

    def holds(x: str, y: str) -> bool:
        short, long = (x, y) if len(x) <= len(y) else (y, x)
        return len(short) >= least and (long.startswith(short) or long.endswith(short))

    return over(name, holds)


def _usual(compiler: Compiler, name: str, least: float) -> Test:
    """Something is as usual as this among the records at hand."""
    usual = compiler.rate(name) >= least
    return lambda _a, _b: usual


def _same_shape(_: Compiler, name: str) -> Test:
    """Letters and digits stand at the same places: FS105 and FS108."""
    return over(name, lambda x, y: len(x) == len(y) and shape(x) == shape(y))


def _ratio(_: Compiler, name: str, most: float) -> Test:
    def holds(x: str, y: str) -> bool:
        low, high = sorted((float(x), float(y)))
        return low > 0 and high / low <= most

    return over(name, holds)


def _amounts_clash(_: Compiler, name: str, *kinds: str) -> Test:
    """Both say how much of one kind, and each says a number that the other does not."""

    def by_kind(form: Form) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for amount in form.get(name, NONE):
            kind, _, number = amount.partition("=")
            if not kinds or kind in kinds:
                found.setdefault(kind, set()).add(number)
        return found

    def test(a: Form, b: Form) -> bool:
        ours, theirs = by_kind(a), by_kind(b)
        return any(_own_numbers(ours[kind], theirs[kind]) for kind in ours.keys() & theirs.keys())

    return test


def _own_numbers(ours: set[str], theirs: set[str]) -> bool:
    mine, other = ours - theirs, theirs - ours
    return bool(mine and other) and not any(_rounded(x, y) for x in mine for y in other)


def _rounded(x: str, y: str) -> bool:
    """Say whether one may be the other without its fraction: 14.7 and 14 megapixels."""
    whole = ("." in x) != ("." in y) and "e" not in x + y
    try:
        return whole and abs(float(x) - float(y)) < 1
    except ValueError:  # a size, as XL
        return False


def _counts_differ(_: Compiler, name: str) -> Test:
    """Test that a pack of several is not a pack of as many, or a single thing."""

    def counts(form: Form) -> set[str]:
        said = (amount.partition("=") for amount in form.get(name, NONE))
        return {number for kind, _, number in said if kind == "count"} - {"1"}

    return lambda a, b: counts(a) != counts(b)


_MAKERS: Mapping[str, Callable[..., Test]] = {
    "acronym": _acronym,
    "amounts_clash": _amounts_clash,
    "another_second": people.another_second,
    "apart": _apart,
    "both_differ": _both_differ,
    "common": _common,
    "cosine": _cosine,
    "counts_differ": _counts_differ,
    "covered": _covered,
    "crossed": people.crossed,
    "crossed_names": people.crossed_names,
    "damerau": _damerau,
    "days_apart": people.days_apart,
    "days_swapped": people.days_swapped,
    "different": _different,
    "exact": lambda _, name: exact(name),
    "extends": _extends,
    "initial": people.initial,
    "joined": _joined,
    "jw": _jw,
    "kindred": people.kindred_names,
    "lev": _lev,
    "mentioned": _mentioned,
    "mistyped": _mistyped,
    "numbered": partial(_numbered, alone=False),
    "numbered_alone": partial(_numbered, alone=True),
    "one_sided": _one_sided,
    "of_a_group": _of_a_group,
    "own_name_mailbox": people.own_name_mailbox,
    "part": _part,
    "present": _present,
    "ratio": _ratio,
    "same_first": people.same_first,
    "same_set": _same_set,
    "same_shape": _same_shape,
    "shared": _shared,
    "two_names": people.two_given_names,
    "user": people.user,
    "usual": _usual,
    "within": _within,
}
Arguments: TypeAlias = Sequence[Any]
