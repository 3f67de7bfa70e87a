"""The hub: events, sync, effects, conflicts and connections over rows; the only house that knows the others."""
