"""`user`: people and keys, straight in the portal's database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from portal import FieldsRefused, Portal, Role, User
from rectoverso.commands.options import AsJson, Data, print_json, print_table
from rectoverso.errors import NotPossible
from rectoverso.settings import Settings
from rectoverso.wiring import Houses

_Role = Annotated[Role, typer.Option("--role", help="What this user or key may do.")]


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    group = typer.Typer(help="Add and list users, give new passwords, print API keys.")
    group.command("add")(add)
    group.command("list")(list_users)
    group.command("password")(password)
    group.command("key")(key)
    app.add_typer(group, name=name, no_args_is_help=True)


def add(
    *,
    email: Annotated[str, typer.Argument(help="E-mail address to sign in with.")],
    role: _Role = Role.VIEWER,
    name: Annotated[str, typer.Option("--name", help="Name; else the start of the address.")] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Add a user; the password is made here and shown once."""
    with _portal(data) as portal:
        created = portal.create_user(name or email.partition("@")[0], email, role)
    if as_json:
        print_json({"id": created.user.id, "email": email, "password": created.password})
    else:
        typer.echo(created.password)


def list_users(*, data: Data = None, as_json: AsJson = False) -> None:
    """List all users."""
    with _portal(data) as portal:
        rows = [_row(user) for user in portal.list_users()]
    if as_json:
        print_json({"items": rows, "next": None})
    else:
        print_table(("email", "name", "role", "disabled", "signed_in_at"), rows)


def password(
    *,
    email: Annotated[str, typer.Argument(help="E-mail address of the user.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Give a user a new password, shown once; all sessions of the user end."""
    with _portal(data) as portal:
        found = [user for user in portal.list_users() if user.email == email.strip().lower()]
        if not found:
            raise NotPossible(f"There is no user {email}; see `rectoverso user list`.")
        created = portal.reset_password(found[0].id)
    if as_json:
        print_json({"email": created.user.email, "password": created.password})
    else:
        typer.echo(created.password)


def key(
    *,
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    role: _Role,
    days: Annotated[
        int | None, typer.Option("--days", help="Days it lives; else for ever.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make an API key and print it; it is shown once."""
    with _portal(data) as portal:
        created = portal.create_key(name, role, days=days)
    if as_json:
        print_json({"id": created.key.id, "name": name, "role": role.value, "key": created.secret})
    else:
        typer.echo(created.secret)


@contextmanager
def _portal(data: Data) -> Iterator[Portal]:
    houses = Houses(Settings.load(data=data))
    try:
        yield Portal(houses.env("portal"))
    except FieldsRefused as error:
        reasons = " ".join(error.reasons.values())
        raise NotPossible(reasons) from None
    finally:
        houses.close()


def _row(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "role": user.role.value,
        "disabled": user.disabled,
        "signed_in_at": user.signed_in_at,
    }
