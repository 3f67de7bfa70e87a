"""Delivering due effects, as a turn."""

from hub.effects.service import deliver_due
from hub.turns import Turn
from hub.wiring import Hub

__all__ = ["deliver_turn"]


def deliver_turn(hub: Hub) -> Turn:
    """Return the turn that works until nothing is due."""
    pace = hub.settings.delivery_pace
    return Turn(
        "deliver", lambda: deliver_due(hub), hub.env.clock, pace=pace, hands=hub.settings.senders
    )
