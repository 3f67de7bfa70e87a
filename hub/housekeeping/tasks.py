"""Chores, as a turn."""

from hub.housekeeping.service import do_due
from hub.turns import Turn
from hub.wiring import Hub

__all__ = ["chores_turn"]


def chores_turn(hub: Hub) -> Turn:
    """Return the turn that works until no chore is due."""
    return Turn("chores", lambda: do_due(hub), hub.env.clock, pace=0.0)
