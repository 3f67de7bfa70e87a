"""The web process: the whole server's app under uvicorn."""

import gc
import socket

import uvicorn

from ground.env import SystemClock
from rectoverso.app import build_app
from rectoverso.errors import WrongSettings
from rectoverso.settings import Settings
from rectoverso.wiring import Houses

_DRAIN = 8  # seconds that running requests get at the end
_BIND_PATIENCE = 5.0  # seconds that a server killed a moment ago may still hold the port
_BACKLOG = 2048


def serve(settings: Settings) -> None:
    """Serve until a signal says so. Raises WrongSettings when the port cannot be had."""
    listener = _listen(settings)
    houses = Houses(settings)
    try:
        config = _config(houses)
        gc.freeze()  # what lives as long as the process need not be looked at again and again
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        houses.close()


def _config(houses: Houses) -> uvicorn.Config:
    return uvicorn.Config(
        build_app(houses),
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=_DRAIN,
    )


def _listen(settings: Settings) -> socket.socket:
    """Take the port before anything else is opened."""
    clock = SystemClock()
    until = clock.monotonic() + _BIND_PATIENCE
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    while True:
        try:
            return socket.create_server(
                (settings.host, settings.port), family=family, backlog=_BACKLOG
            )
        except OSError as error:
            if clock.monotonic() > until:
                raise WrongSettings(
                    f"Port {settings.port} on {settings.host} cannot be had ({error.strerror}); "
                    "stop what holds it or choose another with --port."
                ) from None
        clock.sleep(0.1)
