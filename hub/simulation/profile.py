"""What one seed is about: which systems, which people, which faults. Swarm: most are off at a time.

Every draw is made whether it is used or not, so that leaving one thing out moves no other.
"""

import random
from collections.abc import Collection
from dataclasses import dataclass, replace

from ground.env import seeded

__all__ = ["FAULTS", "Options", "Profile", "Traits", "draw"]

FAULTS = (
    # between systems and hub
    "throttled", "broken", "request_lost", "answer_lost", "late_commit", "refused", "stale_write",
    "batch_refused", "slow",
    # notices
    "notice_dropped", "notice_doubled", "notice_late", "notice_thin",
    # the hub's own days
    "kill", "stall", "power_cut", "bell_lost", "database_busy",
    # people and their doings
    "deleted", "paused", "relisted",
)  # fmt: skip
TRAITS = (
    "unguarded", "no_client_key", "no_version", "opaque_version", "short_answer", "single_writes",
    "normalising", "stale_reads", "slow_index", "no_notices", "no_tombstones",
)  # fmt: skip
WORLDS = ("second_worker", "clock_skew", "twins", "references", "lists", "crowded")
_FORCED = 0.15
_RARE = frozenset({"crowded", "power_cut", "paused", "relisted", "clock_skew", "stall"})


@dataclass(frozen=True, slots=True)
class Options:
    """What is left of a seed: fewer edits, and what is switched off by name."""

    edits: int | None = None
    without: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    """Exactly these faults, habits and worlds are on, drawn or not; None: as drawn."""


@dataclass(frozen=True, slots=True)
class Traits:
    """How one system is, always. `has` are names of TRAITS."""

    name: str
    has: frozenset[str]
    latency: float
    settles_within: float = 10.0


@dataclass(frozen=True, slots=True)
class Profile:
    """One seed's world. `rates`: fault -> chance per occasion; `worlds`: names of WORLDS."""

    seed: int
    edits: int
    gap: float
    rates: dict[str, float]
    worlds: frozenset[str]
    systems: tuple[Traits, ...]
    skew: float = 0.0
    sweep_every: float = 2.0
    poll_every: float = 15.0
    lease: float = 60.0
    lifetime: float = 30.0
    """Seconds a process lives on the average where `kill` is on."""

    def on(self, name: str) -> bool:
        """Say whether a fault or world is part of this seed."""
        return name in self.rates or name in self.worlds

    def words(self) -> list[str]:
        """Return everything that is on, for shrinking."""
        traits = [f"{each.name}:{name}" for each in self.systems for name in sorted(each.has)]
        return [*sorted(self.rates), *sorted(self.worlds), *traits]


def draw(seed: int, options: Options) -> Profile:
    """Return the profile of a seed with what the options take away."""
    rng = seeded(seed * 7919 + 1)
    swarm = rng.choice((0.15, 0.3, 0.5))
    rates = {name: rate for name in FAULTS if (rate := _rate(rng, name, swarm))}
    worlds = frozenset(name for name in WORLDS if rng.random() < _chance(name, 0.5))
    systems = tuple(_traits(rng, name, swarm) for name in ("erp", "crm"))
    drawn = Profile(
        seed=seed,
        edits=rng.choice((8, 14, 22)),
        gap=rng.choice((0.05, 1.0, 4.0)),
        rates=rates,
        worlds=worlds,
        systems=systems,
        skew=rng.choice((-90.0, -20.0, 5.0, 40.0, 120.0)),
        sweep_every=rng.choice((1.0, 3.0)),
        poll_every=rng.choice((10.0, 15.0, 40.0)),
        lease=rng.choice((30.0, 60.0)),
        lifetime=rng.choice((4.0, 15.0, 60.0)),
    )
    return _left(drawn, options)


def _chance(name: str, swarm: float) -> float:
    return swarm / 3 if name in _RARE else swarm


def _rate(rng: random.Random, name: str, swarm: float) -> float:
    on, rate = rng.random() < _chance(name, swarm), rng.choice((0.03, 0.1, 0.25))
    return rate if on else 0.0


def _traits(rng: random.Random, name: str, swarm: float) -> Traits:
    has = {trait for trait in TRAITS if rng.random() < swarm / 2}
    if "no_version" in has:
        has -= {"opaque_version"}
    latency = rng.choice((0.02, 0.2, 1.5))
    return Traits(name, frozenset(has), latency, rng.choice((5.0, 10.0, 20.0)))


def _left(drawn: Profile, options: Options) -> Profile:
    edits = drawn.edits if options.edits is None else options.edits
    if options.only is not None:
        return replace(_forced(drawn, options.only), edits=edits)
    gone = options.without
    systems = tuple(
        replace(each, has=frozenset(t for t in each.has if f"{each.name}:{t}" not in gone))
        for each in drawn.systems
    )
    return replace(
        drawn,
        edits=edits,
        rates={name: rate for name, rate in drawn.rates.items() if name not in gone},
        worlds=drawn.worlds - gone,
        systems=systems,
    )


def _forced(drawn: Profile, only: frozenset[str]) -> Profile:
    """Return a profile with exactly these faults, worlds and habits."""
    systems = tuple(
        replace(each, has=frozenset(t for t in TRAITS if f"{each.name}:{t}" in only))
        for each in drawn.systems
    )
    return replace(
        drawn,
        rates={name: drawn.rates.get(name, _FORCED) for name in FAULTS if name in only},
        worlds=frozenset(name for name in WORLDS if name in only),
        systems=systems,
    )


def without(options: Options, names: Collection[str]) -> Options:
    """Return options that leave out some more."""
    return replace(options, without=options.without | frozenset(names))
