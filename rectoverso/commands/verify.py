"""`verify`: reads the sealed history again and names what was changed."""

from dataclasses import asdict

import typer

from hub.sealing.service import verify as verify_history
from hub.start import open_hub
from rectoverso.commands.options import AsJson, Data, print_json, say
from rectoverso.errors import NotPossible
from rectoverso.settings import Settings
from rectoverso.wiring import Houses


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    app.command(name)(verify)


def verify(*, data: Data = None, as_json: AsJson = False) -> None:
    """Verify the history of golden records and decisions. Exit code 1 if something was changed."""
    houses = Houses(Settings.load(data=data))
    try:
        found = verify_history(open_hub(houses.hub_settings, houses.env("hub")))
    finally:
        houses.close()
    if as_json:
        until = found.sealed_until.isoformat() if found.sealed_until else None
        print_json(asdict(found) | {"ok": not found.broken, "sealed_until": until})
    else:
        say(
            f"{found.rows} rows in {found.blocks} blocks; {found.unsealed} rows are not sealed yet."
        )
        say(f"The last block is {found.head}; keep it elsewhere to prove later what was there.")
        for trouble in found.broken:
            say(trouble)
    if found.broken:
        raise NotPossible(f"{len(found.broken)} places of the history were changed.")
