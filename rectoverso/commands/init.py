"""`init`: prepares an installation without starting it."""

import typer

from rectoverso.commands.options import AsJson, Data, print_json, say
from rectoverso.preparation import prepare
from rectoverso.settings import Settings


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    app.command(name)(init)


def init(*, data: Data = None, as_json: AsJson = False) -> None:
    """Migrate all databases, make the key and the first administrator; doing it again is safe."""
    settings = Settings.load(data=data)
    admin = prepare(settings)
    if as_json:
        found = None if admin is None else {"email": admin.user.email, "password": admin.password}
        print_json({"data": str(settings.data), "administrator": found})
        return
    say(f"All databases in {settings.data} are up to date.")
    if admin is not None:
        say(f"Administrator {admin.user.email}, password {admin.password} (shown this once).")
