"""`up`: everything on this machine, prepared, supervised and, the first time, filled."""

import os
import sys
from typing import Annotated

import typer

from ground.env import spawn
from rectoverso.commands.options import Data, Host, Port, WithParent, say
from rectoverso.commands.processes import begin
from rectoverso.preparation import prepare
from rectoverso.settings import Settings
from rectoverso.supervisor import Child, Plan

_NoDemo = Annotated[bool, typer.Option("--no-demo", help="Start empty, without demo data.")]
_Single = Annotated[
    bool, typer.Option("--single", help="One process, with the worker as a thread, for tests.")
]


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    if name == "up":
        app.command(name)(up)
    else:
        app.command(name, hidden=True)(first_run)


def up(
    *,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    no_demo: _NoDemo = False,
    single: _Single = False,
) -> None:
    """Start everything on this machine: web and worker processes, watched by this one.

    The first time it makes the databases, the administrator and demo data; an interrupted start
    goes on where it was.
    """
    settings = Settings.load(data=data, host=host, port=port)
    admin = prepare(settings)
    if admin is not None:
        say(f"Administrator {admin.user.email}, password {admin.password} (shown this once).")
    if single:
        _run_single(settings, no_demo=no_demo)
        return
    plan = _plan(settings, no_demo=no_demo)
    sys.stdout.flush()
    os.execv(sys.executable, plan.command())  # noqa: S606  so that the parent stays small


def first_run(
    *,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    no_demo: _NoDemo = False,
    with_parent: WithParent = False,
) -> None:
    """Connect the built-in systems and load demo data; a step of `up`."""
    settings = begin(Settings.load(data=data, host=host, port=port), with_parent=with_parent)
    _finish_start(settings, no_demo=no_demo)


def _plan(settings: Settings, *, no_demo: bool) -> Plan:
    def child(name: str, command: str, *more: str) -> Child:
        words = [command, *settings.options(), "--with-parent", *more]
        return Child(
            name, [sys.executable, "-m", "rectoverso", *words], once=command == "first-run"
        )

    return Plan(
        lock=str(settings.data / "up.lock"),
        children=[
            child("The web process", "serve"),
            child("The worker process", "work"),
            child("The first run", "first-run", *(["--no-demo"] if no_demo else [])),
        ],
    )


def _run_single(settings: Settings, *, no_demo: bool) -> None:
    from rectoverso import web, worker  # noqa: PLC0415  the usual `up` needs neither
    from rectoverso.wiring import Houses  # noqa: PLC0415

    begin(settings, with_parent=False)
    stop = worker.Stop()
    houses = Houses(settings)
    working = spawn("worker", lambda: worker.work_until(houses, stop))
    spawn("first-run", lambda: _finish_start(settings, no_demo=no_demo))
    try:
        web.serve(settings)
    finally:
        stop.ask()
        working.join(10.0)
        houses.close()


def _finish_start(settings: Settings, *, no_demo: bool) -> None:
    from rectoverso import first_run as beginning  # noqa: PLC0415  see above
    from rectoverso.wiring import Houses  # noqa: PLC0415

    houses = Houses(settings)
    try:
        hub = beginning.connect_built_in(houses)
        loaded = beginning.load_demo(houses, wanted=not no_demo)
        beginning.approve_built_in(houses, hub, say)
    finally:
        houses.close()
    if loaded:
        say(f"Loaded {loaded} demo records.")
    say(f"Rectoverso is ready on {settings.address} (sign in as the administrator).")
