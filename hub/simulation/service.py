"""Many seeds on many processes; failing seeds made small; canaries that must be caught."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from multiprocessing import get_context
from typing import Any

from ground.env import SystemClock
from hub.simulation.canaries import CANARIES, RECORDED, removed
from hub.simulation.profile import Options, Profile, draw, without
from hub.simulation.world import Ending, run_seed

__all__ = [
    "Report",
    "Shrunk",
    "catch_canaries",
    "find_canary",
    "noticing_seed",
    "shrink",
    "simulate",
]

_CHUNK = 5
_MOST_TRIES = 60
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A failing seed and the least of it that still fails."""

    seed: int
    options: Options
    ending: Ending

    def words(self) -> dict[str, Any]:
        """Return it as plain words: enough to run it again."""
        edits = self.options.edits
        return {
            "seed": self.seed,
            "edits": edits,
            "without": sorted(self.options.without),
            "on": list(self.ending.on),
            "failures": list(self.ending.failures),
        }


@dataclass(slots=True)
class Report:
    """What a run of many seeds found. `canaries`: name -> caught by its recorded seed."""

    seeds: int = 0
    failures: int = 0
    seeds_per_minute: float = 0.0
    canaries: dict[str, bool] = field(default_factory=dict)
    edits: int = 0
    kills: int = 0
    hours: float = 0.0
    failed: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Say whether nothing failed and every canary was caught."""
        return not self.failures and all(self.canaries.values())

    def add(self, ending: Ending) -> None:
        """Count one seed."""
        self.seeds += 1
        self.edits += ending.edits
        self.kills += ending.kills
        self.hours += ending.seconds / 3600
        if ending.failures:
            self.failures += 1
            failed = {"seed": ending.seed, "failures": list(ending.failures)}
            self.failed.append(failed | {"on": list(ending.on)})


def simulate(  # noqa: PLR0913 - a run and what it goes on from
    seeds: Iterable[int],
    *,
    processes: int,
    say: Say,
    options: Options | None = None,
    report: Report | None = None,
    keep: Callable[[Report, int], None] = lambda _report, _next: None,
) -> Report:
    """Run the seeds and report; `say` hears of each failure at once.

    A run that was stopped goes on with the `report` that `keep(report, next seed)` was given last.
    """
    clock = SystemClock()
    report = report or Report()
    began, before = clock.monotonic(), report.seeds
    for ending in _endings(seeds, processes, options or Options()):
        report.add(ending)
        if ending.failures:
            say(f"seed {ending.seed}: {'; '.join(ending.failures)[:400]}")
        keep(report, ending.seed + 1)
    took = clock.monotonic() - began
    report.seeds_per_minute = round((report.seeds - before) / took * 60, 1) if took else 0.0
    report.hours = round(report.hours, 2)
    return report


def _endings(seeds: Iterable[int], processes: int, options: Options) -> Iterator[Ending]:
    if processes <= 1:
        for seed in seeds:
            yield run_seed(seed, options)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        wanted = iter(seeds)
        while chunk := list(islice(wanted, _CHUNK * processes * 4)):
            parts = [chunk[n : n + _CHUNK] for n in range(0, len(chunk), _CHUNK)]
            for endings in pool.map(_run_some, [(part, options) for part in parts]):
                yield from endings


def _run_some(work: tuple[Sequence[int], Options]) -> list[Ending]:
    seeds, options = work
    return [run_seed(seed, options) for seed in seeds]


def shrink(seed: int, say: Say, options: Options | None = None) -> Shrunk | None:
    """Return the least of a failing seed that still fails; None if it does not fail."""
    options = options or Options()
    ending = run_seed(seed, options)
    if not ending.failures:
        return None
    tries = 0
    changed = True
    while changed and tries < _MOST_TRIES:
        changed = False
        for smaller in _smaller(draw(seed, options), options):
            tries += 1
            tried = run_seed(seed, smaller)
            if tried.failures:
                options, ending, changed = smaller, tried, True
                say(
                    f"still fails with {ending.edits} edits and {', '.join(ending.on) or 'nothing'}"
                )
                break
            if tries >= _MOST_TRIES:
                break
    return Shrunk(seed, options, run_seed(seed, options, traced=True))


def _smaller(profile: Profile, options: Options) -> Iterator[Options]:
    """Yield options that leave out a little more."""
    if profile.edits > 1:
        yield replace(options, edits=profile.edits // 2)
    words = profile.words()
    if len(words) > 3:  # noqa: PLR2004
        half = len(words) // 2
        yield without(options, words[:half])
        yield without(options, words[half:])
    for word in words:
        yield without(options, [word])
    if profile.edits > 1:
        yield replace(options, edits=profile.edits - 1)


def catch_canaries(processes: int = 1) -> dict[str, bool]:
    """Run every canary with its recorded seed: name -> whether that seed noticed."""
    names = list(CANARIES)
    if processes <= 1:
        return dict(map(_caught, names))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return dict(pool.map(_caught, names))


def _caught(name: str) -> tuple[str, bool]:
    return name, noticing_seed(name) is not None


def noticing_seed(name: str) -> int | None:
    """Return the recorded seed that fails without this defence and holds with it."""
    recorded = RECORDED.get(name)
    return None if recorded is None else find_canary(name, recorded.seeds, recorded.options)


def find_canary(name: str, seeds: Iterable[int], options: Options | None = None) -> int | None:
    """Return the first seed that fails without this defence and holds with it."""
    for seed in seeds:
        with removed(name):
            noticed = run_seed(seed, options).failures
        if noticed and not run_seed(seed, options).failures:
            return seed
    return None
