"""Conditions on what only people have: given and family names, dates of birth, mailboxes."""

from rapidfuzz.distance import JaroWinkler

from master_data.forms.given_names import two_names
from master_data.forms.names import kindred
from master_data.forms.records import Form
from master_data.likeness.texts import is_made_of
from master_data.likeness.values import NONE, Test, exact, over

_DATE = len("YYYYMMDD")
_TELLS_NOBODY = 4  # letters of a mailbox


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
    """Return a test that both are used for one person: Robert and Bob."""

    def holds(x: str, y: str) -> bool:
        return kindred(x, y) or kindred(x.partition(" ")[0], y.partition(" ")[0])

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
