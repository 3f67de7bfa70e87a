"""`simulate`: the hub in virtual time between systems that misbehave, from a seed."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.simulation.canaries import RECORDED
from hub.simulation.profile import Options, narrow
from hub.simulation.progress import Progress
from hub.simulation.service import Report, catch_canaries, find_canary, shrink, simulate
from rectoverso.commands.options import AsJson, print_json, say
from rectoverso.errors import NotPossible

_Seeds = Annotated[int, typer.Option("--seeds", min=0, help="How many seeds to run.")]
_From = Annotated[int, typer.Option("--from", min=0, help="The first seed.")]
_Seed = Annotated[int | None, typer.Option("--seed", help="Run this one seed and make it small.")]
_Trace = Annotated[bool, typer.Option("--trace", help="Print every step of the one seed.")]
_Processes = Annotated[int, typer.Option("--processes", min=1, help="Processes to run seeds in.")]
_Canaries = Annotated[
    bool, typer.Option("--canaries/--no-canaries", help="Also see that every canary is caught.")
]
_Find = Annotated[
    str | None, typer.Option("--find", help="Look for the first seed that notices this canary.")
]
_Without = Annotated[
    list[str] | None, typer.Option("--without", help="Leave a fault or habit out, by name.")
]
_State = Annotated[
    Path | None, typer.Option("--state", help="Keep count in this file and go on from it.")
]
_World = Annotated[
    str | None,
    typer.Option("--world", help="Run in this world: what is on, and name=figure, in one word."),
]
_Edits = Annotated[int | None, typer.Option("--edits", min=1, help="Edits per seed.")]


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    app.command(name)(run)


def run(  # noqa: PLR0913 - the options of one command
    *,
    seeds: _Seeds = 100,
    first: _From = 0,
    seed: _Seed = None,
    trace: _Trace = False,
    processes: _Processes = 2,
    canaries: _Canaries = True,
    find: _Find = None,
    without: _Without = None,
    world: _World = None,
    edits: _Edits = None,
    state: _State = None,
    as_json: AsJson = False,
) -> None:
    """Run the hub against seeded faults and check that nothing is lost, doubled or looping."""
    options = _options(world, edits, without)
    wanted = range(first, first + seeds)
    if seed is not None:
        _one(seed, options, trace=trace, as_json=as_json)
        return
    if find is not None:
        about = RECORDED[find].options if find in RECORDED and world is None else options
        print_json({"canary": find, "seed": find_canary(find, wanted, about)})
        return
    report = _run(wanted, processes, options, state)
    if canaries:
        report.canaries = catch_canaries(processes)
    _print(report, as_json=as_json)
    if not report.is_good:
        raise NotPossible(_what_to_do(report))


def _options(world: str | None, edits: int | None, without: list[str] | None) -> Options:
    """Return what the seeds are about."""
    try:
        options = narrow(world) if world is not None else Options()
    except ValueError as error:
        raise NotPossible(f"--world: {error}") from None
    return replace(options, edits=edits or options.edits, without=frozenset(without or ()))


def _run(wanted: range, processes: int, options: Options, state: Path | None) -> Report:
    """Run the seeds, or those of them that the file does not count yet."""
    if state is None:
        return simulate(wanted, processes=processes, say=say, options=options)
    progress = Progress(state)
    report, following = progress.resume(wanted.start)
    if report.seeds:
        say(f"{report.seeds} seeds so far, {report.failures} failed; on from seed {following}")
    rest = range(following, wanted.stop)
    keep = progress.keep
    return simulate(rest, processes=processes, say=say, options=options, report=report, keep=keep)


def _one(seed: int, options: Options, *, trace: bool, as_json: bool) -> None:
    """Run one seed; if it fails, show the least of it that fails."""
    found = shrink(seed, say, options)
    if found is None:
        print_json({"seed": seed, "failures": []}) if as_json else say(f"seed {seed} holds")
        return
    if trace:
        say("\n".join(found.ending.trace))
    print_json(found.words())
    raise NotPossible(f"Seed {seed} fails; put the line above into a test and mend the hub.")


def _print(report: Report, *, as_json: bool) -> None:
    figures: dict[str, Any] = {
        "seeds": report.seeds,
        "failures": report.failures,
        "seeds_per_minute": report.seeds_per_minute,
        "canaries": report.canaries,
        "edits": report.edits,
        "kills": report.kills,
        "simulated_hours": report.hours,
        "failed": report.failed,
    }
    if as_json:
        print_json(figures)
        return
    caught = sum(report.canaries.values())
    say(
        f"{report.seeds} seeds, {report.failures} failed, {report.seeds_per_minute} a minute;"
        f" {caught} of {len(report.canaries)} canaries caught"
    )


def _what_to_do(report: Report) -> str:
    missed = sorted(name for name, caught in report.canaries.items() if not caught)
    told = []
    if report.failed:
        first = report.failed[0]["seed"]
        told.append(f"Look at the first failure with: rectoverso simulate --seed {first} --trace")
    if missed:
        told.append(
            f"Not caught: {', '.join(missed)}; look for a seed with --find NAME --seeds 2000"
        )
    return ". ".join(told)
