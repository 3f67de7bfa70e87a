"""Chores as rows: when each is due, how far it got, who has it."""
