"""Planning for whole connections, as a turn."""

from hub.replanning.service import replan_due
from hub.turns import Turn
from hub.wiring import Hub

__all__ = ["replan_turn"]


def replan_turn(hub: Hub) -> Turn:
    """Return the turn that works until nothing is due."""
    return Turn("replan", lambda: replan_due(hub), hub.env.clock, pace=0.0)
