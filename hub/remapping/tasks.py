"""Bringing records to the mapping version in force, as a turn."""

from hub.remapping.service import remap_due
from hub.turns import Turn
from hub.wiring import Hub

__all__ = ["remap_turn"]


def remap_turn(hub: Hub) -> Turn:
    """Return the turn that works until every record was looked at."""
    return Turn("remap", lambda: remap_due(hub), hub.env.clock, pace=0.0)
