"""Deciding due lanes, and planning for whole connections, as turns."""

from hub.sync.replanning import replan_due
from hub.sync.service import decide_due
from hub.turns import Turn
from hub.wiring import Hub

__all__ = ["decide_turn", "replan_turn"]


def decide_turn(hub: Hub) -> Turn:
    """Return the turn that works until nothing is due."""
    pace = hub.settings.decision_pace
    return Turn("decide", lambda: decide_due(hub), hub.env.clock, pace=pace)


def replan_turn(hub: Hub) -> Turn:
    """Return the turn that works until every connection was planned for."""
    return Turn("replan", lambda: replan_due(hub), hub.env.clock, pace=0.0)
