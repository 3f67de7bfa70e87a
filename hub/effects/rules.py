"""States of an effect, its pace of retries, and the loop breaker. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from hashlib import sha256
from unicodedata import normalize

from ground.strict_json import canonical
from master_data.model import Value

DELETE = "delete"
"""Operation of an effect that deletes a record because its golden record is gone."""
GIVE_UP_AFTER = timedelta(days=3)
LOOP_WINDOW = timedelta(minutes=10)
LOOP_WRITES = 6
_PACE = (1, 5, 30, 120, 600, 1800, 7200)


class EffectState(StrEnum):
    """planned -> sent -> confirmed; `unknown`: sent, and whether it landed has to be read."""

    PLANNED = "planned"
    WAITING = "waiting"
    SENT = "sent"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    DEAD = "dead"

    @property
    def is_open(self) -> bool:
        """Say whether something is still to happen."""
        return self in (self.PLANNED, self.WAITING, self.SENT, self.UNKNOWN)


def retry_at(attempts: int, now: datetime, jitter: float) -> datetime:
    """Return when a record that failed `attempts` times is tried again; `jitter` is in [0, 1)."""
    pause = _PACE[min(attempts, len(_PACE)) - 1] if attempts else _PACE[0]
    return now + timedelta(seconds=pause * (1 + jitter / 4))


def is_exhausted(planned_at: datetime, now: datetime) -> bool:
    """Say whether a record was retried long enough; it is kept until a person decides."""
    return now - planned_at >= GIVE_UP_AFTER


def in_normal_form(sent: Value, held: Value) -> bool:
    """Say whether a system holds in its own form what was sent: case, space, signs, scale, cut.

    A value that has nothing in common with what was sent is not its normal form.
    """
    if isinstance(sent, str) and isinstance(held, str):
        mine, theirs = _folded(sent), _folded(held)
        if mine and theirs and (mine == theirs or mine.startswith(theirs)):
            return True
        return _same_number(sent, held)
    if isinstance(sent, Mapping) and isinstance(held, Mapping):
        return all(
            held.get(name) == value or in_normal_form(value, held.get(name))
            for name, value in sent.items()
            if value not in (None, "", [], {})
        )
    return False


def shows(sent: Mapping[str, Value], shown: Mapping[str, Value]) -> bool:
    """Say whether a record shows every plain value that was sent; list elements may differ."""
    plain = {p: value for p, value in sent.items() if value is not None and not p.endswith("]")}
    return bool(plain) and all(
        path in shown and (shown[path] == value or in_normal_form(value, shown[path]))
        for path, value in plain.items()
    )


def _folded(text: str) -> str:
    """Return letters and digits alone, without case and accents."""
    plain = normalize("NFKD", text.casefold())
    return "".join(each for each in plain if each.isalnum())


def _same_number(one: str, other: str) -> bool:
    try:
        mine, theirs = Decimal(one), Decimal(other)
    except InvalidOperation:
        return False
    if not (mine.is_finite() and theirs.is_finite()):
        return False
    return abs(mine - theirs) < Decimal(1).scaleb(int(theirs.as_tuple().exponent))


def value_mark(value: Value) -> str:
    """Return a short mark of a value: enough to see A-B-A-B without keeping the values."""
    return sha256(canonical(value)).hexdigest()[:12]


def loops(writes: Sequence[Sequence[Value]], value: Value, now: int) -> str | None:
    """Say why one more write of a field would be a loop, or None.

    `writes`: [micros, mark] of the field's confirmed writes, oldest first.
    """
    recent = [mark for at, mark in writes if now - at < LOOP_WINDOW / timedelta(microseconds=1)]
    if len(recent) >= LOOP_WRITES:
        return f"written {len(recent)} times in ten minutes"
    seen = [*recent[-3:], value_mark(value)]
    if len(seen) == 4 and seen[0] == seen[2] != seen[1] == seen[3]:  # noqa: PLR2004 - A-B-A-B
        return "the same two values keep replacing each other"
    return None


def note_writes(
    writes: Mapping[str, Sequence[Sequence[Value]]], values: Mapping[str, Value], now: int
) -> dict[str, list[list[Value]]]:
    """Return the writes of a crossref with these values added and old ones dropped."""
    window = LOOP_WINDOW // timedelta(microseconds=1)
    kept = {
        path: fresh
        for path, told in writes.items()
        if (fresh := [list(each) for each in told if now - each[0] < window])
    }
    for path, value in values.items():
        kept[path] = [*kept.get(path, []), [now, value_mark(value)]][-(LOOP_WRITES + 1) :]
    return kept
