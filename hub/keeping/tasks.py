"""Telling systems their managed fields, as a turn."""

from hub.keeping.service import tell_kept_fields
from hub.turns import Turn
from hub.wiring import Hub

__all__ = ["keep_turn"]


def keep_turn(hub: Hub) -> Turn:
    """Return the turn that works until nothing is due."""
    return Turn("keep", lambda: tell_kept_fields(hub), hub.env.clock, pace=hub.settings.pace)
