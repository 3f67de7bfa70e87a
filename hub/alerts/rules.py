"""What is worth telling people, from figures of the moment. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

__all__ = ["Alert", "Figures", "Thresholds", "must_tell", "troubles"]

REMIND_AFTER = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Seconds: how old the oldest item may get, how long a connection may fail."""

    oldest: float
    failing: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The state of the hub. `failing`: connection -> (since, why); `parked`: connection -> why."""

    now: datetime
    oldest_undecided: datetime | None = None
    oldest_effect: datetime | None = None
    undelivered: int = 0
    uneven: Sequence[str] = ()
    failing: Mapping[str, tuple[datetime, str]] = field(default_factory=dict)
    blown: Mapping[str, int] = field(default_factory=dict)
    parked: Mapping[str, str] = field(default_factory=dict)
    late_chores: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """One trouble as stored; `over`: it ended, and its end is still to be told."""

    key: str
    text: str
    opened_at: datetime
    told_at: datetime | None
    over: bool


def troubles(figures: Figures, at: Thresholds) -> dict[str, str]:
    """Return key -> text of everything that needs a person now."""
    found = _too_old(figures, timedelta(seconds=at.oldest))
    if figures.undelivered:
        found["undelivered"] = f"{figures.undelivered} writes were given up and wait for a person."
    for name in figures.uneven:
        found[f"uneven:{name}"] = f"The balance sheet of {name} is uneven."
    for name, (since, why) in figures.failing.items():
        if figures.now - since > timedelta(seconds=at.failing):
            found[f"failing:{name}"] = f"{name} cannot be reached or lets us not in: {why}"
    for name, many in figures.blown.items():
        found[f"fuse:{name}"] = f"{name} deleted too much at once: {many} deletes are held."
    for name, why in figures.parked.items():
        found[f"parked:{name}"] = f"{name} is parked: {why} Look at its page, then resume it."
    for name in figures.late_chores:
        found[f"chore:{name}"] = f"The chore {name} fails."
    return found


def _too_old(figures: Figures, most: timedelta) -> dict[str, str]:
    waits = {"events": figures.oldest_undecided, "effects": figures.oldest_effect}
    return {
        f"oldest:{what}": f"One of the {what} waits for {(figures.now - since) // _MINUTE} minutes."
        for what, since in waits.items()
        if since is not None and figures.now - since > most
    }


def must_tell(alert: Alert, now: datetime) -> bool:
    """Say whether somebody must be told: it is new, it ended, or it lasts for another day."""
    if alert.told_at is None or alert.over:
        return True
    return now - alert.told_at > REMIND_AFTER
