"""`reconcile`, `conflicts`, `explain`: questions and requests to the running hub."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

import typer

from hub.golden.readable import readable
from rectoverso.commands.options import (
    AsJson,
    Data,
    Host,
    Port,
    print_json,
    print_notes,
    print_table,
)
from rectoverso.errors import NotPossible
from rectoverso.rest import Rest
from rectoverso.server import server
from rectoverso.settings import Settings

GoldenName = Annotated[
    str,
    typer.Argument(help="Golden id (gr_…) or ENTITY/ID; a name lists the ids of those called so."),
]
_FOUND = ("new", "changed", "gone")
_NAMED = 10
_PLURALS = ("customers", "products", "contacts", "categories")


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    commands: dict[str, Callable[..., None]] = {
        "reconcile": reconcile,
        "conflicts": conflicts,
        "explain": explain,
    }
    app.command(name)(commands[name])


def reconcile(  # noqa: PLR0913 - options of one command
    *,
    connection: Annotated[str, typer.Argument(help="Connection, like crm.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be found; change nothing.")
    ] = False,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Ask the hub to read a connected system as a whole and compare it with the golden records."""
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        if dry_run:
            _tell(_compare(rest, f"/hub/api/v1/connections/{connection}"), as_json=as_json)
            return
        found = rest.post(f"/hub/api/v1/connections/{connection}/reconcile", {})
    if as_json:
        print_json(found)
    else:
        typer.echo(f"The hub compares {connection}; see its page for what it finds.")


def _compare(rest: Rest, path: str) -> list[dict[str, Any]]:
    """Return per object type how many records were read, and the ids that differ."""
    rows = []
    for each in rest.get(f"{path}/polls")["items"]:
        asked, read, living = {"object_type": each["object_type"]}, 0, 0
        found: dict[str, set[str]] = {name: set() for name in ("linked", *_FOUND)}
        while True:
            page = rest.get(f"{path}/comparison", asked)
            read, living = read + page["read"], page["living"]
            for name, ids in found.items():
                ids.update(page[name])
            if page["cursor"] is None:
                break
            asked |= {"cursor": page["cursor"]}
        told = {name: sorted(found[name]) for name in _FOUND}
        missing = max(0, living - len(found["linked"]) - len(found["gone"]))
        rows.append({"object_type": each["object_type"], "read": read, "not_shown": missing} | told)
    return rows


def _tell(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json({"items": rows, "next": None})
        return
    counts = [row | {name: len(row[name]) for name in _FOUND} for row in rows]
    print_table(("object_type", "read", *_FOUND, "not_shown"), counts)


def conflicts(  # noqa: PLR0913 - options of one command
    *,
    causes: Annotated[
        bool, typer.Option("--causes", help="Group refused and unmapped values by cause.")
    ] = False,
    retry: Annotated[
        str, typer.Option(help="Try all conflicts of a cause (ca_…) again, after the repair.")
    ] = "",
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """List the open conflicts, or their causes; try all of one cause again."""
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        if retry:
            _retry(rest, retry, as_json=as_json)
            return
        if causes:
            rows = rest.get("/hub/api/v1/causes")["items"]
        else:
            rows = list(rest.every("/hub/api/v1/conflicts", {"filter[state]": "open"}))
    if causes and not as_json:
        print_notes([(_heading(each, f"{each['count']} open"), [each["why"]]) for each in rows])
    elif as_json:
        print_json({"items": rows, "next": None})
    elif not rows:
        typer.echo("Nothing waits for a person.")
    else:
        print_notes([(_heading(each, each["opened_at"][:16]), _about(each)) for each in rows])


def _heading(told: Mapping[str, Any], last: str) -> str:
    """Name a conflict, or a cause, in one line."""
    kind = told["kind"].replace("_", " ")
    return "  ".join(filter(None, (told["id"], kind, told["connection"], last.replace("T", " "))))


def _about(conflict: Mapping[str, Any]) -> tuple[str, str, str]:
    """Say which record and what of it a conflict is about, why, and what stands against it."""
    rivals = [
        f"{each['source']} says {readable(each['value']) or 'nothing'}"
        for each in conflict["rivals"]
        if conflict["kind"] == "rival_values"
    ]
    name = f"{conflict['title'] or conflict['entity']} ({conflict['golden_id']})"
    other = f"{conflict['other']} ({conflict['subject']})" if conflict["other"] else ""
    return (
        f"{name} and {other}" if other else f"{name}: {conflict['subject']}",
        conflict["why"],
        "; ".join(rivals),
    )


def _retry(rest: Rest, cause: str, *, as_json: bool) -> None:
    """Try again until none of the cause is left that was open when this began."""
    settled, left = 0, True
    while left:
        answer = {"choice": "retry", "reason": "the cause is mended"}
        done = rest.post(f"/hub/api/v1/causes/{cause}/resolve", answer)
        settled, left = settled + done["settled"], done["left"]
    if as_json:
        print_json({"settled": settled})
    else:
        typer.echo(f"{settled} conflicts are tried again.")


def explain(
    *,
    record: GoldenName,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Show where every value of a golden record comes from and which rivals it had."""
    found = find_golden(record, Settings.load(data=data, host=host, port=port), "/explanation")
    if as_json:
        print_json(found)
        return
    rows = [
        {"field": each["title"], "value": readable(each["value"]), "why": each["sentence"]}
        for each in found["fields"]
    ]
    print_table(("field", "value", "why"), rows)
    print_notes([(_match_heading(each), each["sentences"]) for each in found["matches"]])
    steps = ("at", "title", "detail")
    print_table(steps, [{name: each[name] for name in steps} for each in found["timeline"]])


_CAME = {"link": "linked to", "review": "perhaps the same as", "new": "kept apart from"}


def _match_heading(match: Mapping[str, Any]) -> str:
    who, other = (
        match[name] or match[f"{name}_id"]
        for name in (("golden", "other") if match["came"] != "link" else ("connection", "other"))
    )
    when = match["at"][:16].replace("T", " ")
    return f"{when}  {who} ({match['connection']}) {_CAME[match['came']]} {other}"


def find_golden(record: str, settings: Settings, about: str = "") -> dict[str, Any]:
    """Return a golden record, or what is `about` it; without an entity all are tried."""
    entity, _, golden_id = record.rpartition("/")
    if entity not in _PLURALS:
        entity, golden_id = "", record
    with server(settings) as rest:
        for plural in [entity] if entity else _PLURALS:
            if found := rest.find(
                f"/hub/api/v1/golden/{plural}/{quote(golden_id, safe='')}{about}"
            ):
                return found
        named = _named(rest, [entity] if entity else _PLURALS, golden_id)
    if not named:
        raise NotPossible(f"No golden record has the id or the name {record}.")
    known = "\n".join(f"  {each['id']}  {each['title']} ({plural})" for plural, each in named)
    raise NotPossible(f"{record} is no id. By that name there are:\n{known}")


def _named(rest: Rest, plurals: Sequence[str], text: str) -> list[tuple[str, dict[str, Any]]]:
    """Return some golden records whose name holds a text, with the list they stand in."""
    asked = {"q": text[:200], "limit": str(_NAMED)}
    return [
        (plural, each)
        for plural in plurals
        for each in rest.get(f"/hub/api/v1/golden/{plural}", asked)["items"]
    ]
