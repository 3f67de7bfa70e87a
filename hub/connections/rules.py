"""States of a connection, and the breaker: when to try a failing one again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256

from connectors.errors import ConnectorError, NotAuthorised, RetryLater

__all__ = ["State", "Trouble", "Wellbeing", "mark_of", "next_probe", "state_after", "trouble_of"]

_MOST_DOUBLINGS = 10


class State(StrEnum):
    """`onboarding`: read and matched, but nothing is written there before a person approves."""

    ONBOARDING = "onboarding"
    LIVE = "live"
    PAUSED = "paused"


class Wellbeing(StrEnum):
    """What the breaker knows: `denied` needs a person, `down` only time."""

    OK = "ok"
    DOWN = "down"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A failure of a connection as a whole; `after` is the wait in seconds the system asked for."""

    health: Wellbeing
    reason: str
    after: float | None = None


def trouble_of(error: ConnectorError) -> Trouble:
    """Read a connector's error as the breaker sees it."""
    match error:
        case NotAuthorised(reason=reason):
            return Trouble(Wellbeing.DENIED, reason)
        case RetryLater(reason=reason, after=after):
            return Trouble(Wellbeing.DOWN, reason, after)
        case _:
            return Trouble(Wellbeing.DOWN, str(error))


def next_probe(now: datetime, *, failures: int, after: float | None, longest: float) -> datetime:
    """Return when to try again: 1 s, doubling, as asked by the system, never over `longest`."""
    doubled = 2.0 ** min(max(failures - 1, 0), _MOST_DOUBLINGS)
    return now + timedelta(seconds=min(longest, max(after or 0.0, doubled)))


def state_after(action: str, state: State, *, approved: bool) -> State | None:
    """Return the state an action leads to; None if the state does not allow it."""
    match action, state:
        case "approve", State.ONBOARDING:
            return State.LIVE
        case "pause", State.ONBOARDING | State.LIVE:
            return State.PAUSED
        case "resume", State.PAUSED:
            return State.LIVE if approved else State.ONBOARDING
        case _:
            return None


@lru_cache(maxsize=1000)
def mark_of(secret: str) -> str:
    """Return what a webhook secret is called where it must not be shown."""
    return sha256(b"webhook secret" + secret.encode()).hexdigest()[:12]
