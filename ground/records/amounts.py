"""Money and measures as values of a field: exact, written as text, with their unit."""

from dataclasses import dataclass

from ground.records.findings import Findings
from ground.standards import trade
from ground.standards.errors import NotStandard
from ground.strict_json import Json


@dataclass(frozen=True, slots=True)
class MoneyAmount:
    """`{"amount": "12.50", "currency": "EUR"}`, exact, zero or more; or None."""

    empty: None = None

    def clean(self, value: Json, at: str, findings: Findings) -> Json:
        """Return amount and currency in normal form."""
        if value is None:
            return None
        amount, currency = parts_of(value, "amount", "currency")
        if amount is None or currency is None:
            findings.refuse(at, 'Give {"amount": "12.50", "currency": "EUR"}.')
            return None
        try:
            code = trade.currency(currency.strip())
            written = trade.amount(amount.strip(), code)
        except NotStandard as error:
            findings.refuse(at, error.reason)
            return None
        if written.startswith("-"):
            findings.refuse(at, "Give an amount of zero or more.")
        return {"amount": written, "currency": code}

    def schema(self) -> dict[str, Json]:
        """Return its JSON Schema."""
        return _pair_schema("amount", "12.50", "currency", "EUR")


@dataclass(frozen=True, slots=True)
class Measure:
    """`{"value": "1.5", "unit": "KGM"}` with one of these units, zero or more; or None."""

    units: tuple[str, ...]
    empty: None = None

    def clean(self, value: Json, at: str, findings: Findings) -> Json:
        """Return value and unit in normal form."""
        if value is None:
            return None
        number, unit = parts_of(value, "value", "unit")
        if number is None or unit is None or unit.strip().upper() not in self.units:
            findings.refuse(
                at,
                f"Give a value as text and one of the units {', '.join(self.units)}.",
            )
            return None
        try:
            written = trade.quantity(number.strip())
        except NotStandard as error:
            findings.refuse(at, error.reason)
            return None
        if written.startswith("-"):
            findings.refuse(at, "Give a value of zero or more.")
        return {"value": written, "unit": unit.strip().upper()}

    def schema(self) -> dict[str, Json]:
        """Return its JSON Schema."""
        return _pair_schema("value", "1.5", "unit", self.units[0])


def parts_of(value: Json, first: str, second: str) -> tuple[str | None, str | None]:
    """Return two texts of an object that has just these two members, else (None, None)."""
    if isinstance(value, dict) and set(value) == {first, second}:
        one, two = value[first], value[second]
        if isinstance(one, str) and isinstance(two, str):
            return one, two
    return None, None


def _pair_schema(first: str, one: str, second: str, two: str) -> dict[str, Json]:
    return {
        "type": ["object", "null"],
        "required": [first, second],
        "additionalProperties": False,
        "properties": {
            first: {"type": "string", "examples": [one]},
            second: {"type": "string", "examples": [two]},
        },
    }
