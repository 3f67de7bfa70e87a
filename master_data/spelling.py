"""When two values are one that is only spelled in two ways, and which spelling is kept. Pure.

Narrower than what matching compares by: what is alike here is not shown to a person as a rival.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from master_data.forms.legal_forms import part_legal_forms
from master_data.model import Value
from master_data.normalise import compact, fold

__all__ = ["Form", "are_alike", "fullest"]


class Form(StrEnum):
    """What does not count.

    `text`: case, accents, punctuation, spaces. `company`: also how the legal form is spelled, and
    whether it is there. `code`: all but letters and digits, and the case of letters.
    """

    TEXT = "text"
    COMPANY = "company"
    CODE = "code"


class _Kept(NamedTuple):
    """What a spelling kept that another one may have lost."""

    forms: frozenset[str]
    accents: int
    cases: int

    def covers(self, other: "_Kept") -> bool:
        return (
            self.forms >= other.forms
            and self.accents >= other.accents
            and self.cases >= other.cases
        )


def are_alike(form: Form, values: Sequence[Value]) -> bool:
    """Say whether all values are one value, spelled in different ways."""
    if form is Form.COMPANY and all(isinstance(each, str) for each in values):
        parted = [_parted(each) for each in values]
        most = max((forms for _, forms in parted), key=len)
        names = {name for name, _ in parted}
        return len(names) == 1 and all(forms <= most for _, forms in parted)
    first, *others = (_in_form(form, each) for each in values)
    return all(each == first for each in others)


def fullest(form: Form, values: Sequence[Value]) -> list[int]:
    """Return the positions of the values that lost nothing which another one kept.

    Capitals only, no accents, no legal form: what is lost by a system never beats what it was.
    """
    if form is Form.CODE or not all(isinstance(each, str) for each in values):
        return list(range(len(values)))
    kept = [_kept(form, each) for each in values]
    return [
        number
        for number, mine in enumerate(kept)
        if not any(other != mine and other.covers(mine) for other in kept)
    ]


def _in_form(form: Form, value: Value) -> Value:
    """Return a value in its form; a text of which no letter is left stays as it is."""
    if isinstance(value, str):
        return (compact(value) if form is Form.CODE else fold(value)) or value
    if isinstance(value, Mapping):
        return {name: _in_form(form, each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_in_form(form, each) for each in value]
    return value


def _parted(text: str) -> tuple[str, frozenset[str]]:
    folded = fold(text.replace("&", " and "))
    return part_legal_forms(folded) if folded else (text, frozenset())


def _kept(form: Form, text: str) -> _Kept:
    forms = _parted(text)[1] if form is Form.COMPANY else frozenset()
    letters = [sign for sign in text if sign.isalpha()]
    accents = sum(sign.casefold() != fold(sign) for sign in letters)
    cases = 1 if text.upper() != text != text.lower() else 0
    return _Kept(forms, accents, cases)
