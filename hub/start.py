"""From settings and an Env to a running hub's `Hub`."""

from typing import Any

from ground.env import Env
from hub.connections.directory import ConnectionDirectory
from hub.connections.secrets import SealedVault, load_key
from hub.doorbell import LocalDoorbell
from hub.settings import HubSettings
from hub.wiring import Hub

__all__ = ["open_hub"]


def open_hub(settings: HubSettings, env: Env, portal: Any = None) -> Hub:  # noqa: ANN401 - portal.Portal
    """Return the hub over a migrated database; its connections are open. Raises KeyTrouble."""
    vault = SealedVault(load_key(settings, env.rng), env.rng)
    directory = ConnectionDirectory(env, vault)
    directory.refresh()
    return Hub(
        env=env,
        settings=settings,
        directory=directory,
        doorbell=LocalDoorbell(env.db),
        vault=vault,
        portal=portal,
    )
