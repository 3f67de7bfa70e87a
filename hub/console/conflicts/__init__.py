"""Conflicts: the list, and one conflict with its answers."""
