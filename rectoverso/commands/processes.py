"""`serve` and `work`: one web process, one worker process; any number of each on any machine."""

import os

import typer

from ground import log
from ground.env import spawn
from rectoverso.commands.options import Data, Host, Port, WithParent
from rectoverso.settings import Settings

_PARENT_GONE = 129


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    app.command(name)({"serve": serve, "work": work}[name])


def serve(
    *, data: Data = None, host: Host = None, port: Port = None, with_parent: WithParent = False
) -> None:
    """Run the web process only. Databases must be prepared: rectoverso init."""
    settings = begin(Settings.load(data=data, host=host, port=port), with_parent=with_parent)
    from rectoverso import web  # noqa: PLC0415  a worker never needs it

    web.serve(settings)


def work(
    *, data: Data = None, host: Host = None, port: Port = None, with_parent: WithParent = False
) -> None:
    """Run one worker process only. Databases must be prepared: rectoverso init."""
    settings = begin(Settings.load(data=data, host=host, port=port), with_parent=with_parent)
    from rectoverso import worker  # noqa: PLC0415  a web process never needs it

    worker.work(settings)


def begin(settings: Settings, *, with_parent: bool) -> Settings:
    """Begin a long-running process: logs to standard error, and an end when the parent ends."""
    log.configure(as_json=not os.isatty(2), level=settings.log_level)
    if with_parent:
        spawn("parent", _end_with_parent)
    return settings


def _end_with_parent() -> None:
    """Wait until the pipe from the parent closes, then end at once: everything begun is in rows."""
    os.read(0, 1)
    os._exit(_PARENT_GONE)
