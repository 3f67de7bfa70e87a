"""Trying the laws of drafts, as a turn."""

from hub.publishing.checking import try_laws_due
from hub.turns import Turn
from hub.wiring import Hub

__all__ = ["laws_turn"]


def laws_turn(hub: Hub) -> Turn:
    """Return the turn that works until no draft is left untried."""
    return Turn("laws", lambda: try_laws_due(hub), hub.env.clock, pace=0.0)
