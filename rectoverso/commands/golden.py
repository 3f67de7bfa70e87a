"""`golden`: show, history, merge, unmerge, split, pin: requests to the running hub."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ground import strict_json
from rectoverso.commands import golden_care
from rectoverso.commands.hub import GoldenName, find_golden
from rectoverso.commands.options import (
    AsJson,
    Data,
    Host,
    Port,
    add_group,
    print_json,
    print_table,
)
from rectoverso.errors import NotPossible
from rectoverso.server import server
from rectoverso.settings import Settings

Reason = Annotated[str, typer.Option(help="Why; kept in the record's history.")]
IsPreview = Annotated[bool, typer.Option("--preview", help="Only show what would come of it.")]


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    commands: dict[str, Callable[..., None]] = {
        "show": show,
        "history": history,
        "merge": merge,
        "unmerge": unmerge,
        "split": split,
        "pin": pin,
        "unpin": unpin,
        **golden_care.COMMANDS,
    }
    add_group(app, name, "Show, merge, split, pin, score and erase golden records.", commands)


def show(
    *,
    record: GoldenName,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Show a golden record and where systems hold it."""
    found = find_golden(record, Settings.load(data=data, host=host, port=port))
    if as_json:
        print_json(found)
        return
    fields: dict[str, Any] = found["fields"]
    print_table(("field", "value"), [{"field": name, "value": fields[name]} for name in fields])
    columns = ("id", "connection", "external_id", "state", "is_primary")
    print_table(columns, [{name: each[name] for name in columns} for each in found["crossrefs"]])


def history(  # noqa: PLR0913 - options of one command
    *,
    record: GoldenName,
    at: Annotated[
        datetime | None, typer.Option(help="Show the record as it was then (UTC).")
    ] = None,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Show the versions of a golden record, or the record as it was at a time."""
    settings = Settings.load(data=data, host=host, port=port)
    if at is not None:
        place = _place(find_golden(record, settings))
        with server(settings) as rest:
            when = at.replace(tzinfo=UTC).isoformat()
            found = rest.get(f"{place}/as-of", {"at": when})
        if as_json:
            print_json(found)
        else:
            rows = [{"field": name, "value": value} for name, value in found["fields"].items()]
            print_table(("field", "value"), rows)
        return
    found = find_golden(record, settings, "/history")
    if as_json:
        print_json(found)
        return
    rows = [
        {
            "version": each["version"],
            "at": each["at"],
            "by": each["actor"] or each["connection"],
            "field": change["path"],
            "value": change["new"],
            "why": change["why"],
        }
        for each in found["items"]
        for change in each["changes"]
    ]
    print_table(("version", "at", "by", "field", "value", "why"), rows)


def merge(  # noqa: PLR0913 - options of one command
    *,
    record: GoldenName,
    other: Annotated[str, typer.Argument(help="Golden id that becomes part of it.")],
    reason: Reason = "",
    overrule: Annotated[
        bool, typer.Option("--overrule", help="Despite an earlier decision that they differ.")
    ] = False,
    preview: IsPreview = False,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Make another golden record part of this one; its id leads here from then on."""
    settings = Settings.load(data=data, host=host, port=port)
    wish = {"other": other, "reason": reason, "overrule": overrule}
    _ask(settings, record, "merge", wish, preview=preview, as_json=as_json)


def unmerge(  # noqa: PLR0913 - options of one command
    *,
    record: GoldenName,
    decision: Annotated[
        str, typer.Argument(help="Decision (ed_…) to take back; none: list those that stand.")
    ] = "",
    reason: Reason = "",
    preview: IsPreview = False,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Take one merge back; each record gets what it had, or what it said since."""
    settings = Settings.load(data=data, host=host, port=port)
    if not decision:
        found = find_golden(record, settings, "/decisions")
        if as_json:
            print_json(found)
        else:
            print_table(("id", "kind", "one", "other", "by", "why"), found["items"])
        return
    wish = {"decision": decision, "reason": reason}
    _ask(settings, record, "unmerge", wish, preview=preview, as_json=as_json)


def split(  # noqa: PLR0913 - options of one command
    *,
    record: GoldenName,
    crossref: Annotated[list[str], typer.Argument(help="Crossrefs (xr_…); `golden show` lists.")],
    reason: Reason = "",
    preview: IsPreview = False,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Let source records make a golden record of their own."""
    settings = Settings.load(data=data, host=host, port=port)
    wish = {"crossrefs": crossref, "reason": reason}
    _ask(settings, record, "split", wish, preview=preview, as_json=as_json)


def pin(  # noqa: PLR0913 - options of one command
    *,
    record: GoldenName,
    field: Annotated[str, typer.Argument(help="Field, like name or terms.currency.")],
    value: Annotated[str, typer.Argument(help="Value: text, or JSON for anything else.")],
    reason: Reason,
    until: Annotated[datetime | None, typer.Option(help="When it ends (UTC).")] = None,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Fix a value: no edit beats it until it ends."""
    settings = Settings.load(data=data, host=host, port=port)
    ends = until.replace(tzinfo=UTC).isoformat() if until else None
    wish = {"field": field, "value": _value(value), "reason": reason, "until": ends}
    _ask(settings, record, "pin", wish, preview=False, as_json=as_json)


def unpin(  # noqa: PLR0913 - options of one command
    *,
    record: GoldenName,
    field: Annotated[str, typer.Argument(help="Field whose pin is lifted.")],
    reason: Reason = "",
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Lift a pin: the value is again what the systems say."""
    settings = Settings.load(data=data, host=host, port=port)
    wish = {"field": field, "reason": reason}
    _ask(settings, record, "unpin", wish, preview=False, as_json=as_json)


def _value(text: str) -> object:
    """Return a value given as JSON, or the text itself."""
    if text[:1] not in '{["' and text not in {"true", "false", "null"}:
        return text
    try:
        return strict_json.loads(text.encode())
    except strict_json.StrictJsonError as error:
        raise NotPossible(f"The value is no JSON: {error}.") from error


def _place(found: Mapping[str, Any]) -> str:
    return golden_care.place_of(found["entity"], found["id"])


def _ask(  # noqa: PLR0913 - what, of what, how
    settings: Settings,
    record: str,
    action: str,
    wish: Mapping[str, Any],
    *,
    preview: bool,
    as_json: bool,
) -> None:
    place = _place(find_golden(record, settings))
    with server(settings) as rest:
        found = rest.post(f"{place}/{action}{'?preview=true' if preview else ''}", wish)
    if as_json:
        print_json(found)
    elif preview:
        _print_preview(found)
    elif "records" in found:
        typer.echo(f"Done: {', '.join(found['records'])}; decision {found['decisions'][0]}.")
    else:
        typer.echo(f"{found['field']} is {found['value']}, version {found['version']}.")


def _print_preview(found: Mapping[str, Any]) -> None:
    for record in found["records"]:
        typer.echo(f"{record['title']} ({record['id']})")
        columns = ("path", "new", "old", "why")
        print_table(columns, [{name: c[name] for name in columns} for c in record["changes"]])
        for path, why in record["conflicts"].items():
            typer.echo(f"A person must decide {path}: {why}.")
    print_table(("connection", "external_id", "operation", "paths"), found["writes"])
