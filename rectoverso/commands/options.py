"""Options that several commands share, and how they print."""

import sys
from collections.abc import Mapping, Sequence
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


def say(sentence: str) -> None:
    """Tell the person at the terminal something that is not the result."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
