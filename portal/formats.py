"""How values read on a page, in the language of the request: numbers, money, dates, ages, diffs."""

import datetime as dt
import difflib
import zlib
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from markupsafe import Markup, escape

from portal.i18n import language

TONES = 6


def number(value: Any) -> str:  # noqa: ANN401 - int, Decimal or plain text from JSON
    """Return a number with the separators of the language; what is no number stays as it is."""
    exact = _decimal(value)
    if exact is None:
        return "" if value is None else str(value)
    return str(format_decimal(exact, locale=language.get(), decimal_quantization=False))


def money(value: Mapping[str, str] | None) -> str:
    """Return {"amount", "currency"} as people of the language write it; nothing for None."""
    if not value:
        return ""
    exact = _decimal(value.get("amount"))
    currency = str(value.get("currency", ""))
    if exact is None:
        return f"{value.get('amount', '')} {currency}".strip()
    return str(format_currency(exact, currency, locale=language.get(), decimal_quantization=False))


def percent(value: float) -> str:
    """Return a share (0..1) in percent."""
    return str(format_percent(value, locale=language.get()))


def date(value: dt.date | dt.datetime | str | None) -> str:
    """Return the day, medium length."""
    moment = _moment(value)
    return "" if moment is None else str(format_date(moment, "medium", locale=language.get()))


def moment(value: dt.datetime | str | None) -> str:
    """Return day and time, UTC."""
    instant = _moment(value)
    if not isinstance(instant, dt.datetime):
        return date(value)
    return str(format_datetime(instant, "d MMM y, HH:mm:ss", locale=language.get())) + " UTC"


def ago(value: dt.datetime | str | None, now: dt.datetime) -> str:
    """Return how long ago it was, short ("5 min ago")."""
    instant = _moment(value)
    if not isinstance(instant, dt.datetime):
        return date(value)
    seconds = int((instant - now).total_seconds())
    return _span(seconds if abs(seconds) < 60 else seconds // 60 * 60, language.get())  # noqa: PLR2004


@lru_cache(maxsize=4096)
def _span(seconds: int, code: str) -> str:
    return str(
        format_timedelta(
            dt.timedelta(seconds=seconds),
            add_direction=True,
            format="short",
            threshold=1.2,
            locale=code,
        )
    )


def iso(value: dt.datetime | dt.date | str | None) -> str:
    """Return the machine-readable form for <time datetime>."""
    found = _moment(value)
    return "" if found is None else found.isoformat()


def initials(name: str) -> str:
    """Return one or two letters for an avatar."""
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def tone(name: str) -> str:
    """Return the avatar class of a name: always the same one for the same name."""
    return f"t{zlib.crc32(name.encode()) % TONES}"


def diff(value: str | None, other: str | None) -> Markup:
    """Return `value` with what differs from `other` marked: words in phrases, else characters."""
    if not value or value == other:
        return escape(value or "")
    words = " " in value and " " in (other or "")
    left: Sequence[str] = value.split(" ") if words else value
    right: Sequence[str] = (other or "").split(" ") if words else other or ""
    joint = " " if words else ""
    parts: list[Markup] = []
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for kind, start, end, _, _ in matcher.get_opcodes():
        text = joint.join(left[start:end])
        if text:
            parts.append(
                escape(text) if kind == "equal" else Markup("<mark>{}</mark>").format(text)
            )
    return Markup(joint).join(parts)  # noqa: S704 - a space or nothing


def _decimal(value: Any) -> Decimal | None:  # noqa: ANN401 - see number
    if value is None or isinstance(value, bool):
        return None
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return None
    return exact if exact.is_finite() else None


def _moment(value: dt.date | dt.datetime | str | None) -> dt.date | dt.datetime | None:
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)
    return value
