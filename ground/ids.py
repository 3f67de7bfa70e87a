"""Identifiers: a two-letter prefix and a UUIDv7 in hex, rising within one process.

The random source, the clock and the lock are passed in: only ground.env may make them.
"""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from ground.instants import to_microseconds

_SHAPE = re.compile(r"([a-z]{2})_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}")
_NANOSECONDS_PER_MILLISECOND = 1_000_000


class Ids(Protocol):
    """Where new identifiers come from."""

    def new(self, prefix: str) -> str:
        """Return `prefix`, an underscore and 32 hex digits; greater than all given before."""
        ...


class TimeOrderedIds:
    """UUIDv7 (RFC 9562) with sub-millisecond order.

    `now_ns` gives nanoseconds since the epoch, `random_bits(n)` n random bits, `lock` excludes
    other threads (a null context where there are none).
    """

    def __init__(
        self,
        now_ns: Callable[[], int],
        random_bits: Callable[[int], int],
        lock: AbstractContextManager[object],
    ) -> None:
        self._now_ns = now_ns
        self._random_bits = random_bits
        self._lock = lock
        self._last = 0

    def new(self, prefix: str) -> str:
        """Return a new identifier; the clock may stand still or step back."""
        milliseconds, rest = divmod(self._now_ns(), _NANOSECONDS_PER_MILLISECOND)
        fraction = rest * 4096 // _NANOSECONDS_PER_MILLISECOND
        number = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62
        number |= self._random_bits(62)
        with self._lock:
            if number <= self._last:
                number = _successor(self._last)
            self._last = number
        return f"{prefix}_{number:032x}"


def is_id(text: str, prefix: str) -> bool:
    """Tell whether `text` is an identifier of that kind."""
    match = _SHAPE.fullmatch(text)
    return match is not None and match[1] == prefix


def first_of(prefix: str, instant: datetime) -> str:
    """Return the smallest identifier that could be given at an instant: a bound for lists by id."""
    milliseconds = to_microseconds(instant) // 1000
    return f"{prefix}_{milliseconds << 80:032x}"


def _successor(number: int) -> int:
    """Return the next UUIDv7; a full random part carries into the time, past the fixed bits."""
    low = number & ((1 << 62) - 1)
    if low < (1 << 62) - 1:
        return number + 1
    high = number >> 64
    fraction, milliseconds = high & 0xFFF, high >> 16
    fraction += 1
    if fraction > 0xFFF:  # noqa: PLR2004 - twelve bits
        milliseconds, fraction = milliseconds + 1, 0
    return (milliseconds << 16 | 0x7 << 12 | fraction) << 64 | 0b10 << 62
