"""`connections`: the connected systems, as the running hub sees them."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from ground.env import SystemClock
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

ConnectionName = Annotated[str, typer.Argument(help="Connection, like crm.")]


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    commands: dict[str, Callable[..., None]] = {
        "list": list_connections,
        "test": try_connection,
        "plan": show_plan,
        "approve": approve,
        "go-on": go_on,
        "pause": pause,
        "resume": resume,
    }
    add_group(app, name, "List, test, plan, approve and pause the connected systems.", commands)


def list_connections(
    *, data: Data = None, host: Host = None, port: Port = None, as_json: AsJson = False
) -> None:
    """List the connections with state and health."""
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        rows = list(rest.every("/hub/api/v1/connections"))
    if as_json:
        print_json({"items": rows, "next": None})
    else:
        print_table(("id", "system", "title", "state", "health", "base_url"), rows)


def try_connection(
    *,
    connection: ConnectionName,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Ask a system whether it answers, who it is and how its clock goes."""
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        found = rest.post(f"/hub/api/v1/connections/{connection}/check", {})
    if as_json:
        print_json(found)
    else:
        print_table(list(found), [found])


def show_plan(
    *,
    connection: ConnectionName,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Show what approval would do: records linked, new, to be asked, and missing there."""
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        found = rest.get(f"/hub/api/v1/connections/{connection}/matching-plan")
    if as_json:
        print_json(found)
        return
    print_table(("entity", "read", "linked", "new", "ask", "missing"), found["entities"])
    if not found["complete"]:
        say(f"The system is still being read; {found['undecided']} changes are undecided.")


def approve(  # noqa: PLR0913 - options of one command
    *,
    connection: ConnectionName,
    wait: Annotated[bool, typer.Option("--wait", help="Show the load until its end.")] = False,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Approve the plan: the hub writes there, 10 records first, then 1,000, then all."""
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        answer = rest.post(f"/hub/api/v1/connections/{connection}/approve", {})
        if wait:
            answer = _watch(rest, connection)
    if as_json:
        print_json(answer)
    elif not wait:
        typer.echo(f"{connection} is approved; its load goes on by itself.")


def go_on(  # noqa: PLR0913 - options of one command
    *,
    connection: ConnectionName,
    wait: Annotated[bool, typer.Option("--wait", help="Show the load until its end.")] = False,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Let a load go on that was held because many of its records were refused."""
    with server(Settings.load(data=data, host=host, port=port)) as rest:
        answer = rest.post(f"/hub/api/v1/connections/{connection}/go-on", {})
        if wait:
            answer = _watch(rest, connection)
    if as_json:
        print_json(answer)
    elif not wait:
        typer.echo(f"{connection} goes on: {answer['done']} of {answer['total']} done.")


def pause(
    *,
    connection: ConnectionName,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Let a system rest: what is for it waits, what it says is kept."""
    _act(Settings.load(data=data, host=host, port=port), connection, "pause", as_json=as_json)


def resume(
    *,
    connection: ConnectionName,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Go on with a system that was paused, or that the hub parked."""
    _act(Settings.load(data=data, host=host, port=port), connection, "resume", as_json=as_json)


def _act(settings: Settings, connection: str, action: str, *, as_json: bool) -> None:
    with server(settings) as rest:
        found = rest.post(f"/hub/api/v1/connections/{connection}/{action}", {})
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{found['id']} is {found['state']}.")


def _watch(rest: Rest, connection: str) -> dict[str, Any]:
    """Show progress until the load ended. Raises NotPossible when it is held."""
    clock = SystemClock()
    while True:
        found: dict[str, Any] = rest.get(f"/hub/api/v1/connections/{connection}/progress")
        eta = "" if found["eta"] is None else f", {found['eta']:.0f} s to go"
        say(f"{found['done']} of {found['total']}, {found['per_second']:g}/s{eta}")
        if found["held"]:
            raise NotPossible(
                f"Held: {found['held']}. Look at the refused writes among the conflicts, then:"
                f" rectoverso connections go-on {connection}"
            )
        if found["done"] >= found["total"] and not found["to_deliver"]:
            return found
        clock.sleep(2.0)
