"""Options that several commands share, and how they print."""

import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ground import strict_json

Data = Annotated[
    Path | None, typer.Option("--data", help="Folder of the databases (RECTOVERSO_DATA).")
]
Port = Annotated[int | None, typer.Option("--port", help="Port of the server (RECTOVERSO_PORT).")]
Host = Annotated[
    str | None, typer.Option("--host", help="Address of the server (RECTOVERSO_HOST).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, for machines.")]
WithParent = Annotated[bool, typer.Option("--with-parent", hidden=True)]


def add_group(
    app: typer.Typer, name: str, help_line: str, commands: Mapping[str, Callable[..., None]]
) -> None:
    """Put a command with commands of its own on the command line.

    Where the server is may be said before the inner command's name too: `golden --port 8001 show`.
    """
    group = typer.Typer(help=help_line)

    def place(
        context: typer.Context, *, data: Data = None, host: Host = None, port: Port = None
    ) -> None:
        given = {"data": data, "host": host, "port": port}
        known = {option: value for option, value in given.items() if value is not None}
        context.default_map = dict.fromkeys(commands, known)

    group.callback(help=help_line)(place)
    for command, work in commands.items():
        group.command(command)(work)
    app.add_typer(group, name=name, no_args_is_help=True)


def print_json(document: object) -> None:
    """Print a document for machines."""
    sys.stdout.write(strict_json.dumps(document).decode() + "\n")
    sys.stdout.flush()


def print_table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows for people; a narrow terminal folds long texts."""
    from rich.console import Console  # noqa: PLC0415  only people need it
    from rich.table import Table  # noqa: PLC0415

    table = Table(*[column.replace("_", " ") for column in columns], box=None, pad_edge=False)
    for row in rows:
        table.add_row(*["" if row.get(name) is None else str(row[name]) for name in columns])
    Console().print(table)


def print_notes(notes: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Print what is too long for a table: headings, each with paragraphs indented below it."""
    from rich.console import Console  # noqa: PLC0415  only people need it

    width = max(40, Console().width)
    for heading, paragraphs in notes:
        typer.echo(heading)
        for each in filter(None, paragraphs):
            typer.echo(textwrap.fill(each, width, initial_indent="  ", subsequent_indent="  "))


def say(sentence: str) -> None:
    """Tell the person at the terminal something that is not the result."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
