"""The way of a command to the running server: its REST API with a key of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rectoverso.errors import NotReachable
from rectoverso.rest import Rest
from rectoverso.settings import Settings
from rectoverso.wiring import Houses

KEY_FILE = "command-line.key"
_KEY_NAME = "Command line"


@contextmanager
def server(settings: Settings, *, patience: float = 10.0) -> Iterator[Rest]:
    """Yield the server; the key is RECTOVERSO_API_KEY or one made for this machine."""
    houses = Houses(settings)
    try:
        yield Rest(houses.http, houses.clock, settings.url, key_for(houses), patience=patience)
    finally:
        houses.http.close()
        houses.close()


def key_for(houses: Houses) -> str:
    """Return the key of the command line; makes one where the portal's database is at hand."""
    settings = houses.settings
    if settings.api_key is not None:
        return settings.api_key.get_secret_value()
    path = settings.data / KEY_FILE
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    if not settings.data.exists():
        raise NotReachable(
            f"There is no data folder {settings.data}; start with `rectoverso up`, name the folder "
            "with --data, or set RECTOVERSO_API_KEY."
        )
    from portal import Portal, Role  # noqa: PLC0415  large, and needed once per machine

    secret = Portal(houses.env("portal")).create_key(_KEY_NAME, Role.INTEGRATOR).secret
    _write_private(path, secret)
    return secret


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_suffix(".draft")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:  # noqa: PTH123
        file.write(text)
    draft.rename(path)
