"""How an attempt can end, when to try again and when to give up. Pure."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

GIVE_UP_NOTICE = timedelta(days=3)
GIVE_UP_ENDPOINT = timedelta(days=5)

_SCHEDULE = (5, 30, 120, 600, 1800, 7200, 18000, 36000)  # seconds; the last one repeats
_PROBES = (1, 2, 5, 10, 15)  # seconds, while nobody answers
_LONGEST_WAIT = 3600.0  # seconds of a Retry-After that are believed


class Outcome(StrEnum):
    """How an attempt ended."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    """It was answered with failure, or may have been: the notice waits by the schedule."""
    UNREACHABLE = "unreachable"
    """Nobody took it: the endpoint is probed, the notice loses no attempt."""
    GONE = "gone"
    """410: the endpoint wants no more notices."""
    LATE = "late"
    """Its lease ran out before it was sent; nothing is known of the endpoint."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An outcome, in words for a person, and the seconds that the peer asked to wait."""

    outcome: Outcome
    answer: str
    after: float | None = None


def retry_delay(attempts: int, rng: random.Random) -> timedelta:
    """Return how long a notice waits that was refused `attempts` times."""
    seconds = _SCHEDULE[min(attempts, len(_SCHEDULE)) - 1]
    return timedelta(seconds=seconds * rng.uniform(0.8, 1.2))


def probe_delay(failures: int, after: float | None, rng: random.Random) -> timedelta:
    """Return how long an endpoint is left alone after `failures` in a row: at most 15 s.

    `after` is what it asked for itself, in seconds.
    """
    if after is not None:
        return timedelta(seconds=min(max(after, 1.0), _LONGEST_WAIT))
    seconds = _PROBES[min(failures, len(_PROBES)) - 1]
    return timedelta(seconds=seconds * rng.uniform(0.8, 1.0))


def reason_to_disable(failing_since: datetime, now: datetime, answer: str) -> str | None:
    """Return why an endpoint is disabled, if it is time."""
    if now - failing_since < GIVE_UP_ENDPOINT:
        return None
    return f"Every attempt failed for {GIVE_UP_ENDPOINT.days} days; the last one: {answer}"
