"""What one seed is about: which systems, which people, which faults. Swarm: most are off at a time.

Every draw is made whether it is used or not, so that leaving one thing out moves no other.
"""

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ground.env import seeded

__all__ = ["FAULTS", "HABITS", "Options", "Profile", "Traits", "draw", "narrow"]

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
SYSTEMS = ("erp", "crm")
WORLDS = ("second_worker", "clock_skew", "twins", "references", "lists", "crowded")
NARROW = ("one_record",)
"""Never drawn: people of both systems work on one record that both have."""
_FORCED = 0.15
_FIGURES = ("gap", "skew", "sweep_every", "poll_every", "lease", "lifetime")
_LATENCIES = ("latency", "settles_within")
HABITS = {"creates": 0.2, "known": 0.5, "renames": 0.0, "back": 0.1}
"""How often people make a record, one that other systems know, edit its name, take an edit back."""
_RARE = frozenset({"crowded", "power_cut", "paused", "relisted", "clock_skew", "stall"})


@dataclass(frozen=True, slots=True)
class Options:
    """What is left of a seed: fewer edits, and what is switched off by name."""

    edits: int | None = None
    without: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    """Exactly these faults, habits and worlds are on, drawn or not; None: as drawn."""
    figures: tuple[tuple[str, float], ...] = ()
    """Figures that are so and not drawn; see `narrow`."""


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
    figures: Mapping[str, float] = field(default_factory=dict)
    """What was said of them in words."""

    def on(self, name: str) -> bool:
        """Say whether a fault or world is part of this seed."""
        return name in self.rates or name in self.worlds

    def often(self, habit: str) -> float:
        """Return how often people do one of HABITS."""
        return self.figures.get(habit, HABITS[habit])

    def words(self) -> list[str]:
        """Return everything that is on, for shrinking."""
        traits = [f"{each.name}:{name}" for each in self.systems for name in sorted(each.has)]
        return [*sorted(self.rates), *sorted(self.worlds), *traits]


def narrow(world: str) -> Options:
    """Return the options of a world told in words: what is on, and `name=figure`.

    A figure is a rate of a fault, a habit of both systems (latency, settles_within), a number of a
    profile (edits, gap, lease …), or how often people do something (`HABITS`). Raises ValueError.
    """
    told = [word.partition("=") for word in world.split()]
    figures = {name: float(figure) for name, is_figure, figure in told if is_figure}
    only = {name for name, is_figure, _ in told if not is_figure or name in FAULTS}
    traits = (f"{system}:{trait}" for system in SYSTEMS for trait in TRAITS)
    wrong = only - {*FAULTS, *WORLDS, *NARROW, *traits}
    wrong |= figures.keys() - {*FAULTS, *_FIGURES, *_LATENCIES, *HABITS, "edits"}
    if wrong:
        raise ValueError(f"nothing in the simulator is called {', '.join(sorted(wrong))}")
    edits = figures.pop("edits", None)
    return Options(
        edits=None if edits is None else int(edits),
        only=frozenset(only),
        figures=tuple(sorted(figures.items())),
    )


def draw(seed: int, options: Options) -> Profile:
    """Return the profile of a seed with what the options take away."""
    rng = seeded(seed * 7919 + 1)
    swarm = rng.choice((0.15, 0.3, 0.5))
    rates = {name: rate for name in FAULTS if (rate := _rate(rng, name, swarm))}
    worlds = frozenset(name for name in WORLDS if rng.random() < _chance(name, 0.5))
    systems = tuple(_traits(rng, name, swarm) for name in SYSTEMS)
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
    gone = options.without
    if options.only is not None:
        only = options.only - gone
        return replace(_forced(drawn, only, dict(options.figures)), edits=edits)
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


def _forced(drawn: Profile, only: frozenset[str], figures: Mapping[str, float]) -> Profile:
    """Return a profile with exactly these faults, worlds and habits, and with these figures."""
    latencies: dict[str, Any] = {n: figures[n] for n in _LATENCIES if n in figures}
    numbers: dict[str, Any] = {n: figures[n] for n in _FIGURES if n in figures}
    systems = tuple(
        replace(each, has=frozenset(t for t in TRAITS if f"{each.name}:{t}" in only), **latencies)
        for each in drawn.systems
    )
    rates = {name: drawn.rates.get(name, _FORCED) for name in FAULTS if name in only}
    return replace(
        drawn,
        rates={name: figures.get(name, rate) for name, rate in rates.items()},
        worlds=frozenset(name for name in (*WORLDS, *NARROW) if name in only),
        systems=systems,
        figures=figures,
        **numbers,
    )


def without(options: Options, names: Collection[str]) -> Options:
    """Return options that leave out some more."""
    return replace(options, without=options.without | frozenset(names))
