"""`backup`: copies all databases while everything runs."""

import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, unquote, urlsplit

import typer

from rectoverso.commands.options import AsJson, Data, print_json, say
from rectoverso.errors import NotPossible
from rectoverso.settings import Settings
from rectoverso.wiring import MIGRATIONS


def register(app: typer.Typer, name: str) -> None:
    """Put the command on the command line."""
    app.command(name)(backup)


def backup(
    *,
    folder: Annotated[Path, typer.Argument(help="Folder for the copies; made if it is missing.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Copy all databases into a folder; everything may go on meanwhile. The key is not copied."""
    settings = Settings.load(data=data)
    folder.mkdir(parents=True, exist_ok=True)
    copied = _dump(settings, folder) if settings.database_url else _copy(settings, folder)
    if as_json:
        print_json({"files": [str(each) for each in copied]})
        return
    for each in copied:
        say(f"{each} ({each.stat().st_size // 1024} kB)")
    say("Keep the key apart from these copies: without it the secrets of connections stay sealed.")


def _copy(settings: Settings, folder: Path) -> list[Path]:
    """Copy SQLite files, each as of one moment, and check the copies."""
    copied = []
    for house in MIGRATIONS:
        source = settings.data / f"{house}.db"
        if not source.exists():
            continue
        target = folder / source.name
        draft = target.with_suffix(".part")
        draft.unlink(missing_ok=True)
        _copy_file(source, draft)
        draft.replace(target)
        copied.append(target)
    if not copied:
        raise NotPossible(f"There is no database in {settings.data}; give its folder with --data.")
    return copied


def _copy_file(source: Path, draft: Path) -> None:
    """Write a copy as of one moment; pages that hold only what was deleted are not in it."""
    reading = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    try:
        reading.execute("vacuum into ?", (str(draft),))
    finally:
        reading.close()
    copy = sqlite3.connect(draft)
    try:
        (state,) = copy.execute("pragma integrity_check").fetchone()
        if state != "ok":
            raise NotPossible(f"The copy of {source} is damaged: {state}")
    finally:
        copy.close()


def _dump(settings: Settings, folder: Path) -> list[Path]:
    """Let pg_dump copy all schemas as of one moment."""
    tool = shutil.which("pg_dump")
    if tool is None or settings.database_url is None:
        raise NotPossible("pg_dump is not installed; install PostgreSQL's client tools.")
    target = folder / "rectoverso.dump"
    schemas = [f"--schema={house}" for house in MIGRATIONS]
    command = [tool, "--format=custom", f"--file={target}", *schemas]
    place = _place(settings.database_url.get_secret_value())
    done = subprocess.run(  # noqa: S603 - the program and its options are ours
        command, check=False, env=place, capture_output=True, text=True
    )
    if done.returncode:
        raise NotPossible(f"pg_dump failed: {done.stderr.strip()[-300:]}")
    return [target]


def _place(address: str) -> dict[str, str]:
    """Return the address as libpq reads it from the environment: no password on a command line."""
    url = urlsplit(address)
    place = {
        "PGHOST": dict(parse_qsl(url.query)).get("host") or url.hostname or "",
        "PGPORT": str(url.port or ""),
        "PGUSER": unquote(url.username or ""),
        "PGPASSWORD": unquote(url.password or ""),
        "PGDATABASE": unquote(url.path.lstrip("/")),
    }
    return {name: value for name, value in place.items() if value}
