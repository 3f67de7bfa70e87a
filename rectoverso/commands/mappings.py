"""`mappings`: check, preview, publish and roll back mappings of the running hub."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from rectoverso.commands import mapping_files
from rectoverso.commands.options import (
    AsJson,
    Data,
    Host,
    Port,
    add_group,
    print_json,
    print_table,
    say,
)
from rectoverso.errors import NotPossible
from rectoverso.rest import Rest
from rectoverso.server import server
from rectoverso.settings import Settings

Which = Annotated[str, typer.Argument(help="CONNECTION/OBJECT, like crm/customers.")]
_TRIES, _PAUSE = 600, 0.5
_LONGEST = 1800.0
"""Seconds for a preview of everything: some 1,500 records a second are looked at."""
_VERSION_COLUMNS = ("number", "state", "laws", "author_name", "note", "published_at")


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    commands: dict[str, Callable[..., None]] = {
        "check": mapping_files.check,
        "test": mapping_files.examples,
        "explain": mapping_files.explain,
        "infer": mapping_files.infer,
        "versions": versions,
        "preview": preview,
        "diff": diff,
        "publish": publish,
        "rollback": rollback,
        "held": held,
        "row": row,
    }
    add_group(app, name, "Check, preview, publish and roll back mappings.", commands)


def _path(which: str) -> str:
    connection, _, object_type = which.partition("/")
    if not connection or not object_type or "/" in object_type:
        raise NotPossible(f"{which} names no mapping; write CONNECTION/OBJECT, like crm/customers.")
    return f"/hub/api/v1/mappings/{connection}/{object_type}"


def versions(
    *,
    which: Which,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """List the versions of a mapping, the newest first."""
    path = _path(which)
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        rows = rest.get(f"{path}/versions")["items"]
    _show(rows, _VERSION_COLUMNS, as_json=as_json)


def preview(  # noqa: PLR0913 - options of a command
    *,
    which: Which,
    file: Annotated[
        Path | None, typer.Option("--file", help="A text; without one the draft.")
    ] = None,
    version: Annotated[int | None, typer.Option("--version", help="A version, instead.")] = None,
    last: Annotated[
        int | None, typer.Option("--last", help="Only so many records, those that changed last.")
    ] = None,
    show: Annotated[
        int, typer.Option("--show", help="Tell of so many records.", min=0, max=1000)
    ] = 100,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Say what publishing would do to the stored records and systems; nothing is written."""
    text = mapping_files.read_text(file) if file else None
    asked = {"text": text, "version": version, "last": last, "show": show}
    path = _path(which)
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        found = rest.within(_LONGEST).post(f"{path}/preview", asked)
    if as_json:
        print_json(found)
    else:
        _show_preview(found)


def _show_preview(found: dict[str, Any]) -> None:
    print_table(list(found["counts"]), [found["counts"]])
    rows = [
        {"system": system, **many, "calls": found["calls"][system]}
        for system, many in found["writes"].items()
    ]
    if rows:
        print_table(("system", "create", "update", "calls"), rows)
    changes = [
        {"record": each["title"], "field": path, "now": pair["old"], "then": pair["new"]}
        for each in found["records"]
        for path, pair in each["fields"].items()
    ]
    if changes:
        print_table(("record", "field", "now", "then"), changes)
    failures = [
        {"record": each["title"], "field": path, "why": why}
        for each in found["records"]
        for path, why in each["failures"].items()
    ]
    if failures:
        print_table(("record", "field", "why"), failures)
    more = found["affected"] - len(found["records"])
    if more:
        typer.echo(f"and {more} more records; --show tells of more")


def diff(  # noqa: PLR0913 - options of a command
    *,
    which: Which,
    before: Annotated[int, typer.Argument(help="A version.")],
    after: Annotated[int, typer.Argument(help="Another version.")],
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Show what differs between two versions, line by line."""
    path = _path(which)
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        found = rest.get(f"{path}/diff", {"before": str(before), "after": str(after)})
    if as_json:
        print_json(found)
    else:
        typer.echo("\n".join(found["items"]) or "They are the same.")


def publish(  # noqa: PLR0913 - options of a command
    *,
    which: Which,
    file: Annotated[
        Path | None, typer.Option("--file", help="The text; without one the draft.")
    ] = None,
    note: Annotated[str, typer.Option("--note", help="What changes and why.")] = "",
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Put a mapping in force once the checker and the laws are green."""
    path = _path(which)
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        if file is not None:
            document = {"text": mapping_files.read_text(file), "note": note}
            saved = rest.put(f"{path}/draft", document)
            _stop_at(saved["check"]["remarks"])
        draft = _tried(rest, path)
        found = rest.post(f"{path}/publish", {"seen": draft["revision"]})
    _show([found], _VERSION_COLUMNS, as_json=as_json)


def _stop_at(remarks: Sequence[dict[str, Any]]) -> None:
    if remarks:
        lines = (f"line {r['line']}, column {r['column']}: {r['message']}" for r in remarks)
        raise NotPossible("It is kept as a draft and not published:\n" + "\n".join(lines))


def _tried(rest: Rest, path: str) -> dict[str, Any]:
    """Return the draft once a worker tried its laws."""
    for attempt in range(_TRIES):
        draft: dict[str, Any] = rest.get(f"{path}/draft")
        if draft["laws"] != "due":
            return draft
        if attempt == 0:
            say("A worker tries its laws on made-up records.")
        rest.clock.sleep(_PAUSE)
    raise NotPossible("No worker tried its laws; see `rectoverso doctor`.")


def rollback(  # noqa: PLR0913 - options of a command
    *,
    which: Which,
    to: Annotated[int | None, typer.Option("--to", help="A version; else the one before.")] = None,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Put an earlier version in force again."""
    path = _path(which)
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        seen = rest.get(path)["version"]
        found = rest.post(f"{path}/rollback", {"seen": seen, "to": to})
    _show([found], _VERSION_COLUMNS, as_json=as_json)


def held(
    *,
    which: Which,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """List why fields of records are held, the most frequent reason first."""
    path = _path(which)
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        rows = rest.get(f"{path}/held")["items"]
    _show(rows, ("records", "path", "reason"), as_json=as_json)


def row(  # noqa: PLR0913 - options of a command
    *,
    which: Which,
    table: Annotated[str, typer.Argument(help="The value map.")],
    app: Annotated[str, typer.Argument(help="The app's code.")],
    golden: Annotated[str, typer.Argument(help="The golden code.")],
    canonical: Annotated[
        bool, typer.Option("--canonical", help="Write this code for the golden one.")
    ] = False,
    only_preview: Annotated[
        bool, typer.Option("--preview", help="Only say what it would release.")
    ] = False,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Add a row to a value map; what waited for it goes on."""
    asked = {"app": app, "golden": golden, "canonical": canonical, "preview": only_preview}
    path = _path(which)
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        found = rest.post(f"{path}/value-maps/{table}/rows", asked)
    if as_json:
        print_json(found)
        return
    does = "would release" if only_preview else "releases"
    typer.echo(f"It {does} {found['fields']} fields of {found['released']} records.")


def _show(rows: list[dict[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        print_json({"items": rows, "next": None})
    else:
        print_table(columns, rows)
