"""Money and quantities: exact, and never without their unit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import cache
from typing import Any, Self

import pycountry

from ground.strict_json import plain

# ISO 4217 minor units other than two (CLDR's digits are for display and differ).
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_MINOR_UNITS = {
    code: units for units, codes in ((0, _NONE), (3, _THREE), (4, _FOUR)) for code in codes.split()
}
_NO_CURRENCY = frozenset("XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX".split())  # noqa: SIM905 - as above
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,10})?", re.ASCII)
_UNIT = re.compile(r"[A-Z0-9]{1,3}", re.ASCII)  # UN/ECE Recommendation 20


class AmountError(ValueError):
    """What is wrong with an amount of money or a quantity; `reason` may be shown."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency, with exactly the decimals it was given or its currency has."""

    amount: Decimal
    currency: str

    @classmethod
    def parse(cls, amount: str, currency: str, *, places: int | None = None) -> Self:
        """Return the money of a plain number; missing decimals are added, none is rounded away.

        `places` allows more decimals than the currency has, as unit prices need.
        """
        allowed = max(minor_units(currency), places or 0)
        number = _number(amount)
        if decimals(number) > allowed:
            msg = f"{currency} has at most {allowed} decimals here"
            raise AmountError(msg)
        least = Decimal(1).scaleb(-max(minor_units(currency), decimals(number)))
        return cls(number.quantize(least), currency)

    @classmethod
    def from_json(cls, document: object, *, places: int | None = None) -> Self:
        """Return the money of {"amount": "12.50", "currency": "EUR"}."""
        amount, currency = _two_texts(document, "amount", "currency")
        return cls.parse(amount, currency, places=places)

    def to_json(self) -> dict[str, str]:
        """Return {"amount": "12.50", "currency": "EUR"}."""
        return {"amount": plain(self.amount), "currency": self.currency}

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.currency}"

    def __add__(self, other: "Money") -> "Money":
        """Return the sum; raise AmountError for another currency."""
        return Money(self.amount + self._alike(other).amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Return the difference; raise AmountError for another currency."""
        return Money(self.amount - self._alike(other).amount, self.currency)

    def times(self, factor: Decimal, rounding: str = ROUND_HALF_EVEN) -> "Money":
        """Return the product, rounded to the currency's minor unit."""
        least = Decimal(1).scaleb(-minor_units(self.currency))
        return Money((self.amount * factor).quantize(least, rounding), self.currency)

    def _alike(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            msg = f"{self.currency} and {other.currency} do not add up"
            raise AmountError(msg)
        return other


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of units, with the decimals it was given."""

    value: Decimal
    unit: str

    @classmethod
    def parse(cls, value: str, unit: str) -> Self:
        """Return the quantity of a plain number and a UN/ECE Rec 20 unit code."""
        if not _UNIT.fullmatch(unit):
            reason = "not a unit code"
            raise AmountError(reason)
        return cls(_number(value), unit)

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Return the quantity of {"value": "1.5", "unit": "KGM"}."""
        return cls.parse(*_two_texts(document, "value", "unit"))

    def to_json(self) -> dict[str, str]:
        """Return {"value": "1.5", "unit": "KGM"}."""
        return {"value": plain(self.value), "unit": self.unit}

    def __str__(self) -> str:
        return f"{plain(self.value)} {self.unit}"


@cache
def minor_units(currency: str) -> int:
    """Return how many decimals a currency has by ISO 4217; raise AmountError for none."""
    found = pycountry.currencies.get(alpha_3=currency)  # whatever the case
    if found is None or found.alpha_3 != currency or currency in _NO_CURRENCY:
        reason = "not a currency code"
        raise AmountError(reason)
    return _MINOR_UNITS.get(currency, 2)


def decimals(number: Decimal) -> int:
    """Return how many decimals a finite number has, ending zeros aside."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        reason = "not a plain number"
        raise AmountError(reason)
    try:
        number = Decimal(text)
    except InvalidOperation:
        reason = "not a plain number"
        raise AmountError(reason) from None
    return abs(number) if number == 0 else number  # there is no minus nought


def _two_texts(document: Any, first: str, second: str) -> tuple[str, str]:  # noqa: ANN401 - not read yet
    if not isinstance(document, Mapping) or set(document) != {first, second}:
        reason = f"needs {first} and {second}, nothing else"
        raise AmountError(reason)
    one, two = document[first], document[second]
    if not isinstance(one, str) or not isinstance(two, str):
        reason = f"{first} and {second} are texts"
        raise AmountError(reason)
    return one, two
