"""Units of measure by UN/ECE Recommendation 20: kinds and exact factors, and quantities in them."""

from decimal import Decimal
from functools import lru_cache
from typing import Final

from mappings.errors import ValueRefused
from mappings.terms import Rounding
from mappings.values import EXACT, decimal_text, plain_decimal, to_decimal
from mappings.view import Json

# kind -> code -> how many of the kind's first unit it is
KINDS: Final[dict[str, dict[str, str]]] = {
    "mass": {
        "KGM": "1",
        "GRM": "0.001",
        "MGM": "0.000001",
        "DTN": "100",
        "TNE": "1000",
        "LBR": "0.45359237",
        "ONZ": "0.028349523125",
        "STN": "907.18474",
    },
    "length": {
        "MTR": "1",
        "MMT": "0.001",
        "CMT": "0.01",
        "DMT": "0.1",
        "KMT": "1000",
        "INH": "0.0254",
        "FOT": "0.3048",
        "YRD": "0.9144",
        "SMI": "1609.344",
    },
    "area": {
        "MTK": "1",
        "MMK": "0.000001",
        "CMK": "0.0001",
        "DMK": "0.01",
        "KMK": "1000000",
        "HAR": "10000",
        "INK": "0.00064516",
        "FTK": "0.09290304",
        "YDK": "0.83612736",
    },
    "volume": {
        "LTR": "1",
        "MLT": "0.001",
        "CLT": "0.01",
        "DLT": "0.1",
        "HLT": "100",
        "MTQ": "1000",
        "CMQ": "0.001",
        "DMQ": "1",
        "FTQ": "28.316846592",
        "GLL": "3.785411784",
        "GLI": "4.54609",
        "OZA": "0.0295735295625",
    },
    "time": {
        "SEC": "1",
        "MIN": "60",
        "HUR": "3600",
        "DAY": "86400",
        "WEE": "604800",
    },
    "energy": {
        "KWH": "1",
        "WHR": "0.001",
        "MWH": "1000",
    },
    "count": {
        "C62": "1",
        "H87": "1",
        "EA": "1",
        "NAR": "1",
        "PR": "2",
        "DZN": "12",
        "CEN": "100",
        "MIL": "1000",
    },
}
FACTORS: Final = {code: Decimal(one) for units in KINDS.values() for code, one in units.items()}
KIND_OF: Final = {code: kind for kind, units in KINDS.items() for code in units}
SIGNIFICANT: Final = 18


def kind_of(code: str) -> str | None:
    """Return what a unit measures; None if the table does not know the unit."""
    return KIND_OF.get(code)


@lru_cache(maxsize=8192)
def converted(value: str, unit: str, wanted: str) -> str:
    """Return a value in another unit of the same kind, to 18 significant digits.

    ValueRefused where the two units measure different things, or one is not in the table.
    """
    if unit == wanted:
        return decimal_text(value, None, 0, Rounding.HALF_EVEN)
    kind = KIND_OF.get(unit)
    if kind is None or kind != KIND_OF.get(wanted):
        message = f"{unit} cannot be told in {wanted}: they measure different things"
        raise ValueRefused(message)
    number = EXACT.divide(EXACT.multiply(to_decimal(value), FACTORS[unit]), FACTORS[wanted])
    if len(number.as_tuple().digits) > SIGNIFICANT:
        number = number.quantize(
            Decimal(1).scaleb(number.adjusted() - SIGNIFICANT + 1), None, EXACT
        )
    return plain_decimal(number, None, 0, Rounding.HALF_EVEN)


def require_unit(value: Json) -> str:
    """Return the unit's code in capitals, known to the table or not."""
    if not isinstance(value, str) or not value.strip():
        message = "a quantity needs its unit, such as KGM"
        raise ValueRefused(message)
    return value.strip().upper()
