"""Polling what is due, as a turn."""

from hub.polling.service import poll_due
from hub.turns import Turn
from hub.wiring import Hub

__all__ = ["poll_turn"]


def poll_turn(hub: Hub) -> Turn:
    """Return the turn that works until nothing is due."""
    pace = hub.settings.pace
    return Turn("poll", lambda: poll_due(hub), hub.env.clock, pace=pace, hands=hub.settings.pollers)
