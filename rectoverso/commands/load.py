"""`load`: a file of customers, suppliers or products into the CRM or the ERP."""

from pathlib import Path
from typing import Annotated, Any

import typer

from rectoverso.commands.options import AsJson, Data, Host, Port, print_json, print_table, say
from rectoverso.errors import PartlyDone
from rectoverso.loading.columns import Columns, arrange
from rectoverso.loading.customers import Purpose
from rectoverso.loading.model import App, BadRow, Entity, Prepared, Sent, Table
from rectoverso.loading.prepare import prepare
from rectoverso.loading.report import bad_rows_path, preview_rows, summary, write_bad_rows
from rectoverso.loading.send import Sender
from rectoverso.loading.table import read_table
from rectoverso.progress import progress
from rectoverso.server import server
from rectoverso.settings import Settings

_File = Annotated[Path, typer.Argument(help="CSV or XLSX file; its first row names the columns.")]
_As = Annotated[Entity, typer.Option("--as", help="What the rows are.")]
_Into = Annotated[App, typer.Option("--into", help="Which app takes them.")]
_Map = Annotated[
    str | None, typer.Option("--map", help="Map file or preset; else columns are guessed.")
]
_Currency = Annotated[
    str | None, typer.Option("--currency", help="Currency where the file names none, like EUR.")
]
_Encoding = Annotated[
    str | None, typer.Option("--encoding", help="Encoding of a CSV file, if the guess is wrong.")
]
_Preview = Annotated[bool, typer.Option("--preview", help="Show what would be written, and stop.")]
_Errors = Annotated[
    Path | None, typer.Option("--errors", help="File for bad rows; else NAME.bad.csv here.")
]


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    app.command(name)(load)


def load(  # noqa: PLR0913  each is an option
    *,
    file: _File,
    entity: _As,
    into: _Into,
    map_name: _Map = None,
    currency: _Currency = None,
    encoding: _Encoding = None,
    preview: _Preview = False,
    errors: _Errors = None,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Load a file. Good rows are written, bad ones come back in a file with line and reason.

    Rows are known by file and line: loading the same file again, or after it was cut off, writes
    nothing twice. Exit code 3 means that some rows were bad.
    """
    table = read_table(file, encoding=encoding)
    columns = arrange(table, entity, map_name=map_name, beside=file.parent)
    good, bad = prepare(table, columns, Purpose(entity, into, currency and currency.upper()))
    if preview:
        _show_preview(good, bad, columns, as_json=as_json)
        return
    settings = Settings.load(data=data, host=host, port=port)
    sent = _send(settings, table, good, f"/{into}/api/v1/{entity.collection}")
    _report(summary(good, bad, sent, columns), as_json=as_json)
    _hand_back(errors or bad_rows_path(file), table, [*bad, *sent.refused])


def _send(settings: Settings, table: Table, good: list[Prepared], path: str) -> Sent:
    with server(settings, patience=60.0) as rest, progress("Loading", len(good)) as advance:
        return Sender(rest.told(say), table, path, advance).send(good)


def _show_preview(
    good: list[Prepared], bad: list[BadRow], columns: Columns, *, as_json: bool
) -> None:
    rows = preview_rows(good)
    if as_json:
        found = summary(good, bad, Sent(), columns)
        print_json({"first_rows": rows, "columns": dict(columns.names), **found})
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    print_table(names, rows)
    say(f"{len(good)} rows would be written, {len(bad)} are bad.")
    say("Columns not used: " + (", ".join(columns.unused) or "none") + ".")
    for each in bad:
        say(f"Line {each.row.line}: {' '.join(finding.reason for finding in each.findings)}")


def _report(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    say(f"{found['written']} written, {found['already_there']} there already.")
    for remark in found["remarks"]:
        say(f"Line {remark['line']}, {remark['column']}: {remark['reason']}")
    for each in found["bad"]:
        column = f", {each['column']}" if each["column"] else ""
        say(f"Line {each['line']}{column}: {each['reason']}")


def _hand_back(path: Path, table: Table, bad: list[BadRow]) -> None:
    if not bad:
        return
    write_bad_rows(path, table, bad)
    raise PartlyDone(f"{len(bad)} bad rows are in {path}: correct them there and load that file.")
