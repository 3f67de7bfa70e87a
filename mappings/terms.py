"""The words that a mapping document chooses from."""

from enum import StrEnum


class Direction(StrEnum):
    """Which way a rule carries: both, only app -> golden (in) or only golden -> app (out)."""

    BOTH = "both"
    IN = "in"
    OUT = "out"

    @property
    def reads(self) -> bool:
        """Whether the rule carries from the app into the golden record."""
        return self is not Direction.OUT

    @property
    def writes(self) -> bool:
        """Whether the rule carries from the golden record into the app."""
        return self is not Direction.IN


class Clears(StrEnum):
    """Which blanks say something: both sides', the app's (in), golden's (out), or neither's."""

    BOTH = "both"
    IN = "in"
    OUT = "out"
    NEVER = "never"


class Form(StrEnum):
    """One step towards a normal form of text."""

    TRIM = "trim"
    SQUEEZE = "squeeze"
    NFC = "nfc"
    UPPER = "upper"
    LOWER = "lower"


class Rounding(StrEnum):
    """How digits beyond the scale are dropped."""

    HALF_EVEN = "half_even"
    HALF_UP = "half_up"
    DOWN = "down"


class InstantForm(StrEnum):
    """How an app spells an instant."""

    ISO = "iso"
    EPOCH_SECONDS = "epoch_seconds"
    EPOCH_MILLISECONDS = "epoch_milliseconds"


class CountryForm(StrEnum):
    """How an app names a country."""

    ALPHA_2 = "alpha2"
    ALPHA_3 = "alpha3"
    NUMERIC = "numeric"
    NAME = "name"


class Cut(StrEnum):
    """Where a text of several words is cut into fields.

    After the first words, before the last ones, or before the last word that is a number.
    """

    FIRST = "first"
    LAST = "last"
    NUMBER = "number"
