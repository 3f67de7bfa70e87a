"""Conditions on what only people have: given and family names, dates of birth, mailboxes."""

from datetime import date

from rapidfuzz.distance import JaroWinkler

from master_data.forms.given_names import one_name, two_names
from master_data.forms.names import kindred
from master_data.forms.records import Form
from master_data.likeness.texts import is_made_of
from master_data.likeness.values import NONE, Test, exact, over

_DATE = len("YYYYMMDD")
_TELLS_NOBODY = 4  # letters of a mailbox
_NEARLY = 0.85


def crossed(_: object, name: str, other: str, least: float) -> Test:
    """One record's `name` is the other's `other`, and the other way round if both are there."""
    to, back = (over(one, lambda x, y: JaroWinkler.similarity(x, y) >= least, two)
                for one, two in ((name, other), (other, name)))  # fmt: skip
    blank = _either_blank
    return lambda a, b: (
        (to(a, b) or blank(a.get(name), b.get(other)))
        and (back(a, b) or blank(a.get(other), b.get(name)))
        and (to(a, b) or back(a, b))
    )


def crossed_names(_: object, name: str, other: str) -> Test:
    """One record's `name` and the other's `other` are two names of their own, or turned round."""
    to = over(name, two_names, other)
    back = over(other, two_names, name)
    return lambda a, b: to(a, b) or back(a, b)


def _either_blank(x: object, y: object) -> bool:
    return not x or not y


def kindred_names(_: object, name: str) -> Test:
    """Return a test that both are used for one person: Robert and Bob, Brian and Bryan."""

    def holds(x: str, y: str) -> bool:
        one, two = x.partition(" ")[0], y.partition(" ")[0]
        return kindred(x, y) or kindred(one, two) or one_name(one, two)

    return over(name, holds)


def two_given_names(_: object, name: str) -> Test:
    """Test that both are names of their own, and no value of one is the other's."""
    apart = over(name, lambda x, y: two_names(x.partition(" ")[0], y.partition(" ")[0]))
    same = exact(name)
    return lambda a, b: apart(a, b) and not same(a, b)


def initial(_: object, name: str) -> Test:
    """One is the other's first letter, or its first word."""

    def holds(x: str, y: str) -> bool:
        short, long = (x, y) if len(x) <= len(y) else (y, x)
        first = short.partition(" ")[0]
        if len(first) == 1:
            return long.startswith(first)
        return long.startswith(short + " ") or short.startswith(long.partition(" ")[0] + " ")

    return over(name, holds)


def days_swapped(_: object, name: str) -> Test:
    """Return a test that day and month are exchanged."""

    def holds(x: str, y: str) -> bool:
        return len(x) == _DATE == len(y) and x[:4] == y[:4] and x[4:6] + x[6:] == y[6:] + y[4:6]

    return over(name, holds)


def days_apart(_: object, name: str, most: int) -> Test:
    """Return a test that the dates are up to so many days apart: a time zone moves one by a day."""

    def holds(x: str, y: str) -> bool:
        if abs(int(x[:4] or 0) - int(y[:4] or 0)) > 1:
            return False
        one, two = _day(x), _day(y)
        return one is not None and two is not None and abs(one - two) <= most

    return over(name, holds)


def _day(text: str) -> int | None:
    if len(text) != _DATE:
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal()
    except ValueError:
        return None


def user(_: object, name: str, least: float) -> Test:
    """Test that the parts before the @ are alike, if long enough to tell anybody."""

    def holds(x: str, y: str) -> bool:
        one, two = x.partition("@")[0], y.partition("@")[0]
        return min(len(one), len(two)) > _TELLS_NOBODY and JaroWinkler.similarity(one, two) >= least

    return over(name, holds)


def own_name_mailbox(_: object, name: str) -> Test:
    """Test that what is before the @ is made of their names, and no number in it is the same."""

    def users(form: Form) -> list[str]:
        return [email.partition("@")[0] for email in form.get(name, NONE)]

    def words(form: Form) -> list[str]:
        texts = (*form.get("given", NONE), *form.get("family", NONE))
        return [word for text in texts for word in text.split()]

    def test(a: Form, b: Form) -> bool:
        ours, theirs, names = users(a), users(b), words(a) + words(b)
        if not (ours and theirs and names):
            return False
        if any(not user.isalpha() and user in theirs for user in ours):
            return False
        return all(is_made_of(user, names) for user in ours + theirs)

    return test


def same_first(_: object, name: str) -> Test:
    """Test that the first words are the same, and no mere initials."""

    def holds(x: str, y: str) -> bool:
        first = x.partition(" ")[0]
        return len(first) > 1 and first == y.partition(" ")[0]

    return over(name, holds)


def another_second(_: object, name: str, middle: str) -> Test:
    """Test that both have a second given name, and no two of them may be one."""

    def seconds(form: Form) -> list[str]:
        later = [word for text in form.get(name, NONE) for word in text.split()[1:]]
        return later + [word for text in form.get(middle, NONE) for word in text.split()]

    def other_words(form: Form) -> list[str]:
        texts = (*form.get(name, NONE), *form.get("family", NONE))
        return [word for text in texts for word in text.split()]

    def test(a: Form, b: Form) -> bool:
        ours, theirs = seconds(a), seconds(b)
        if not ours or not theirs:
            return False
        if not set(ours).isdisjoint(other_words(b)) or not set(theirs).isdisjoint(other_words(a)):
            return False
        return not any(_may_be_one(x, y) for x in ours for y in theirs)

    return test


def _may_be_one(x: str, y: str) -> bool:
    if len(x) == 1 or len(y) == 1:
        return x[0] == y[0]
    return kindred(x, y) or JaroWinkler.similarity(x, y) >= _NEARLY
