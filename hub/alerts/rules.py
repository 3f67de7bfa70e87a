"""What is worth telling people, from figures of the moment. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

__all__ = ["Alert", "Figures", "Thresholds", "roads_to_tell", "troubles"]

REMIND_AFTER = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_LATELY = timedelta(minutes=10)
_NEARLY = 0.9


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
    feeds: Mapping[str, tuple[datetime, str]] = field(default_factory=dict)
    """connection/object type -> (when it was read last, why it is not read since)."""
    unheard: datetime | None = None
    """Since when a worker rings the doorbell in vain."""
    ended: Sequence[datetime] = ()
    """When workers were found to have ended without saying so."""
    silent: Sequence[datetime] = ()
    """Last signs of life of workers that may have ended, or stand still."""
    connections: tuple[int, int] | None = None
    """Of the database: how many are taken, of how many; None: it counts none."""
    lately: Collection[str] = ()
    """Connections that answer again, but only just: of them nothing new is told."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One trouble as stored; `over`: it ended, and its end is still to be told.

    `told_by`: the roads by which people heard of it, as it is now.
    """

    key: str
    text: str
    opened_at: datetime
    told_at: datetime | None
    over: bool
    told_by: Sequence[str] | None = None


def troubles(figures: Figures, at: Thresholds) -> dict[str, str]:
    """Return key -> text of everything that needs a person now."""
    found = _too_old(figures, timedelta(seconds=at.oldest))
    found |= _not_answering(figures, timedelta(seconds=at.failing))
    if figures.undelivered:
        found["undelivered"] = f"{figures.undelivered} writes were given up and wait for a person."
    found |= _shaky(figures)
    for name in figures.uneven:
        found[f"uneven:{name}"] = f"The balance sheet of {name} is uneven."
    for name, many in figures.blown.items():
        found[f"fuse:{name}"] = f"{name} deleted too much at once: {many} deletes are held."
    for name, why in figures.parked.items():
        found[f"parked:{name}"] = f"{name} is parked: {why} Look at its page, then resume it."
    for name in figures.late_chores:
        found[f"chore:{name}"] = f"The chore {name} fails."
    return found


def _shaky(figures: Figures) -> dict[str, str]:
    """Return what is wrong with what the hub itself stands on."""
    found = {}
    ended = sum(figures.now - each < _LATELY for each in figures.ended)
    if ended or figures.silent:
        found["workers"] = (
            f"Workers ended without saying so lately: {ended}; silent for half a minute or more: "
            f"{len(figures.silent)}. Others take over what they had begun."
        )
    if figures.connections is not None:
        used, most = figures.connections
        if used >= _NEARLY * most:
            found["database"] = (
                "Nearly all connections of the database are taken: who needs one more is refused."
            )
    return found


def _not_answering(figures: Figures, most: timedelta) -> dict[str, str]:
    failing = {
        f"failing:{name}": f"{name} cannot be reached or lets us not in: {why}"
        for name, (since, why) in figures.failing.items()
        if figures.now - since > most
    }
    if figures.unheard is not None and figures.now - figures.unheard > most:
        failing["doorbell"] = (
            "Redis does not take the rings of workers: what is to be done is found a second later."
        )
    return failing | {
        f"feed:{name}": f"The feed {name} cannot be read: {why}"
        for name, (since, why) in figures.feeds.items()
        if figures.now - since > most
    }


def _too_old(figures: Figures, most: timedelta) -> dict[str, str]:
    waits = {"events": figures.oldest_undecided, "effects": figures.oldest_effect}
    return {
        f"oldest:{what}": f"One of the {what} waits for {(figures.now - since) // _MINUTE} minutes."
        for what, since in waits.items()
        if since is not None and figures.now - since > most
    }


def roads_to_tell(alert: Alert, roads: Sequence[str], now: datetime) -> list[str]:
    """Return the roads by which it is to be told: it is new, it ended, or lasts for another day."""
    if alert.told_at is None and alert.over:
        return []  # an end that nobody heard the beginning of
    if alert.told_at is not None and not alert.over and now - alert.told_at > REMIND_AFTER:
        return list(roads)
    return [each for each in roads if each not in (alert.told_by or ())]
