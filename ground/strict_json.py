"""The one reader for JSON from outside, and the one writer.

The reader refuses what two parsers could read differently or a database cannot hold. Integers
beyond 64 bits and all non-integers come as Decimal; the writer gives Decimal as a string in plain
notation, so nothing passes through a binary float.
"""

import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate
from typing import Any, NoReturn, TypeAlias

import orjson

Json: TypeAlias = "str | int | bool | Decimal | dict[str, Json] | list[Json] | None"

_LONGEST_NUMBER = 1000
_LARGEST_EXPONENT = 308  # beyond it a binary float elsewhere becomes infinite
_SURE_INT64 = 18  # digits that fit without looking
_INT64 = 1 << 63


class Reason(StrEnum):
    """Why a document was refused."""

    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    TOO_MANY_NODES = "too_many_nodes"
    DUPLICATE_KEY = "duplicate_key"
    BAD_NUMBER = "bad_number"
    NUL = "nul"
    LONE_SURROGATE = "lone_surrogate"


class StrictJsonError(ValueError):
    """A document that is not strict JSON; it never carries the document's text."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class TooLarge(StrictJsonError):
    """The body has more bytes than allowed."""

    def __init__(self) -> None:
        super().__init__(Reason.TOO_LARGE)


def loads(
    body: bytes,
    *,
    max_bytes: int = 1_048_576,
    max_depth: int = 64,
    max_nodes: int = 200_000,
) -> Any:  # noqa: ANN401 - a Json; callers narrow it by looking
    """Return the document; raise StrictJsonError or TooLarge."""
    if len(body) > max_bytes:
        raise TooLarge
    try:
        document = _decode(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise StrictJsonError(Reason.NOT_UTF8) from None
    except RecursionError:
        raise StrictJsonError(Reason.TOO_DEEP) from None
    except StrictJsonError:
        raise
    except ValueError:
        raise StrictJsonError(Reason.NOT_JSON) from None
    if _needs_a_walk(body, max_depth, max_nodes):
        _walk(document, max_depth, max_nodes)
    return document


def dumps(value: object) -> bytes:
    """Return JSON: aware datetimes in UTC with Z, dates ISO, Decimal a plain string."""
    return orjson.dumps(value, default=_encode, option=orjson.OPT_PASSTHROUGH_DATETIME)


def canonical(value: object) -> bytes:
    """Return the same JSON for equal values (sorted keys), for hashing and comparing."""
    option = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_SORT_KEYS
    return orjson.dumps(value, default=_encode, option=option)


def plain(number: Decimal) -> str:
    """Return a Decimal without an exponent, its zeros kept."""
    if not number.is_finite():
        raise ValueError(number)
    return format(number, "f")


def _encode(value: object) -> str:
    match value:
        case Decimal():
            return plain(value)
        case datetime():
            if value.tzinfo is None:
                raise TypeError(value)
            return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
        case date():
            return value.isoformat()
        case _:
            raise TypeError(type(value))


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise StrictJsonError(Reason.DUPLICATE_KEY)
    return document


def _constant(_text: str) -> NoReturn:
    raise StrictJsonError(Reason.BAD_NUMBER)


def _integer(text: str) -> int | Decimal:
    if len(text) <= _SURE_INT64:
        return int(text)
    if len(text) > _LONGEST_NUMBER:
        raise StrictJsonError(Reason.BAD_NUMBER)
    number = int(text)
    return number if -_INT64 <= number < _INT64 else Decimal(text)


def _decimal(text: str) -> Decimal:
    if len(text) > _LONGEST_NUMBER:
        raise StrictJsonError(Reason.BAD_NUMBER)
    try:
        number = Decimal(text)
    except ArithmeticError:  # an exponent beyond what Decimal itself can hold
        raise StrictJsonError(Reason.BAD_NUMBER) from None
    if abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise StrictJsonError(Reason.BAD_NUMBER)
    return number


_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
_NO_BRACKETS = bytes(code for code in range(256) if code not in b"[]{}")
_STEP = [(code in b"[{") - (code in b"]}") for code in range(256)]

_decode = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=_decimal,
    parse_int=_integer,
    parse_constant=_constant,
).decode


def _needs_a_walk(body: bytes, max_depth: int, max_nodes: int) -> bool:
    """Tell from the bytes alone whether a limit could be broken; nearly always it cannot."""
    containers = body.count(b"{") + body.count(b"[")
    if containers + body.count(b",") + 1 > max_nodes:
        return True
    if containers > max_depth and _deepest(body) > max_depth:
        return True
    return b"\\u" in body and (b"\\u0000" in body or b"\\ud" in body or b"\\uD" in body)


def _deepest(body: bytes) -> int:
    """Return how deep the containers of a well-formed document go; all loops run in C."""
    brackets = _STRING.sub(b"", body).translate(None, _NO_BRACKETS)
    return max(accumulate(map(_STEP.__getitem__, brackets)), default=0)


def _walk(document: Json, max_depth: int, max_nodes: int) -> None:
    """Count, and look at every text, level by level."""
    nodes = depth = 0
    level: list[Json] = [document]
    while level:
        nodes += len(level)
        if nodes > max_nodes:
            raise StrictJsonError(Reason.TOO_MANY_NODES)
        depth += any(isinstance(value, dict | list) for value in level)
        if depth > max_depth:
            raise StrictJsonError(Reason.TOO_DEEP)
        level = [inner for value in level for inner in _inside(value)]


def _inside(value: Json) -> Iterable[Json]:
    match value:
        case str():
            _check_text(value)
        case dict():
            for key in value:
                _check_text(key)
            return value.values()
        case list():
            return value
        case _:
            pass
    return ()


def _check_text(text: str) -> None:
    if "\0" in text:
        raise StrictJsonError(Reason.NUL)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise StrictJsonError(Reason.LONE_SURROGATE) from None
