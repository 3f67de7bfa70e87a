"""The command line: names every command, imports only the module of the one that is asked for."""

import importlib
import sys
from dataclasses import dataclass

import typer

from rectoverso.errors import CommandError


@dataclass(frozen=True, slots=True)
class Command:
    """Where a command lives and what it does in one line."""

    module: str
    help: str
    hidden: bool = False


COMMANDS = {
    "up": Command("up", "Start everything on this machine; the first time with demo data."),
    "serve": Command("processes", "Run the web process only."),
    "work": Command("processes", "Run one worker process only."),
    "init": Command("init", "Prepare databases, key and administrator without starting anything."),
    "user": Command("user", "Add and list users, give new passwords, print API keys."),
    "connections": Command("connections", "List and test the connected systems."),
    "mappings": Command("mappings", "Check, preview, publish and roll back mappings."),
    "load": Command("load", "Load a CSV or XLSX file into the CRM or the ERP."),
    "reconcile": Command("hub", "Compare a connected system with the golden records."),
    "conflicts": Command("hub", "List what waits for a person's decision."),
    "golden": Command("golden", "Show, merge, split, pin, score and erase golden records."),
    "feed": Command("feed", "Read changes of golden records; tell others of them."),
    "explain": Command("hub", "Show where every value of a golden record comes from."),
    "match": Command("match", "Train, try, explain and review how records are matched."),
    "bench": Command("bench", "Measure this machine."),
    "simulate": Command("simulate", "Run the hub in virtual time against seeded faults."),
    "verify": Command("verify", "Verify that nobody changed the history."),
    "backup": Command("backup", "Copy all databases while everything runs."),
    "doctor": Command("doctor", "Find out what is wrong and what to do about it."),
    "first-run": Command("up", "Connect the built-in systems and load demo data.", hidden=True),
}

_WITHOUT_SCREEN = {"serve", "work"}
_HELP = "Keeps CRM and ERP in agreement, both ways."


def build(arguments: list[str]) -> typer.Typer:
    """Return the application with the asked command; with all names when none is asked."""
    app = typer.Typer(
        name="rectoverso",
        help=_HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback(help=_HELP)(_nothing)
    asked = next((word for word in arguments if not word.startswith("-")), "")
    if asked in COMMANDS:
        module = importlib.import_module(f"rectoverso.commands.{COMMANDS[asked].module}")
        module.register(app, asked)
        return app
    for name, command in COMMANDS.items():
        app.command(name, help=command.help, hidden=command.hidden)(_nothing)
    return app


def main() -> None:
    """Run the command line; see rectoverso.errors for the exit codes."""
    if _WITHOUT_SCREEN & set(sys.argv[1:2]):
        # structlog takes rich with it wherever it finds it: 6 MB of each process for colours.
        # None there is how Python is told that a module is not to be had.
        sys.modules["rich"] = None  # type: ignore[assignment]
    try:
        build(sys.argv[1:])()
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


def _nothing() -> None:
    """Do nothing: stands for a command that is only named."""
