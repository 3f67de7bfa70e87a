"""Deciding due lanes, as a turn."""

from hub.sync.service import decide_due
from hub.turns import Turn
from hub.wiring import Hub

__all__ = ["decide_turn"]


def decide_turn(hub: Hub) -> Turn:
    """Return the turn that works until nothing is due."""
    pace = hub.settings.pace
    return Turn("decide", lambda: decide_due(hub), hub.env.clock, pace=pace)
