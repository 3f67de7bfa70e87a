"""Named conversions of single values, each with its inverse. No float, no locale, no clock."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache, partial
from typing import Final
from zoneinfo import ZoneInfo

from mappings.errors import ValueRefused
from mappings.terms import Form, Rounding
from mappings.view import Json

# ISO 4217: minor digits where they are not two.
NO_DIGITS: Final = (
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "UYI",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
)
THREE_DIGITS: Final = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
MINOR_DIGITS: Final = {
    **dict.fromkeys(NO_DIGITS, 0),
    **dict.fromkeys(THREE_DIGITS, 3),
    "CLF": 4,
    "UYW": 4,
}
LONGEST_SHOWN: Final = 60
MOST_DIGITS: Final = 30
EXACT: Final = Context(prec=4 * MOST_DIGITS)
ROUNDINGS: Final = {
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.DOWN: ROUND_DOWN,
}
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
CURRENCY: Final = re.compile(r"[A-Z]{3}")


def shown(value: Json) -> str:
    """Name a value in a message, shortened; never a whole document."""
    text = repr(str(value)) if isinstance(value, Decimal) else repr(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."


def require_text(value: Json) -> str:
    """Return the value if it is text."""
    if not isinstance(value, str):
        message = f"{shown(value)} is not text"
        raise ValueRefused(message)
    return value


def _squeeze(text: str) -> str:
    return " ".join(text.split())


FORMS: Final[dict[Form, Callable[[str], str]]] = {
    Form.TRIM: str.strip,
    Form.SQUEEZE: _squeeze,
    Form.NFC: partial(unicodedata.normalize, "NFC"),
    Form.UPPER: str.upper,
    Form.LOWER: str.lower,
}


def text_normaliser(forms: Sequence[Form]) -> Callable[[str], str]:
    """Compile the forms, applied in the given order, into one function."""
    steps = tuple(FORMS[form] for form in forms)

    def normalise(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    return normalise


def ascii_step(forms: Sequence[Form]) -> Callable[[str], str] | None:
    """Return the one step that ASCII text needs, if it is only one: it is composed already."""
    steps = [FORMS[form] for form in forms if form is not Form.NFC]
    return steps[0] if len(steps) == 1 else None


def to_decimal(value: Json) -> Decimal:
    """Return an exact number; ValueRefused if the value is none or has too many digits."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        message = f"{shown(value)} is not a number: give text such as '12.50'"
        raise ValueRefused(message)
    if isinstance(value, str) and not PLAIN_NUMBER.fullmatch(value.strip()):
        message = f"{shown(value)} is not a plain number such as '12.50'"
        raise ValueRefused(message)
    number = Decimal(value)
    if not number.is_finite():
        message = f"{shown(value)} is not a number"
        raise ValueRefused(message)
    if len(number.as_tuple().digits) > MOST_DIGITS or abs(number.adjusted()) > MOST_DIGITS:
        message = f"{shown(value)} has more than {MOST_DIGITS} digits"
        raise ValueRefused(message)
    return number


def plain_decimal(value: Json, scale: int | None, min_scale: int, rounding: Rounding) -> str:
    """Return a plain decimal string: at most `scale` digits after the point, at least `min_scale`.

    Zeros at the end go, so that equal numbers are equal text.
    """
    number = to_decimal(value)
    if scale is not None:
        number = round_to(number, scale, rounding)
    whole, _, fraction = format(abs(number), "f").partition(".")
    fraction = fraction.rstrip("0").ljust(min_scale, "0")
    sign = "-" if number < 0 else ""
    return f"{sign}{whole}.{fraction}" if fraction else sign + whole


def whole_number(value: Json) -> int:
    """Return a whole number of any spelling; ValueRefused if it has a fraction."""
    number = to_decimal(value)
    if number != number.to_integral_value():
        message = f"{shown(value)} is not a whole number"
        raise ValueRefused(message)
    return int(number)


def round_to(number: Decimal, scale: int, rounding: Rounding) -> Decimal:
    """Round to at most `scale` digits after the point, whatever the decimal context in force."""
    return number.quantize(Decimal(1).scaleb(-scale), ROUNDINGS[rounding], EXACT)


