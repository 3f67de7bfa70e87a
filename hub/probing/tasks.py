"""Probing failing connections, as a turn."""

from hub.probing.service import probe_due
from hub.turns import Turn
from hub.wiring import Hub

__all__ = ["probe_turn"]


def probe_turn(hub: Hub) -> Turn:
    """Return the turn that works until nothing is due."""
    pace = hub.settings.pace
    return Turn("probe", lambda: probe_due(hub), hub.env.clock, pace=pace)
