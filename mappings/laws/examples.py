"""A counter-example in plain words: what becomes of a value, where, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from mappings import ops
from mappings.view import Json

LONGEST: Final = 60
NOTHING: Final = "nothing"


class Law(StrEnum):
    """What every two-way mapping keeps."""

    NOTHING_CHANGED = "nothing_changed"  # read and written back: nothing to write
    COMES_BACK = "comes_back"  # written and read, golden known: exactly what was written
    NORMAL_FORM = "normal_form"  # written and read by somebody new: equal up to the normal form
    IS_CARRIED = "is_carried"  # what the golden schema allows can be written
    IS_TAKEN = "is_taken"  # what is written, the app's schema allows
    SETTLES = "settles"  # written once is written: a second write has nothing to say
    UNTOUCHED = "untouched"  # what no rule maps stays


@dataclass(frozen=True, slots=True)
class CounterExample:
    """The smallest value found for which a law does not hold.

    `before` becomes `words` in the app and comes back as `after`; where a law is about one side
    alone, `words` is None. `reason`: why it was refused, if it was.
    """

    law: Law
    path: str
    place: ops.Place
    before: Json
    words: Json
    after: Json
    reason: str = ""

    def __str__(self) -> str:
        """Say where, what happens and what to do, in one line."""
        where = f"line {self.place.line}, column {self.place.column}: {self.path}"
        return f"{where}: {self._sentence()}"

    def _sentence(self) -> str:  # noqa: PLR0911 one arm per law
        before, words, after = spoken(self.before), spoken(self.words), spoken(self.after)
        match self.law:
            case Law.NORMAL_FORM:
                return (
                    f"{before} becomes {words} and comes back as {after}: mark it `lossy: reason`"
                )
            case Law.COMES_BACK:
                return f"{before} becomes {words} and comes back as {after}: two rules meet"
            case Law.NOTHING_CHANGED:
                return f"{before} is read and written back as {after}, though nothing changed"
            case Law.IS_CARRIED:
                return f"{before} cannot be written: {self.reason}"
            case Law.IS_TAKEN:
                return f"{before} is written as {words}, but the app refuses it: {self.reason}"
            case Law.SETTLES:
                return f"{before} is written, and then {after}: two rules pull at it"
            case Law.UNTOUCHED:
                return f"{before} is mapped by no rule, yet it becomes {after}"
            case _:
                assert_never(self.law)


def spoken(value: Json) -> str:
    """Name a value as a person would: 12.50 EUR, 3 KGM, 'text', nothing."""
    match value:
        case None | "" | []:
            return NOTHING
        case dict() if not value:  # the pattern {} would match every mapping
            return NOTHING
        case {"amount": amount, "currency": unit} if len(value) == 2:  # noqa: PLR2004 a pair
            text = f"{amount} {unit}"
        case {"value": number, "unit": unit} if len(value) == 2:  # noqa: PLR2004 a pair
            text = f"{number} {unit}"
        case str():
            text = value if _is_number(value) else repr(value)
        case list():
            text = ", ".join(map(spoken, value))
        case dict():
            text = ", ".join(f"{name} {spoken(one)}" for name, one in value.items())
        case _:
            text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}... ({len(text)} characters)"


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal()
