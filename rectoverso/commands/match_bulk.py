"""`match bulk`: the first reading of a large system while the hub stands still."""

from pathlib import Path
from typing import Annotated

import typer

from ground.env import SystemClock
from hub.errors import BulkRefused, HubError
from hub.start import open_hub
from rectoverso.commands.options import AsJson, Data, print_json, say
from rectoverso.errors import NotPossible
from rectoverso.settings import Settings
from rectoverso.wiring import Houses

_From = Annotated[
    Path | None,
    typer.Option("--file", exists=True, dir_okay=False, help="File of records, one JSON a line."),
]
_Processes = Annotated[int, typer.Option("--processes", min=1, help="Processes that work on it.")]


def bulk(  # noqa: PLR0913 - options of one command
    connection: Annotated[str, typer.Argument(help="Connection that is not approved yet.")],
    object_type: Annotated[str, typer.Argument(help="Kind of records, like customers.")],
    *,
    file: _From = None,
    processes: _Processes = 2,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Read all records of a system for the first time, fast; stop the workers before.

    What is killed goes on where it was. Records that need more than a look become events, for the
    workers to decide later.
    """
    from hub.bulk.service import open_run, take_in  # noqa: PLC0415  with numpy, for this one alone
    from rectoverso.bulk.crew import crew  # noqa: PLC0415
    from rectoverso.bulk.pace import Pace  # noqa: PLC0415
    from rectoverso.bulk.sources import lines, listing  # noqa: PLC0415

    settings = Settings.load(data=data)
    houses = Houses(settings)
    try:
        hub = open_hub(houses.hub_settings, houses.env("hub"))
        run = open_run(hub, connection, object_type)
        if run.read:
            say(f"Going on after {run.read:,} records.")
        source = lines(hub, file, object_type) if file else listing(hub, connection, object_type)
        pace = Pace(SystemClock(), say, file.stat().st_size if file else None)
        with crew(settings, processes) as spread:
            done = take_in(hub, run, source, spread, pace)
    except BulkRefused as error:
        raise NotPossible(f"{error}.") from error
    except HubError as error:
        raise NotPossible(str(error)) from error
    finally:
        houses.close()
    told = {name: getattr(done, name) for name in ("read", "taken", "ordinary", "suspects")}
    if as_json:
        print_json(told)
        return
    say(
        f"{done.read:,} records: {done.taken:,} golden records, {done.suspects:,} pairs for a"
        f" person, {done.ordinary:,} left to the workers. Start them; then: connections plan."
    )
