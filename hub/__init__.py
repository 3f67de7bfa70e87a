"""The hub: events, sync, effects, conflicts, connections; the only house that knows the others."""