@lru_cache(maxsize=8192)
def decimal_text(text: str, scale: int | None, min_scale: int, rounding: Rounding) -> str:
    """`plain_decimal` of text, remembered: the same prices come again and again."""
    return plain_decimal(text, scale, min_scale, rounding)


def minor_digits(currency: str) -> int:
    """Digits of the currency's minor unit by ISO 4217."""
    return MINOR_DIGITS.get(currency, 2)


def require_currency(value: Json) -> str:
    """Return the ISO 4217 code in capitals."""
    code = require_text(value).strip().upper()
    if not CURRENCY.fullmatch(code):
        message = f"{shown(value)} is not a currency code such as EUR"
        raise ValueRefused(message)
    return code


def minor_to_amount(units: Json, currency: str) -> str:
    """Whole minor units -> plain amount."""
    number = to_decimal(units)
    if number != number.to_integral_value():
        message = f"{shown(units)} is not a whole number of minor units"
        raise ValueRefused(message)
    digits = minor_digits(currency)
    return plain_decimal(number.scaleb(-digits, EXACT), None, digits, Rounding.HALF_EVEN)


def amount_to_minor(amount: str, currency: str, rounding: Rounding) -> int:
    """Plain amount -> whole minor units, rounded."""
    return int(round_to(to_decimal(amount).scaleb(minor_digits(currency), EXACT), 0, rounding))


@lru_cache(maxsize=8192)
def parse_date(text: str, form: str) -> str:
    """Read the app's spelling of a date -> YYYY-MM-DD."""
    try:
        moment = datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
    except ValueError as error:
        message = f"{shown(text)} is not a date of the form {form}"
        raise ValueRefused(message) from error
    return moment.date().isoformat()


@lru_cache(maxsize=8192)
def format_date(text: str, form: str) -> str:
    """YYYY-MM-DD -> the app's spelling."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        message = f"{shown(text)} is not a date such as 2026-03-31"
        raise ValueRefused(message) from error
    year = f"{day.year:04d}"
    return day.strftime(form.replace("%Y", year))


@lru_cache(maxsize=8192)
def parse_instant(text: str) -> str:
    """RFC 3339 with a zone -> the same instant in UTC, "2026-03-31T08:00:00Z"."""
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"{shown(text)} is not an instant such as 2026-03-31T08:00:00Z"
        raise ValueRefused(message) from error
    if moment.tzinfo is None:
        message = f"{shown(text)} has no zone: an instant ends with Z or an offset such as +02:00"
        raise ValueRefused(message)
    return instant_text(moment)


def instant_text(moment: datetime) -> str:
    """Spell a UTC instant; microseconds only where there are any."""
    text = moment.isoformat().removesuffix("+00:00")
    return (text.rstrip("0") if "." in text else text) + "Z"


def epoch_to_instant(value: Json, per_second: int) -> str:
    """Whole seconds or milliseconds since 1970 -> instant."""
    number = to_decimal(value)
    try:
        moment = EPOCH + timedelta(
            microseconds=int(EXACT.multiply(number, 1_000_000 // per_second))
        )
    except OverflowError as error:
        message = f"{shown(value)} is not an instant of our calendar"
        raise ValueRefused(message) from error
    return instant_text(moment)


def instant_to_epoch(text: str, per_second: int) -> int:
    """Instant -> whole seconds or milliseconds since 1970."""
    moment = datetime.fromisoformat(parse_instant(text))
    return (moment - EPOCH) // timedelta(microseconds=1_000_000 // per_second)


def parse_local(text: str, form: str, zone: ZoneInfo) -> str:
    """Read a clock's time in a zone -> instant; of an hour that comes twice, the first."""
    try:
        moment = datetime.strptime(text.strip(), form).replace(tzinfo=zone)
        return instant_text(moment.astimezone(UTC))
    except (ValueError, OverflowError) as error:
        message = f"{shown(text)} is not a time of the form {form}"
        raise ValueRefused(message) from error


def format_local(text: str, form: str, zone: ZoneInfo) -> str:
    """Instant -> the clock's time in a zone."""
    moment = datetime.fromisoformat(parse_instant(text))
    try:
        local = moment.astimezone(zone)
    except OverflowError as error:
        message = f"{shown(text)} is not an instant of our calendar"
        raise ValueRefused(message) from error
    return local.strftime(form.replace("%Y", f"{local.year:04d}"))
