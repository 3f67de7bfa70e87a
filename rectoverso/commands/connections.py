"""`connections`: the connected systems, as the running hub sees them."""

from typing import Annotated

import typer

from rectoverso.commands.options import AsJson, Data, Host, Port, print_json, print_table
from rectoverso.server import server
from rectoverso.settings import Settings


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    group = typer.Typer(help="List and test the connected systems.")
    group.command("list")(list_connections)
    group.command("test")(try_connection)
    app.add_typer(group, name=name, no_args_is_help=True)


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
    connection: Annotated[str, typer.Argument(help="Connection, like crm.")],
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
