"""A fresh installation in a folder of its own, started as people start it."""

import contextlib
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

from ground.door import DoorError
from ground.env import SystemClock
from hub.connections.rules import State
from hub.start import open_hub
from rectoverso.bench.processes import Usage, usage
from rectoverso.errors import NotPossible
from rectoverso.first_run import BUILT_IN
from rectoverso.server import key_for
from rectoverso.settings import Settings
from rectoverso.wiring import Houses

_T = TypeVar("_T")
HOST = "127.0.0.1"
_DRAIN = 15.0


@dataclass(frozen=True, slots=True)
class Installation:
    """A running installation: where it is, its key, and its processes."""

    port: int
    key: str = field(repr=False)
    secret: str = field(repr=False)
    pid: int
    folder: Path

    @property
    def address(self) -> tuple[str, int]:
        """Return where to connect."""
        return HOST, self.port

    def usage(self) -> Usage:
        """Return what its processes use."""
        return usage(self.pid)


@contextmanager
def fresh_installation() -> Iterator[Installation]:
    """Yield a started, connected, empty installation; stop and remove it in the end."""
    with tempfile.TemporaryDirectory(prefix="rectoverso-bench-") as name:
        folder = Path(name)
        port = free_port()
        houses = Houses(Settings.load(data=folder, port=port, host=HOST))
        with started(_command(folder, port), folder / "log") as process:
            until(lambda: _ready(houses), "A server that is ready")
            secret = until(lambda: _secret(houses), "A connection of CRM and ERP")
            key = key_for(houses)
            houses.close()
            yield Installation(port, key, secret, process.pid, folder)


@contextmanager
def started(command: list[str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a process for the length of the block; what it says goes into the log."""
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  our own commands
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_DRAIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """Return a port that nobody holds now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def until(look: Callable[[], _T | None], subject: str, patience: float = 60.0) -> _T:
    """Return what `look` finds; raise NotPossible when it finds nothing in time."""
    clock = SystemClock()
    end = clock.monotonic() + patience
    while clock.monotonic() < end:
        if (found := look()) is not None:
            return found
        clock.sleep(0.05)
    raise NotPossible(f"{subject} did not come within {patience:g} s.")


def listens(port: int) -> bool | None:
    """Tell whether something listens; None while nothing does."""
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), 1):
        return True
    return None


def _command(folder: Path, port: int) -> list[str]:
    options = ["--no-demo", "--data", str(folder), "--host", HOST, "--port", str(port)]
    return [sys.executable, "-m", "rectoverso", "up", *options]


def _ready(houses: Houses) -> bool | None:
    try:
        answer = houses.http.request("GET", f"{houses.settings.url}/readyz", deadline=5.0)
    except DoorError:
        return None
    return True if answer.status == HTTPStatus.OK else None


def _secret(houses: Houses) -> str | None:
    """Return what the CRM signs its notices with, once both connections are live."""
    hub = open_hub(houses.hub_settings, houses.env("hub"))
    opened = hub.directory.connections()
    live = [each for each in opened.values() if each.state == State.LIVE and each.webhook_secrets]
    return opened["crm"].webhook_secrets[0] if len(live) == len(BUILT_IN) else None
