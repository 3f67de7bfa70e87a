"""`feed`: golden records as they change, for others; and who is told of them by signed posts."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from rectoverso.commands.golden_care import Collection
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
from rectoverso.server import server
from rectoverso.settings import Settings

Of = Annotated[list[Collection] | None, typer.Option("--of", help="Only these; may be repeated.")]
SubscriberId = Annotated[str, typer.Argument(help="Subscriber; `feed subscribers` lists them.")]
_SUBSCRIBERS = "/hub/api/v1/subscribers"


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    commands: dict[str, Callable[..., None]] = {
        "changes": changes,
        "subscribers": subscribers,
        "subscribe": subscribe,
        "secret": secret,
        "resume": resume,
        "unsubscribe": unsubscribe,
    }
    add_group(app, name, "Read changes of golden records; tell others of them.", commands)


def changes(  # noqa: PLR0913 - options of one command
    *,
    after: Annotated[
        str, typer.Option(help="Cursor to go on from; `now`: only tell where now is.")
    ] = "",
    of: Of = None,
    most: Annotated[int, typer.Option("--most", min=1, max=500, help="Changes to read.")] = 50,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Show what became of golden records, in order, from a cursor on."""
    asked: list[tuple[str, str]] = [("limit", str(most))]
    asked += [("after", after)] if after else []
    asked += [("of", each.value) for each in of or ()]
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        found = rest.get("/hub/api/v1/changes", asked)
    if as_json:
        print_json(found)
        return
    rows = [
        {
            "at": each["at"],
            "entity": each["entity"],
            "id": each["id"],
            "version": each["version"],
            "what": _what(each),
        }
        for each in found["items"]
    ]
    print_table(("at", "entity", "id", "version", "what"), rows)
    if found["next"]:
        say(f"Go on with: rectoverso feed changes --after {found['next']}")


def _what(change: dict[str, Any]) -> str:
    if change["erased"]:
        return "erased: forget it too"
    if change["became"] != change["id"]:
        return f"part of {change['became']} now"
    return ", ".join(dict.fromkeys(change["fields"])) or change["state"]


def subscribers(
    *, data: Data = None, host: Host = None, port: Port = None, as_json: AsJson = False
) -> None:
    """List who is told of changes, and how that goes."""
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        found = rest.get(_SUBSCRIBERS)
    if as_json:
        print_json(found)
        return
    rows = [
        each | {"of": ", ".join(each["entities"]) or "all", "last answer": each["answer"]}
        for each in found["items"]
    ]
    print_table(("id", "url", "of", "state", "failures", "last answer", "told_at"), rows)


def subscribe(  # noqa: PLR0913 - options of one command
    *,
    url: Annotated[str, typer.Argument(help="Address that is told by signed posts.")],
    of: Of = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="From the beginning, not from now on.")
    ] = False,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Tell an address of changes; prints the secret its posts are signed with, this once."""
    new: dict[str, Any] = {"url": url, "of": [each.value for each in of or ()]}
    new["start"] = None if everything else "now"
    _print_secret(_post(Settings.load(data=data, host=host, port=port), "", new), as_json=as_json)


def secret(
    *,
    subscriber: SubscriberId,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Change the secret of a subscriber; posts carry both signatures until the next change."""
    settings = Settings.load(data=data, host=host, port=port)
    _print_secret(_post(settings, f"/{subscriber}/secret", {}), as_json=as_json)


def resume(
    *,
    subscriber: SubscriberId,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Try a subscriber again at once, after it was mended."""
    found = _post(Settings.load(data=data, host=host, port=port), f"/{subscriber}/resume", {})
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{found['url']} is told again.")


def unsubscribe(
    *, subscriber: SubscriberId, data: Data = None, host: Host = None, port: Port = None
) -> None:
    """Tell a subscriber no more."""
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        rest.delete(f"{_SUBSCRIBERS}/{subscriber}")
    typer.echo(f"{subscriber} is told no more.")


def _post(settings: Settings, path: str, document: dict[str, Any]) -> dict[str, Any]:
    with server(settings) as rest:
        found: dict[str, Any] = rest.post(f"{_SUBSCRIBERS}{path}", document)
    return found


def _print_secret(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    typer.echo(found["secret"])
    say(f"Subscriber {found['id']}. Keep the secret above: it is shown this once.")
