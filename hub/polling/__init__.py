"""Asking systems what changed: cursors with overlap, saved together with the events they gave."""
